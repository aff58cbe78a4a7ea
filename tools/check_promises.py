#!/usr/bin/env python3
"""Every promise of the README is in docs/promises.md, in the same words, with tests that exist in the ring it says; so are the tests of
docs/bugs.md and those of the section on attacks of docs/reliability.md."""

import re
import sys

from cpp_scan import ROOT, report, tracked

PAGE = "docs/promises.md"
BUGS = "docs/bugs.md"
RELIABILITY = "docs/reliability.md"
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


def rows(page):
    """(line, cells) of the rows of the page's tables, their heads left out."""
    before = []
    for number, line in enumerate(page.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if cells and before and not set("".join(cells)) <= set("-: "):
            yield number, cells
        before = cells


def untested(where, line, cell, tests):
    """What is wrong with a cell of tests: each part is "ring: name", or "none: why"."""
    for part in cell.split("<br>"):
        ring, _, name = part.partition(": ")
        if not name:
            yield where, line, "neither a test nor a reason why there is none"
        elif ring != "none" and name not in tests.get(ring, ()):
            yield where, line, f"there is no such test in tests/{ring}: {name}"


def bug_problems(page, tests):
    """`tests`: ring -> names."""
    last = 0
    for line, cells in rows(page):
        bug = int(cells[0]) if cells[0].isdigit() else 0
        if bug <= last:
            yield BUGS, line, "the numbers rise, and each comes once"
        last = bug
        yield from untested(BUGS, line, cells[2] if len(cells) == 3 else "", tests)
    if not last:
        yield BUGS, 1, "names no bug"


def attack_problems(page, tests):
    """Of the section "Attacks"; `tests`: ring -> names."""
    before, _, section = page.partition("\n## Attacks\n")
    found = list(rows(section.partition("\n## ")[0]))
    if not found:
        yield RELIABILITY, 1, "names no attack"
    for number, cells in found:
        yield from untested(RELIABILITY, before.count("\n") + 2 + number, cells[1] if len(cells) == 2 else "", tests)


def all_tests():
    tests = {"fuzz": set()}
    for path in tracked("tests/*.cpp", "tests/*.py"):
        pattern = NAMES["." + path.rpartition(".")[2]]
        tests.setdefault(path.split("/")[1], set()).update(pattern.findall((ROOT / path).read_text()))
    for path in tracked("tests/fuzz/*.cpp", "tests/fuzz/corpus/*"):  # a target, and the inputs of its corpus, each by what it shows
        tests["fuzz"].add(path.removeprefix("tests/fuzz/").removeprefix("corpus/").removesuffix(".cpp"))
    return tests


if __name__ == "__main__":
    tests = all_tests()
    found = list(problems((ROOT / "README.md").read_text(), (ROOT / PAGE).read_text(), tests))
    found += bug_problems((ROOT / BUGS).read_text(), tests)
    sys.exit(report(found + list(attack_problems((ROOT / RELIABILITY).read_text(), tests))))
