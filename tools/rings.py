#!/usr/bin/env python3
"""The test rings, from the cheapest to the dearest: ./dev test [RING..] [--quick] [--seconds N] [--seeds N].

A ring is a function that returns a Tally, or None when the tree has nothing of its kind. The last line is the sum over all rings;
the exit code is 0 only when nothing failed. Logs are in build/logs. --seconds is how long each fuzzer runs, --seeds how many random
worlds there are.
"""

import sys
import time

import fuzzing
import linting
from ringlib import BUILD, ROOT, Tally, build, configure, doctest, last_line, marks, meson_tests, python, say, steady, targets

ASAN = {"ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:abort_on_error=0", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}
TSAN = {"TSAN_OPTIONS": f"suppressions={ROOT}/tests/tsan.supp:halt_on_error=0:second_deadlock_stack=1", "SLUICE_TEST_THREADS": "4"}
# Build directory -> compiler and options. The sanitizers run unoptimised: GCC 12 takes half as long to compile that, hides nothing behind
# an optimisation, and has no false -Wmaybe-uninitialized then. Assertions of the standard library cost little and find much.
CHECKED = "-Dcpp_args=-D_GLIBCXX_ASSERTIONS"
CONFIGURATIONS = {
    "test": ("g++-12", "-Dbuildtype=debug", CHECKED, "-Dexamples=true", "-Dbenches=true", "-Dlibdir=lib", "-Dpkgconfig.relocatable=true"),
    "asan": ("g++-12", "-Dbuildtype=debug", "-Db_sanitize=address,undefined", "-Db_lundef=false", "-Dcli=false"),
    "tsan": ("g++-12", "-Dbuildtype=debug", "-Db_sanitize=thread", "-Db_lundef=false", "-Dcli=false"),
    "clang": ("clang++-16", "-Dbuildtype=debug", "-Dexamples=true", "-Dbenches=true"),
}
STORES = ["memory", "file", "file-tmpfs", "direct", "direct-ext4", "direct-xfs", "s3", "s3-directory", "prefixed", "limited", "observed", "faulty", "nested"]
# Program -> seconds a run may take (sanitizers three times that), and the environments it is run in.
PROGRAMS = {"unit": (120, [{}]), "stream": (600, [{}]), "conformance": (600, [{"SLUICE_STORE": kind} for kind in STORES]),
            "s3-conformance": (300, [{"SLUICE_STORE": "s3"}])}


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
        for variant in variants:
            title = " ".join([directory, name, *variant.values()])
            one = doctest(title, there[name], limit * patience, {**(env or {}), **variant})
            say(f"  {title}: {one}")
            tally += one
    return tally


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
    script = ROOT / "tests" / "integration" / "run.py"
    return whole_build("test") or marks("integration", python(script, BUILD / "test"), 1800) if script.exists() else None


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
    name = f"{directory} sim"
    tally = marks(name, [*steady(), str(BUILD / directory / "tests" / "sim" / "sim"), "--seeds", str(seeds)], 600 + 2 * seeds, env)
    say(f"  {name}: {last_line(name)}")
    return tally


def number_after(option, otherwise):
    """What follows `option` on the command line."""
    return int(sys.argv[sys.argv.index(option) + 1]) if option in sys.argv else otherwise


def ring_sim():
    """1,000 seeds, or as many as --seeds says."""
    return worlds("test", number_after("--seeds", 1000))


def ring_asan():
    tally = programs("asan", PROGRAMS, ASAN, 3)
    tally += worlds("asan", 150, ASAN)
    return tally


def ring_tsan():
    return programs("tsan", PROGRAMS, TSAN, 6)


def ring_clang():
    broken = whole_build("clang")
    if broken:
        return broken
    tally = programs("clang", PROGRAMS)
    tally += worlds("clang", 150)
    tally += meson_tests("clang examples", "clang", "examples")
    return tally


def ring_fuzz():
    """Each target over its corpus and for two seconds more, or as many as --seconds says."""
    return fuzzing.ring(number_after("--seconds", 0))


RINGS = {name.removeprefix("ring_"): function for name, function in list(globals().items()) if name.startswith("ring_")}
QUICK = ["lint", "unit", "stream", "conformance"]


def main(arguments):
    named = [a for a in arguments if a not in ("--quick", "--seconds", "--seeds") and not a.isdigit()]
    wanted = named or (QUICK if "--quick" in arguments else list(RINGS))
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
