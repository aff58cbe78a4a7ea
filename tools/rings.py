#!/usr/bin/env python3
"""The test rings, from the cheapest to the dearest: ./dev test [RING..] [--quick] [--seconds N] [--seeds N] [--mutants N].

A ring is a function that returns a Tally, or None when the tree has nothing of its kind. Without names all of them run but those that are
for demand only. The last line is the sum over all rings; the exit code is 0 only when nothing failed. Logs are in build/logs. --seconds is
how long each fuzzer or the soak runs, --seeds how many random worlds or programs there are, --mutants how many the coverage ring makes.
"""

import functools
import re
import sys
import time

import coverage
import fuzzing
import linting
from ringlib import (BUILD, JOBS, ROOT, Tally, build, configure, doctest, doctest_by_file, last_line, log_of, marks, meson_tests, python, say,
                     side_by_side, steady, targets)

ASAN = {"ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:abort_on_error=0", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}
TSAN = {"TSAN_OPTIONS": f"suppressions={ROOT}/tests/tsan.supp:halt_on_error=0:second_deadlock_stack=1", "SLUICE_TEST_THREADS": "4"}
# Build directory -> compiler and options. The sanitizers run unoptimised, and with lines only for debugging: that compiles in half the time,
# hides nothing behind an optimisation, and GCC 12 has no false -Wmaybe-uninitialized then. clang compiles the checks of ASan and UBSan in half
# the time of GCC. So every compiler's code runs under a sanitizer that knows freed memory: clang's under ASan, GCC's under TSan, and under
# ASan on demand. Assertions of the standard library cost little and find much.
CHECKED = "-Dcpp_args=-D_GLIBCXX_ASSERTIONS"
LEAN = ["-Dbuildtype=plain", "-Doptimization=0", "-Ddebug=false", "-Dcpp_args=-g1", "-Db_lundef=false"]
CONFIGURATIONS = {
    "test": ("g++-12", "-Dbuildtype=debug", CHECKED, "-Dexamples=true", "-Dbenches=true", "-Dlibdir=lib", "-Dpkgconfig.relocatable=true"),
    "asan": ("clang++-16", *LEAN, "-Db_sanitize=address,undefined", "-Dexamples=true", "-Dbenches=true"),
    "asan-gcc": ("g++-12", *LEAN, "-Db_sanitize=address,undefined", "-Dcli=false"),
    "tsan": ("g++-12", *LEAN, "-Db_sanitize=thread", "-Dcli=false"),
}
STORES = ["memory", "file", "file-tmpfs", "direct", "direct-ext4", "direct-xfs", "s3", "s3-directory", "azure", "gcs", "prefixed", "limited", "observed", "faulty", "nested"]
# Program -> seconds a run may take (sanitizers three times that), and the environments it is run in. The big ones run file by file.
PROGRAMS = {"unit": (120, [{}]), "stream": (600, [{}]), "conformance": (600, [{"SLUICE_STORE": kind} for kind in STORES]),
            "s3-conformance": (300, [{"SLUICE_STORE": "s3"}]), "gcs-errors": (120, [{}])}
BY_FILE = ["unit", "stream"]


def programs(directory, names, env=None, patience=1):
    """Builds and runs the doctest programs `names` of one configuration."""
    broken = configure(directory, *CONFIGURATIONS[directory])
    if broken:
        return broken
    there = targets(directory)
    names = [n for n in names if n in there]
    if not names:
        return None
    broken = build(directory, *[str(there[n].relative_to(BUILD / directory)) for n in names])
    if broken:
        return broken
    tally = Tally()
    for name in names:
        limit, variants = PROGRAMS[name]
        if name in BY_FILE:
            tally += doctest_by_file(f"{directory} {name}", there[name], limit * patience, env)
            continue
        titles = [" ".join([directory, name, *variant.values()]) for variant in variants]
        environs = [{**(env or {}), **variant} for variant in variants]
        for title, one in side_by_side(titles, functools.partial(run_doctest, there[name], limit * patience), environs):
            say(f"  {title}: {one}")
            tally += one
    return tally


def run_doctest(program, limit, title, env):
    return doctest(title, program, limit, env)


def whole_build(directory):
    """Builds everything of one configuration. None when that worked, else the failure."""
    return configure(directory, *CONFIGURATIONS[directory]) or build(directory)


def ring_lint():
    """Under --quick without clang-tidy, which takes longer than all the rest."""
    if "--quick" in sys.argv:
        return linting.all_checks(None)
    return configure("test", *CONFIGURATIONS["test"]) or linting.all_checks(BUILD / "test")


def ring_headers():
    return marks("headers", python(ROOT / "tools" / "check_headers.py", "--all"), 900)


def ring_unit():
    return programs("test", ["unit"])


def ring_stream():
    return programs("test", ["stream"])


def ring_conformance():
    return programs("test", ["conformance", "s3-conformance"])


def ring_examples():
    if "executable" not in (ROOT / "examples" / "meson.build").read_text():
        return None
    return whole_build("test") or meson_tests("examples", "test", "examples")


def ring_integration():
    folder = ROOT / "tests" / "integration"
    broken = whole_build("test")
    if broken:
        return broken
    tally = programs("test", ["gcs-errors"]) or Tally()
    tally += marks("integration", python(folder / "run.py", BUILD / "test"), 1800)
    tally += marks("integration azurite", python(folder / "run_azurite.py", BUILD / "test"), 900)
    tally += marks("integration gcs", python(folder / "run_gcs.py", BUILD / "test"), 1800)
    return tally


def ring_consumers():
    script = ROOT / "tests" / "consumers" / "run.py"
    return whole_build("test") or marks("consumers", python(script, BUILD / "test"), 900) if script.exists() else None


def worlds(directory, seeds, env=None):
    """Random worlds: as many as there are seeds. The line that tells how many operations and faults those were is shown."""
    if not (ROOT / "tests" / "sim").exists():
        return None
    broken = configure(directory, *CONFIGURATIONS[directory]) or build(directory, "tests/sim/sim")
    if broken:
        return broken
    program, share = BUILD / directory / "tests" / "sim" / "sim", -(-seeds // int(JOBS))
    begins = list(range(1, seeds + 1, share))
    names = [f"{directory} sim from {begin}" for begin in begins]
    commands = [[*steady(), str(program), "--from", str(begin), "--seeds", str(min(share, seeds + 1 - begin))] for begin in begins]
    tally = Tally()
    for _, one in side_by_side(names, lambda name, command: marks(name, command, 600 + 2 * seeds, env), commands):
        tally += one
    counts = [[int(n) for n in re.findall(r"\d+", last_line(name))] for name in names]
    if all(len(one) == 4 for one in counts):
        say("  {} sim: {} seeds, {} operations, {} injected faults, {} seeds failed".format(directory, *map(sum, zip(*counts))))
    return tally


def random_programs(directory, seeds, env=None):
    """As many on every kind of store as there are seeds, and as many rivals."""
    broken = configure(directory, *CONFIGURATIONS[directory]) or build(directory, "tests/model/model")
    if broken:
        return broken
    name = f"{directory} model"
    program = BUILD / directory / "tests" / "model" / "model"
    tally = marks(name, [*steady(), str(program), "--seeds", str(seeds)], 600 + 10 * seeds, env)
    say(f"  {name}: {last_line(name)}")
    return tally


def ring_model():
    """100 seeds, or as many as --seeds says."""
    return random_programs("test", number_after("--seeds", 100))


def ring_soak():
    """Full speed with faults for ten minutes, or as long as --seconds says: what the process holds must not grow."""
    broken = configure("test", *CONFIGURATIONS["test"]) or build("test", "tests/soak/soak")
    if broken:
        return broken
    seconds = number_after("--seconds", 600)
    tally = marks("soak", [str(BUILD / "test" / "tests" / "soak" / "soak"), "--seconds", str(seconds)], 300 + seconds)
    say("\n".join("  " + line for line in log_of("soak").read_text(errors="replace").splitlines()))
    return tally


def ring_large():
    """12 GiB up and down with each cloud in less than 64 MiB, or as many as --gib says; 2 where it is one of many rings."""
    broken = configure("test", *CONFIGURATIONS["test"]) or build("test", "tests/large/large")
    if broken:
        return broken
    gib = number_after("--gib", 12 if "large" in sys.argv else 2)
    tally = marks("large", [str(BUILD / "test" / "tests" / "large" / "large"), "--gib", str(gib)], 300 + 60 * gib)
    say("\n".join("  " + line for line in log_of("large").read_text(errors="replace").splitlines()))
    return tally


def number_after(option, otherwise):
    """What follows `option` on the command line."""
    return int(sys.argv[sys.argv.index(option) + 1]) if option in sys.argv else otherwise


def ring_sim():
    """1,000 seeds, or as many as --seeds says."""
    return worlds("test", number_after("--seeds", 1000))


def ring_asan():
    """Everything as clang builds it."""
    broken = whole_build("asan")
    if broken:
        return broken
    tally = programs("asan", PROGRAMS, ASAN, 3)
    tally += worlds("asan", 150, ASAN)
    tally += random_programs("asan", 20, ASAN)
    tally += meson_tests("asan examples", "asan", "examples")
    return tally


def ring_tsan():
    return programs("tsan", PROGRAMS, TSAN, 6)


def ring_asan_gcc():
    tally = programs("asan-gcc", PROGRAMS, ASAN, 3)
    tally += worlds("asan-gcc", 150, ASAN)
    return tally


def ring_fuzz():
    """Each target over its corpus and for two seconds more, or as many as --seconds says."""
    return fuzzing.ring(number_after("--seconds", 0))


def ring_coverage():
    """Branches that the tests take, and 100 mutants, or as many as --mutants says."""
    return coverage.ring(number_after("--mutants", 100))


RINGS = {name.removeprefix("ring_").replace("_", "-"): function for name, function in list(globals().items()) if name.startswith("ring_")}
QUICK = ["lint", "unit", "stream", "conformance"]
ON_DEMAND = ["asan-gcc", "soak", "coverage"]


def main(arguments):
    named = [a for a in arguments if a not in ("--quick", "--seconds", "--seeds", "--mutants", "--gib") and not a.isdigit()]
    wanted = named or (QUICK if "--quick" in arguments else [r for r in RINGS if r not in ON_DEMAND])
    unknown = [name for name in wanted if name not in RINGS]
    if unknown:
        print(f"no such ring: {' '.join(unknown)}; there are: {' '.join(RINGS)}", file=sys.stderr)
        return 2
    total = Tally()
    for name in [r for r in RINGS if r in wanted]:
        say(f"{name} ...")
        began = time.monotonic()
        tally = RINGS[name]()
        if tally is None:
            say(f"{name}: nothing of this kind in the tree")
            continue
        total += tally
        say(f"{name}: {tally} ({time.monotonic() - began:.0f} s)")
    say(str(total))
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
