#!/usr/bin/env python3
"""Runs the end-to-end tests: every test_*.py here, or those named.

    tests/e2e/run.py [--bin build/release/bin] [--jobs 2] [test_api …]

Prints a line per test as it ends and a summary; exits with 1 when something failed.
"""

import argparse
import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The longest first, so that two lanes end together.
ORDER = ["test_crash", "test_lease", "test_walkthrough", "test_security", "test_netns", "test_api",
         "test_tasks", "test_bad_input", "test_cli"]
FILE_WITHIN_S = 420
# A subtest that fails has an indented line of its own, with its parameters.
ENDED = re.compile(r"^ *(test_\w+) \(\w+\.(\w+)\.test_\w+\)( .*?)? "
                   r"\.\.\. .*?(ok|FAIL|ERROR|skipped .*)$")
RAN = re.compile(r"^Ran (\d+) tests? in")


class Lane:
    """One file's run: its output, counted and shown."""

    printing = threading.Lock()

    def __init__(self, name, env, verbose):
        self.name, self.env, self.verbose = name, env, verbose
        self.lines, self.ran, self.verdict = [], 0, "ended early"
        self.code, self.took = None, 0.0

    def run(self):
        began = time.monotonic()
        limit = FILE_WITHIN_S * float(self.env.get("TAKT_E2E_SLOW", "1"))
        process = subprocess.Popen(
            [sys.executable, "-m", "unittest", "-v", self.name], cwd=HERE, env=self.env, text=True,
            errors="replace", stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        watchdog = threading.Timer(limit, process.kill)  # the programs die with it (pdeathsig)
        watchdog.start()
        for line in process.stdout:
            self.take(line.rstrip("\n"), began)
        self.code = process.wait()
        watchdog.cancel()
        self.took = time.monotonic() - began
        if self.took >= limit:
            self.lines.append(f"{self.name}: killed after {limit:g} s")
        return self

    def take(self, line, began):
        self.lines.append(line)
        if ended := ENDED.match(line):
            test, where, which, how = ended.groups()
            at = time.monotonic() - began
            self.show(f"{at:6.1f} s  {how:<5.60}  {self.name} {where}.{test}{which or ''}")
        elif ran := RAN.match(line):
            self.ran = int(ran.group(1))
        elif line.startswith(("OK", "FAILED")):
            self.verdict = line
        elif self.verbose:
            self.show(f"{self.name}: {line}")

    def show(self, text):
        with Lane.printing:
            print(text, flush=True)


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=os.environ.get("TAKT_BIN_DIR"),
                        help="folder with the four programs (or TAKT_BIN_DIR)")
    parser.add_argument("--jobs", type=int, default=2, help="files at a time")
    parser.add_argument("--verbose", action="store_true", help="show every line of every test")
    parser.add_argument("names", nargs="*", help="test_api, test_crash, …; all by default")
    given = parser.parse_args()
    if not given.bin or not (Path(given.bin) / "takt").exists():
        parser.error("say where the programs are: --bin build/<preset>/bin")
    return given


def main():
    given = options()
    env = {**os.environ, "TAKT_BIN_DIR": str(Path(given.bin).resolve()), "PYTHONUNBUFFERED": "1"}
    found = sorted(p.stem for p in HERE.glob("test_*.py"))
    names = [n.removesuffix(".py") for n in given.names] or sorted(
        found, key=lambda n: ORDER.index(n) if n in ORDER else len(ORDER))
    if unknown := set(names) - set(found):
        sys.exit(f"no such test file: {', '.join(sorted(unknown))}")
    began = time.monotonic()
    with ThreadPoolExecutor(given.jobs) as pool:
        lanes = list(pool.map(lambda n: Lane(n, env, given.verbose).run(), names))
    bad = [lane for lane in lanes if lane.code != 0]
    for lane in bad:
        print(f"\n===== {lane.name}\n" + "\n".join(lane.lines))
    print()
    for lane in lanes:
        word = "ok    " if lane.code == 0 else "FAILED"
        print(f"{word} {lane.name:<18} {lane.took:6.1f} s  {lane.ran} tests: {lane.verdict}")
    print(f"\ne2e: {sum(lane.ran for lane in lanes)} tests in {time.monotonic() - began:.0f} s, "
          f"{'all files passed' if not bad else f'{len(bad)} of {len(lanes)} files failed'}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
