"""The lint ring: every check is one count."""

import concurrent.futures
import re
import subprocess

from cpp_scan import tracked
from ringlib import JOBS, LOGS, ROOT, Tally, check, python, say

CPP = ("*.cpp", "*.hpp")


def differs(path):
    wanted = subprocess.run(["clang-format-16", path], cwd=ROOT, capture_output=True, check=True).stdout
    return wanted != (ROOT / path).read_bytes()


def formatting():
    """As clang-format wants it. (Its own --dry-run objects to comments behind inline namespaces which it then leaves as they are.)"""
    with concurrent.futures.ThreadPoolExecutor(int(JOBS)) as pool:
        files = tracked(*CPP)
        wrong = [path for path, bad in zip(files, pool.map(differs, files)) if bad]
    for path in wrong:
        say(f"FAILED lint format: {path}: run clang-format-16 -i")
    return Tally(failed=1) if wrong else Tally(passed=1)


def readme():
    """The first program of the README compiles."""
    text = (ROOT / "README.md").read_text()
    found = re.search(r"```cpp\n(.*?)```", text, re.DOTALL)
    LOGS.mkdir(parents=True, exist_ok=True)
    program = LOGS / "readme.cpp"
    program.write_text(found.group(1) if found else "#error README.md has no program\n")
    return check("lint readme", ["g++-12", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{ROOT}/include", str(program)])


def all_checks():
    tally = Tally()
    for name in ("layers", "coro", "words"):
        tally += check(f"lint {name}", python(ROOT / "tools" / f"check_{name}.py"))
    tally += check("lint own tests", python("-m", "unittest", "discover", "-s", ROOT / "tools" / "tests"))
    tally += formatting()
    tally += readme()
    return tally
