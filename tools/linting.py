"""The lint ring: every check is one count."""

import concurrent.futures
import hashlib
import json
import re
import subprocess

from cpp_scan import tracked
from ringlib import JOBS, LOGS, ROOT, Tally, check, python, say

CPP = ("*.cpp", "*.hpp")
TIDIED = ("lib/async/", "lib/http/", "lib/transfer/")  # what clang-tidy reads: the modules where coroutines own things; all would take minutes


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
    """The programs of the README compile."""
    blocks = re.findall(r"```cpp\n(#include.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    LOGS.mkdir(parents=True, exist_ok=True)
    program = LOGS / "readme.cpp"
    whole = [f"namespace block_{n} {{\n{re.sub(r'#include.*', '', block)}}}\n" for n, block in enumerate(blocks)]
    includes = sorted(set(re.findall(r"#include.*", "".join(blocks)))) or ["#error README.md has no program"]
    program.write_text("\n".join(includes + whole))
    return check("lint readme", ["g++-12", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{ROOT}/include", str(program)])


def tidy_key(path, shared):
    return hashlib.sha256(shared + (ROOT / path).read_bytes()).hexdigest()


def untidy(path, database):
    command = ["clang-tidy-16", "--quiet", "--extra-arg=-Wno-unknown-warning-option", "-p", str(database), path]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def tidy(database):
    """clang-tidy over the modules with coroutines, with the flags of a build directory; about 75 s on two cores. What was clean and
    has not changed, headers included, is not read again."""
    store = LOGS.parent / "tidy.json"
    clean = set(json.loads(store.read_text())) if store.exists() else set()
    headers = tracked("include/*.hpp", "lib/*.hpp", ".clang-tidy")
    shared = b"".join((ROOT / h).read_bytes() for h in headers)
    keys = {path: tidy_key(path, shared) for path in tracked("lib/*.cpp") if path.startswith(TIDIED)}
    todo = [path for path, key in keys.items() if key not in clean]
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(int(JOBS)) as pool:
        for path, done in zip(todo, pool.map(lambda p: untidy(p, database), todo)):
            if done.returncode == 0:
                clean.add(keys[path])
            else:
                say(f"FAILED lint tidy: {path}\n{done.stdout}{done.stderr if not done.stdout else ''}")
                wrong += 1
    store.write_text(json.dumps(sorted(clean & set(keys.values()))))
    return Tally(failed=1) if wrong else Tally(passed=1)


def all_checks(database):
    """Every check; clang-tidy only when there is a build directory to take flags from."""
    tally = Tally()
    for name in ("layers", "coro", "words", "promises"):
        tally += check(f"lint {name}", python(ROOT / "tools" / f"check_{name}.py"))
    tally += check("lint sizes", python(ROOT / "tools" / "size_report.py"))
    tally += check("lint own tests", python("-m", "unittest", "discover", "-s", ROOT / "tools" / "tests"))
    tally += formatting()
    tally += readme()
    if database is not None:
        tally += tidy(database)
    return tally
