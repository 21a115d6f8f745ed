#!/usr/bin/env python3
"""Holds the direction of includes: a house's floors, which library may be named where, and that no
two headers define one name.

    tools/check_includes.py [--root DIR] [FILE ...]     all tracked and new C++ files by default

Prints `file:line: what is wrong` and exits 1 when anything is. The floors are design.md's folders;
Debian's headers all sit in one include folder, so that CMake cannot hold this.
"""

import argparse
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

# Who may include what of ours: the first pattern that fits a file decides. A list holds patterns of
# included paths; `*` stays within a folder, `**` does not.
CONTRACTS = ["storage/store.hpp", "storage/lease.hpp", "broker/link.hpp"]
CAST = ["actors/*.hpp"]
FLOORS = [
    ("proto/*", ["proto/*"]),
    ("storage/*", ["proto/*", "storage/*"]),
    ("broker/*", ["proto/*", "broker/*"]),
    ("actors/logic/*", ["proto/*", "actors/logic/*"]),
    ("actors/worker/include/**", ["proto/*", "actors/worker/include/**"]),
    ("actors/worker/session*", ["proto/*", "actors/worker/**", "actors/log.hpp", "broker/link.hpp"]),
    ("actors/worker/journal*", ["proto/*", "actors/worker/**"]),
    ("actors/worker/output_buffer*", ["proto/*", "actors/worker/**"]),
    ("actors/worker/*", ["proto/*", "broker/link.hpp", "actors/worker/**", "actors/logic/*", "takt/*",
                         *CAST]),
    ("actors/scheduler/*", ["proto/*", "actors/scheduler/*", "actors/logic/*", *CONTRACTS, *CAST]),
    ("actors/admin/*", ["proto/*", "actors/admin/*", "actors/logic/*", "storage/store.hpp",
                        "storage/lease.hpp", *CAST]),
    ("actors/*", ["proto/*", "actors/logic/*", *CONTRACTS, *CAST]),
    ("tools/config/*", ["proto/*", "tools/config/*"]),
    ("tools/examples/*", ["proto/*", "tools/examples/*", "takt/*"]),
    ("tools/*", ["**"]),
    ("tests/**", ["**"]),
]

# Which files may name a library. Everything that is not listed here and not of the standard or the
# operating system is refused: a new dependency is a decision, and this is where it is written down.
LIBRARIES = {
    "our own SDK": (["takt/*"], ["tools/examples/*", "tests/actors/worker/*"]),
    "zmq": (["zmq.h", "zmq.hpp", "zmq_addon.hpp"], ["broker/*.cpp", "tests/broker/*"]),
    "SQLite": (["sqlite3.h", "SQLiteCpp/*"],
               ["storage/sqlite_*.cpp", "storage/sqlite_*.hpp", "tests/storage/*",
                "tests/support/sqlite_*"]),
    "hiredis": (["hiredis/*"], ["storage/redis_lock.cpp", "tests/storage/*"]),
    "msgpack": (["msgpack.hpp", "msgpack/**"], ["proto/msgpack.cpp"]),
    "nlohmann-json": (["nlohmann/**"], ["proto/json.cpp"]),
    "Boost": (["boost/**"], ["actors/admin/gateway*.cpp", "actors/admin/gateway_*.hpp",
                            "tests/actors/admin/gateway*"]),
    "OpenSSL": (["openssl/*"], ["actors/admin/gateway*.cpp"]),
    "libcurl": (["curl/*"], ["actors/worker/http_client.cpp", "tools/cli_rest.cpp"]),
    "CAF": (["caf/**"], ["actors/*", "actors/scheduler/*", "actors/admin/desk*",
                        "actors/admin/planner*", "actors/admin/gateway*", "actors/worker/**", "tools/*",
                        "tools/examples/*", "tools/bench/*", "tests/actors/**", "tests/sim/*",
                        "tests/support/*", "tests/tools/*"]),
    "libsodium": (["sodium.h", "sodium/*"], ["proto/*.cpp", "broker/*.cpp", "actors/admin/*.cpp",
                                            "tools/*.cpp", "tests/proto/*", "tests/broker/*"]),
    "spdlog": (["spdlog/**"], ["actors/*.cpp", "tools/*.cpp"]),
    "prometheus-cpp": (["prometheus/*"], ["actors/metrics.cpp"]),
    "CLI11": (["CLI/*"], ["tools/config/*.cpp"]),
    "GoogleTest": (["gtest/*", "gmock/*"], ["tests/**"]),
    "Google Benchmark": (["benchmark/*"], ["tools/bench/*", "tests/bench/*"]),
}
NO_CAF = ["actors/logic/*", "actors/worker/session*", "actors/worker/journal*",
          "actors/worker/output_buffer*", "tools/config/*", "tools/cli*", "tests/actors/logic/*"]
SYSTEM = re.compile(r"(sys|arpa|netinet|net|linux|asm|netdb|bits)/[\w/.]+\.h|[a-z_]+\.h|[a-z_]+|cxxabi\.h")

# Words: (what, why, where it is allowed).
WORDS = [
    (re.compile(r"\b(system_clock|steady_clock|high_resolution_clock)::now\b|\bclock_gettime\b|"
                r"\bgettimeofday\b"),
     "reads a clock: take `now` as an argument, or a const clock& (proto/time.hpp)",
     ["proto/time.cpp", "tools/bench/*", "tests/bench/*"]),
    (re.compile(r"\bsleep_(for|until)\b|\b(u|nano)?sleep\("),
     "sleeps in a test: wait for virtual time or a named signal",
     ["proto/*", "storage/*", "broker/*", "actors/**", "tools/**", "tests/e2e/*",
      "tests/support/redis_server.hpp"]),
    (re.compile(r"\bcaf::infinite\b"), "waits without a limit", []),
    (re.compile(r"\bcatch\s*\(\.\.\.\)\s*\{\s*\}"), "swallows every error", []),
]

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:[^"\\\n]|\\.)*"', re.S)


@lru_cache(None)
def pattern_of(glob):
    """`*` stays within a folder, `**` does not."""
    words = re.split(r"(\*\*|\*)", glob)
    return re.compile("".join({"**": ".*", "*": "[^/]*"}.get(w, re.escape(w)) for w in words))


def fits(path, globs):
    return any(pattern_of(glob).fullmatch(path) for glob in globs)


def blank(match):
    """Keeps line numbers."""
    return re.sub(r"[^\n]", " ", match.group())


def check_own(path, target):
    for floor, allowed in FLOORS:
        if fits(path, [floor]):
            if not fits(target, allowed):
                return f'"{target}" is not for {floor}: includes go down, and to contracts only'
            return None
    return f"{path} is on no floor of the house"


def check_foreign(path, target):
    for name, (headers, places) in LIBRARIES.items():
        if fits(target, headers):
            if name == "CAF" and fits(path, NO_CAF):
                return f"<{target}>: no CAF here"
            return None if fits(path, places) else f"<{target}>: {name} is not named here"
    if SYSTEM.fullmatch(target):
        return None
    return f"<{target}> is of no library that this project has chosen"


def check_text(path, text):
    """Yields (line, message)."""
    folder = str(Path(path).parent)
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        kind, target = found.groups()
        if kind == "<":
            wrong = check_foreign(path, target)
        elif "/" not in target and not target.endswith(".def"):
            wrong = f'"{target}" is named without its folder; write "{folder}/{target}"'
        else:
            wrong = check_own(path, target)
        if wrong:
            yield number, wrong
    code = NOT_CODE.sub(blank, text)
    for word, why, allowed in WORDS:
        if not fits(path, allowed):
            for found in word.finditer(code):
                yield code.count("\n", 0, found.start()) + 1, f"`{found.group()}` {why}"
    if path.endswith(".hpp") and "#pragma once" not in text:
        yield 1, "has no #pragma once"


TYPE = re.compile(r"^(?:struct|class|enum class|enum|union) (\w+)(?![\w:<])[^;]*$")
OPEN = re.compile(r"^namespace ([\w:]+) \{")
CLOSE = re.compile(r"^\} // namespace")


def types_of(text):
    """Yields (line, full name) of the types that a header defines, as clang-format lays them out."""
    inside = []
    for number, line in enumerate(text.splitlines(), 1):
        if opened := OPEN.match(line):
            inside.append(opened.group(1))
        elif CLOSE.match(line) and inside:
            inside.pop()
        elif found := TYPE.match(line):
            yield number, "::".join([*inside, found.group(1)])


def check_names(texts):
    """Two headers that define one name: each compiles, and in one program they corrupt each other.

    `texts` is {path: text}; yields (path, line, message).
    """
    seen = {}
    for path, text in sorted(texts.items()):
        if not path.endswith(".hpp") or path.startswith("tests/"):
            continue
        for line, name in types_of(text):
            if name in seen and seen[name] != path:
                yield path, line, f"{name} is defined in {seen[name]}, too"
            seen.setdefault(name, path)


def all_files(root):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.hpp", "*.cpp"],
                            cwd=root, capture_output=True, text=True, check=True).stdout.split("\n")
    return [name for name in listed if name and (root / name).exists()]


def main():
    parser = argparse.ArgumentParser(description="The house's rules about includes.")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("files", nargs="*")
    given = parser.parse_args()
    texts = {path: (given.root / path).read_text(errors="replace")
             for path in given.files or all_files(given.root)}
    wrong = [(path, *found) for path, text in texts.items() for found in check_text(path, text)]
    wrong += check_names(texts)
    for path, line, message in sorted(wrong):
        print(f"{path}:{line}: {message}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
