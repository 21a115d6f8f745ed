#!/usr/bin/env python3
"""Is each header complete by itself? Compiles it alone, two at a time, and remembers the answer.

    tools/check.d/headers.py [--all] [--seconds N]

A header is compiled again only when it or a header of ours that it includes has changed since it
last passed (build/check-cache). Without --all only headers that differ from the last commit's
parent are looked at, so that a fresh clone does not compile everything.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "build" / "check-cache" / "headers"
FLAGS = ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-I.",
         "-Iactors/worker/include", '-DTAKT_VERSION="check"', "-include"]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def lines_of(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return [line for line in done.stdout.splitlines() if line]


def headers(everything):
    known = lines_of("git", "ls-files", "-co", "--exclude-standard", "*.hpp")
    known = [name for name in known if (ROOT / name).exists()]
    if everything:
        return known
    changed = set(lines_of("git", "diff", "--name-only", "HEAD~1", "--"))
    changed |= set(lines_of("git", "ls-files", "-o", "--exclude-standard"))
    return [name for name in known if name in changed]


@lru_cache(None)
def own_includes(name):
    """The header and everything of ours below it."""
    path = ROOT / name
    if not path.exists():
        path = ROOT / "actors/worker/include" / name
    return (path, INCLUDE.findall(path.read_text(errors="replace"))) if path.exists() else (None, [])


def fingerprint(name):
    seen, waiting, digest = set(), [name], hashlib.sha256(" ".join(FLAGS).encode())
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        path, below = own_includes(current)
        if path:
            digest.update(current.encode() + path.read_bytes())
        waiting.extend(sorted(below))
    return digest.hexdigest()


def compile_alone(name):
    """(name, what the compiler said, or nothing)."""
    done = subprocess.run([*FLAGS, name, "-x", "c++", "/dev/null"], cwd=ROOT, capture_output=True,
                          text=True, check=False)
    if done.returncode == 0:
        (CACHE / fingerprint(name)).touch()
        return name, ""
    return name, done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--seconds", type=float, default=30, help="leave the rest after this long")
    given = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    todo = [n for n in headers(given.all) if not (CACHE / fingerprint(n)).exists()]
    until = time.monotonic() + (36_000 if given.all else given.seconds)

    def run(name):
        return compile_alone(name) if time.monotonic() < until else (name, None)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(run, todo))
    bad = [(name, said) for name, said in answers if said]
    left = sum(1 for _, said in answers if said is None)
    for name, said in bad:
        first = next((line for line in said.splitlines() if "error" in line), said[:200])
        print(f"{name}: does not compile by itself: {first}")
    if left:
        print(f"note: {left} headers were left for the next time (--all takes all)")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
