#!/usr/bin/env python3
"""Do the pages hold together: links, generated pages, and no names of package hosts.

    tools/check.d/docs.py [--bin build/dev/bin]

A link is looked up relative to its page; of "#anchors" into pages of ours the heading must exist.
docs/CONFIG.md is compared with `takt config-page` when that program is built.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
INLINE = re.compile(r"`[^`\n]*`")
# Which registry or mirror a machine uses is that machine's own affair.
HOSTS = re.compile(r"\b(?:deb|security|archive|ftp)\.(?:debian|ubuntu)\.(?:org|com)\b|"
                   r"\b(?:pypi|pythonhosted|npmjs|crates|rubygems|maven|conan|vcpkg)\.(?:org|io|com)\b|"
                   r"\b(?:docker|quay|ghcr)\.io\b|\bproxy\.golang\.org\b|\bmirrors?\.[a-z]+\.[a-z]+\b")


def tracked(*patterns):
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *patterns], cwd=ROOT,
                          capture_output=True, text=True, check=True)
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def anchors(page):
    """As the usual renderers make them from headings."""
    text = FENCE.sub("", page.read_text())
    for heading in re.findall(r"^#+\s+(.+?)\s*#*$", text, re.M):
        plain = re.sub(r"[^\w\- ]", "", heading.lower())
        yield plain.replace(" ", "-")


def check_links(name):
    page = ROOT / name
    text = INLINE.sub("", FENCE.sub(lambda m: "\n" * m.group().count("\n"), page.read_text()))
    for found in LINK.finditer(text):
        target = found.group(1) or found.group(2)
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        line = text.count("\n", 0, found.start()) + 1
        if not there.exists():
            yield f"{name}:{line}: {target} does not exist"
        elif anchor and there.suffix == ".md" and anchor not in anchors(there):
            yield f"{name}:{line}: {path or name} has no heading #{anchor}"


def check_hosts(name):
    try:
        text = (ROOT / name).read_text()
    except UnicodeDecodeError:
        return
    for found in HOSTS.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield f"{name}:{line}: names the host {found.group()}"


def check_generated(folder):
    program = folder / "takt"
    if not program.exists():
        return
    done = subprocess.run([program, "config-page"], capture_output=True, text=True, timeout=20,
                          check=False)
    page = ROOT / "docs" / "CONFIG.md"
    newer = max((ROOT / n).stat().st_mtime for n in tracked("tools/config/*"))
    if done.returncode or program.stat().st_mtime < newer:
        return  # an old build says nothing about today's table; the unit test compares too
    if done.stdout != page.read_text():
        yield f"docs/CONFIG.md: is not what `{program.relative_to(ROOT)} config-page` prints"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=ROOT / "build" / "dev" / "bin")
    given = parser.parse_args()
    wrong = [line for name in tracked("*.md") for line in check_links(name)]
    own = "tools/check.d/docs.py"
    wrong += [line for name in tracked() if name != own for line in check_hosts(name)]
    wrong += check_generated(given.bin)
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
