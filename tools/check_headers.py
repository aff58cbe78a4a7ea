#!/usr/bin/env python3
"""Each public header compiles alone, with only include/ to search in, and stays within its line budget.

check_headers.py --all, or header files. One line each: PASS or FAIL.
"""

import concurrent.futures
import os
import subprocess
import sys

from cpp_scan import ROOT, tracked

BUDGET = 180_000  # lines after preprocessing, for any header
USUAL = 122_000  # most headers stay below: what awaitables and <chrono> come to is 121,000 with GCC 12
FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-Iinclude", "-x", "c++", "-"]


def compiler(header, *arguments):
    cxx = os.environ.get("CXX", "g++-12").split()
    program = f"#include <{header.removeprefix('include/')}>\n"
    return subprocess.run([*cxx, *arguments, *FLAGS], cwd=ROOT, input=program, capture_output=True, text=True)


def problem(header):
    """(lines, what is wrong or None)"""
    expanded = compiler(header, "-E")
    lines = expanded.stdout.count("\n")
    if expanded.returncode != 0:
        return lines, expanded.stderr
    if lines > BUDGET:
        return lines, f"{lines} lines after preprocessing, budget {BUDGET}"
    compiled = compiler(header, "-fsyntax-only")
    return lines, compiled.stderr if compiled.returncode != 0 else None


def main(arguments):
    headers = tracked("include/*.hpp") if arguments == ["--all"] else arguments
    failed, large = False, 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for header, (lines, what) in zip(headers, pool.map(problem, headers)):
            print(f"FAIL {header}: {what}" if what else f"PASS {header} ({lines} lines)", flush=True)
            failed = failed or what is not None
            large += lines > USUAL
    if arguments == ["--all"]:
        few = large * 2 < len(headers)
        print(f"{'PASS' if few else 'FAIL'} line budget: {large} of {len(headers)} headers have more than {USUAL} lines")
        failed = failed or not few
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
