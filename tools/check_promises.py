#!/usr/bin/env python3
"""Every promise of the README is in docs/promises.md, in the same words, with tests that exist in the ring it says; so are the tests of
docs/bugs.md."""

import re
import sys

from cpp_scan import ROOT, report, tracked

PAGE = "docs/promises.md"
BUGS = "docs/bugs.md"
NAMES = {
    ".cpp": re.compile(r'^(?:CO_TEST|TEST_CASE|CONFORMANCE)\(\s*"((?:[^"\\]|\\.)*)"', re.MULTILINE),
    ".py": re.compile(r"^def check_(\w+)\(", re.MULTILINE),
}


def promises(readme):
    """The bullets below "## Promises", each as one line."""
    section = readme.partition("\n## Promises\n")[2].partition("\n\n[")[0].partition("\n## ")[0]
    return [" ".join(item.split()) for item in re.split(r"^- ", section, flags=re.MULTILINE)[1:]]


def kept(page):
    """(line, promise, [(line, ring, test)]) of the page."""
    found = []
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("## "):
            found.append((number, line.removeprefix("## "), []))
        elif found and (named := re.match(r"- (\w+): (.+)", line)):
            found[-1][2].append((number, *named.groups()))
    return found


def problems(readme, page, tests):
    """`tests`: ring -> names."""
    said = kept(page)
    for promise in promises(readme):
        if promise not in [p for _, p, _ in said]:
            yield PAGE, 1, f"says nothing of this promise: {promise}"
    for line, promise, named in said:
        if promise not in promises(readme):
            yield PAGE, line, "the README makes no such promise"
        if not named:
            yield PAGE, line, "no test keeps this promise"
        for number, ring, name in named:
            if name not in tests.get(ring, ()):
                yield PAGE, number, f"there is no such test in tests/{ring}"


def bugs(page):
    """(line, number, [(ring, test)]) of the rows of the page's table."""
    for number, line in enumerate(page.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and cells[0].isdigit():
            yield number, int(cells[0]), re.findall(r"(\w+): (.+?)(?:<br>|$)", cells[-1]) if len(cells) == 3 else []


def bug_problems(page, tests):
    """`tests`: ring -> names."""
    rows = list(bugs(page))
    if not rows:
        yield BUGS, 1, "names no bug"
    for before, (line, bug, named) in zip([0, *(bug for _, bug, _ in rows)], rows):
        if bug <= before:
            yield BUGS, line, "the numbers rise, and each comes once"
        if not named:
            yield BUGS, line, "no test keeps this bug away"
        for ring, name in named:
            if name not in tests.get(ring, ()):
                yield BUGS, line, f"there is no such test in tests/{ring}: {name}"


def all_tests():
    tests = {}
    for path in tracked("tests/*.cpp", "tests/*.py"):
        pattern = NAMES["." + path.rpartition(".")[2]]
        tests.setdefault(path.split("/")[1], set()).update(pattern.findall((ROOT / path).read_text()))
    return tests


if __name__ == "__main__":
    tests = all_tests()
    found = list(problems((ROOT / "README.md").read_text(), (ROOT / PAGE).read_text(), tests))
    sys.exit(report(found + list(bug_problems((ROOT / BUGS).read_text(), tests))))
