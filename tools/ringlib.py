"""Running things for the test rings: commands with logs, builds, and the counting of what they report."""

import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
LOGS = BUILD / "logs"
JOBS = os.environ.get("SLUICE_JOBS") or str(len(os.sched_getaffinity(0)))


@dataclasses.dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __iadd__(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        return self

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def say(text):
    print(text, flush=True)


def last_line(name):
    """Of the log that `run` wrote under that name."""
    lines = log_of(name).read_text(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line), "")


def log_of(name):
    return LOGS / (name.replace("/", "-").replace(" ", "-") + ".log")


def fail(name, log=None):
    """One failure, with the end of its log."""
    say(f"FAILED {name}")
    if log is not None:
        lines = log.read_text(errors="replace").splitlines()
        say("\n".join("    " + line for line in lines[-40:]))
        say(f"    the whole log: {log.relative_to(ROOT)}")
    return Tally(failed=1)


def not_run(name, reason):
    """Something that could not be tried: skipped here, a failure where everything must be there."""
    say(f"NOT RUN: {name}: {reason}")
    return Tally(failed=1) if os.environ.get("CI") == "true" else Tally(skipped=1)


def run(name, command, limit, env=None, cwd=ROOT):
    """Runs a command with its output in a log. Returns its exit code (None when it took longer than `limit` seconds), and the log."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = log_of(name)
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=cwd,
                                   env={**os.environ, **(env or {})}, start_new_session=True)
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            code = None
        except BaseException:
            stop_session(process)
            raise
        if code is None:
            stop_session(process)
            out.write(f"\nstopped: did not end within {limit} s\n".encode())
    return code, log


def stop_session(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def check(name, command, limit=600, env=None):
    """A command that passes or fails as one."""
    code, log = run(name, command, limit, env)
    return Tally(passed=1) if code == 0 else fail(name, log)


DOCTEST = re.compile(r"^\[doctest\] test cases: +(\d+) \| +(\d+) passed \| +(\d+) failed(?: \| +(\d+) skipped)?", re.MULTILINE)


def doctest_tally(text, code):
    """What a doctest program's summary line says; a program that ended badly without a failed case is one failure more."""
    found = DOCTEST.search(text)
    tally = Tally(*(int(n or 0) for n in found.groups()[1:])) if found else Tally()
    if code != 0 and tally.failed == 0 or not found:
        tally.failed += 1
    return tally


def doctest(name, program, limit, env=None, options=()):
    """A doctest program: each case counts."""
    code, log = run(name, [*steady(), str(program), *options, "--no-colors"], limit, env)
    tally = doctest_tally(log.read_text(errors="replace"), code)
    if tally.failed:
        fail(name, log)
    return tally


def side_by_side(names, function, arguments):
    """(name, function(name, argument)) of each, in order, as many at a time as there are cores."""
    with concurrent.futures.ThreadPoolExecutor(int(JOBS)) as pool:
        yield from zip(names, pool.map(function, names, arguments))


def sources_of(program):
    """The files of the tree that a program is made of itself, in the build directory that it lies in."""
    directory = BUILD / program.relative_to(BUILD).parts[0]
    command = ["meson", "introspect", "--targets", str(directory)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    groups = next(t["target_sources"] for t in found if t["filename"] == [str(program)])
    return sorted({pathlib.Path(path).relative_to(ROOT) for group in groups for path in group.get("sources", ())})


def doctest_by_file(name, program, limit, env=None):
    """A doctest program whose files are run each by itself, side by side; together they must be all its cases."""
    begun = time.monotonic()
    files = sources_of(program)
    code, log = run(f"{name} count", [*steady(), str(program), "--no-colors", "--count", "--no-skip"], limit, env)
    found = re.search(r"passing the current filters: (\d+)", log.read_text(errors="replace"))
    if code != 0 or not found:
        return fail(f"{name} count", log)
    tally = Tally()

    def run_file(path, only):
        return doctest(f"{name} {path}", program, limit, env, [only, "--no-skipped-summary"])

    for _, one in side_by_side(files, run_file, [f"-sf=*{path}" for path in files]):
        tally += one
    if tally.failed == 0 and tally.passed != int(found[1]):
        say(f"FAILED {name}: {found[1]} cases, but {tally.passed} ran")
        tally.failed = 1
    say(f"  {name}: {tally} ({time.monotonic() - begun:.0f} s)")
    return tally


def marks_tally(name, log, code):
    """What a script's lines "PASS x", "FAIL x: why", "NOT RUN: x: why" and "CANNOT x: why" add up to. What cannot be, wherever it is run, is
    skipped with CI, too."""
    tally = Tally()
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("PASS "):
            tally.passed += 1
        elif line.startswith("FAIL "):
            tally.failed += 1
        elif line.startswith("NOT RUN: "):
            tally += not_run(name, line.removeprefix("NOT RUN: "))
        elif line.startswith("CANNOT "):
            tally.skipped += 1
        elif found := DOCTEST.match(line):
            tally += Tally(*(int(n or 0) for n in found.groups()[1:]))
    if code != 0 and tally.failed == 0:
        tally.failed = 1
    if code != 0:
        fail(name, log)
    return tally


def marks(name, command, limit, env=None):
    """A script that reports many checks by line."""
    code, log = run(name, command, limit, env)
    return marks_tally(name, log, code)


def steady():
    """Sanitizers of these compilers fail on some kernels unless addresses stay where they expect them."""
    command = ["setarch", "-R"]
    works = shutil.which("setarch") and subprocess.run([*command, "true"], stderr=subprocess.DEVNULL).returncode == 0
    return command if works else []


def compiler(name):
    return f"ccache {name}" if shutil.which("ccache") else name


def configure(directory, cxx, *options):
    """Sets a build directory up unless it is there with these options. None when it is ready, else the failure."""
    stamp = BUILD / directory / "ring-options.txt"
    wanted = "\n".join([cxx, *options, ""])
    if (BUILD / directory / "build.ninja").exists() and stamp.exists() and stamp.read_text() == wanted:
        return None
    shutil.rmtree(BUILD / directory, ignore_errors=True)
    command = ["meson", "setup", str(BUILD / directory), str(ROOT), "-Dwerror=true", "-Dtests=true", *options]
    code, log = run(f"{directory} setup", command, 300, {"CXX": compiler(cxx)})
    if code != 0:
        return fail(f"{directory} setup", log)
    stamp.write_text(wanted)
    return None


def build(directory, *targets):
    """Builds targets, or everything. None when that worked, else the failure."""
    began = time.monotonic()
    name = f"{directory} build"
    code, log = run(name, ["ninja", "-C", str(BUILD / directory), "-j", JOBS, *targets], 3600)
    if time.monotonic() - began > 5:
        say(f"  {name} {' '.join(targets)}: {time.monotonic() - began:.0f} s")
    return None if code == 0 else fail(name, log)


def targets(directory):
    """Programs of a build directory, by name: as its meson.build files are now."""
    run(f"{directory} setup again", ["ninja", "-C", str(BUILD / directory), "build.ninja"], 300)
    command = ["meson", "introspect", "--targets", str(BUILD / directory)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {t["name"]: pathlib.Path(t["filename"][0]) for t in found if t["type"] == "executable"}


def meson_tests(name, directory, suite, limit=600):
    """A meson suite: each test counts."""
    command = ["meson", "test", "-C", str(BUILD / directory), "--no-rebuild", "--suite", suite, "--print-errorlogs"]
    code, log = run(name, command, limit)
    results = (BUILD / directory / "meson-logs" / "testlog.json").read_text().splitlines() if code is not None else []
    outcomes = [json.loads(line)["result"] for line in results]
    tally = Tally(outcomes.count("OK"), 0, outcomes.count("SKIP"))
    tally.failed = len(outcomes) - tally.passed - tally.skipped
    if code != 0 and tally.failed == 0:
        tally.failed = 1
    if tally.failed:
        fail(name, log)
    return tally


def python(*arguments):
    return [sys.executable, *(str(a) for a in arguments)]
