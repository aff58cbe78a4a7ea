#!/usr/bin/env python3
"""How large things are: size_report.py [BUILD-DIRECTORY]. Fails when a file has too many lines: 300, tables of tests 500.

With a build directory also the machine code of each module, as `size` counts it.
"""

import collections
import pathlib
import re
import subprocess
import sys

from check_layers import module_of
from cpp_scan import ROOT, tracked

LIMIT, TEST_LIMIT = 300, 500


def limit_of(path):
    return TEST_LIMIT if path.startswith("tests/") else LIMIT


def lines_by_module(paths):
    lines = collections.Counter()
    for path in paths:
        lines[module_of(path)] += (ROOT / path).read_text().count("\n")
    return lines


def code_by_module(build):
    """Bytes of machine code per module of lib/, from the object files' names."""
    code = collections.Counter()
    for archive in ("libsluice.a", "libsluice-testing.a"):
        text = subprocess.run(["size", build / archive], capture_output=True, text=True, check=True).stdout
        for row in re.finditer(r"^\s*(\d+)\s.*\slib_(backend_[a-z0-9]+|[a-z0-9]+)_\S+\.o", text, re.MULTILINE):
            code[row[2].replace("_", "/")] += int(row[1])
    return code


def main(arguments):
    paths = tracked("include/*.hpp", "lib/*.?pp", "cli/*.?pp", "examples/*.cpp", "tests/*.?pp", "benches/*.?pp")
    lines = lines_by_module(paths)
    code = code_by_module(pathlib.Path(arguments[0]).resolve()) if arguments else {}
    print(f"{'module':16} {'lines':>7}" + (f" {'code KiB':>9}" if code else ""))
    for module, count in sorted(lines.items()):
        print(f"{module:16} {count:7}" + (f" {code[module] / 1024:9.0f}" if module in code else ""))
    large = {p: n for p in paths if (n := (ROOT / p).read_text().count("\n")) > limit_of(p)}
    for path, count in large.items():
        print(f"{path}:{count}: more than {limit_of(path)} lines")
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
