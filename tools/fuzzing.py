"""The fuzz ring: every target of tests/fuzz over its corpus in the tree, and then on its own for a while; each is one count.

What fails leaves its input in build/fuzz/found, and the line that runs it again. Longer runs keep what they learn in build/fuzz/learned.
"""

import concurrent.futures
import os
import re
import shutil

from ringlib import BUILD, JOBS, ROOT, Tally, build, configure, fail, run, say, side_by_side, steady, targets

SOURCE = ROOT / "tests" / "fuzz"
COMMON = ["scarce_memory"]  # of all targets
SMOKE = 2  # seconds a target
XML = ["azure_answers", "azure_documents", "batch_removal", "buckets", "completion", "error_answer", "list_page", "listings", "tags", "xml"]
DICTIONARIES = {"xml": [*XML, "key_documents"], "http": ["chunked", "content_range", "http_date", "request_head", "response_head"],
                "json": ["google_account", "key_documents", "token_documents"], "url": ["endpoint", "presigned_url", "proxy", "redaction", "uri"], "profile": ["profile_file", "shell_words"]}
OPTIONS = ("clang++-16", "-Dbuildtype=plain", "-Doptimization=1", "-Ddebug=true", "-Db_sanitize=address,undefined", "-Db_lundef=false",
           "-Dcli=false", "-Dfuzz=true")
# No input may take more memory than that, in one piece or in all, or more time.
LIMITS = ["-malloc_limit_mb=64", "-rss_limit_mb=1024", "-timeout=20", "-max_len=4096"]
ENV = {"ASAN_OPTIONS": "detect_stack_use_after_return=1:quarantine_size_mb=32"}
EXECUTED = re.compile(r"^stat::number_of_executed_units: +(\d+)$", re.MULTILINE)


def dictionary(target):
    """The words of all dictionaries of the target in one file, or nothing."""
    words = [(SOURCE / "dictionaries" / f"{name}.dict").read_text() for name, names in DICTIONARIES.items() if target in names]
    if not words:
        return []
    path = BUILD / "fuzz" / "learned" / f"{target}.dict"
    path.write_text("".join(words))
    return [f"-dict={path}"]


def command(target, program, seconds):
    """libFuzzer's: the first folder takes what is learned, and is empty at the beginning of a smoke run, so that this is always the same."""
    learned = BUILD / "fuzz" / "learned" / target
    if seconds == SMOKE:
        shutil.rmtree(learned, ignore_errors=True)
    learned.mkdir(parents=True, exist_ok=True)
    found = BUILD / "fuzz" / "found"
    found.mkdir(parents=True, exist_ok=True)
    return [*steady(), str(program), "-seed=1", f"-max_total_time={seconds}", "-print_final_stats=1", f"-artifact_prefix={found}/{target}-",
            *LIMITS, *dictionary(target), str(learned), str(SOURCE / "corpus" / target)]


def one(target, program, seconds):
    """Runs a target. Its Tally, and how many inputs it tried."""
    name = f"fuzz {target}"
    code, log = run(name, command(target, program, seconds), seconds + 120, ENV)
    text = log.read_text(errors="replace")
    executed = sum(int(n) for n in EXECUTED.findall(text))
    if code == 0 and executed:
        return Tally(passed=1), executed
    left = re.search(r"Test unit written to (\S+)", text)
    failed = fail(name, log)
    if left:
        say(f"    again: {os.path.relpath(program, ROOT)} {os.path.relpath(left[1], ROOT)}")
    return failed, executed


def scarce(target, program):
    """The target over its corpus, with one allocation after the other failing. Its Tally, and how many did."""
    name = f"scarce {target}"
    corpus = sorted((SOURCE / "corpus" / target).iterdir())
    code, log = run(name, [*steady(), str(program), *map(str, corpus)], 300, ENV)
    failed = re.search(r"^(\d+) allocations failed$", log.read_text(errors="replace"), re.MULTILINE)
    return (Tally(passed=1), int(failed[1])) if code == 0 and failed else (fail(name, log), 0)


def all_scarce(there):
    """Those that do not wait."""
    programs = {name.removeprefix("scarce-"): program for name, program in there.items() if name.startswith("scarce-")}
    tally, total = Tally(), 0
    for _, (one, failed) in side_by_side(list(programs), scarce, programs.values()):
        tally += one
        total += failed
    say(f"  fuzz: {len(programs)} targets with {total} failed allocations")
    if total == 0:
        tally += fail("fuzz: no allocation failed")
    return tally


def ring(seconds):
    """All targets, `seconds` each; 0 for a smoke run."""
    broken = configure("fuzz", *OPTIONS)
    if broken:
        return broken
    names = sorted(path.stem for path in SOURCE.glob("*.cpp") if path.stem not in COMMON)
    there = targets("fuzz")
    missing = [name for name in names if f"fuzz-{name}" not in there or not any((SOURCE / "corpus" / name).iterdir())]
    if missing:
        say(f"FAILED fuzz: not in tests/fuzz/meson.build, or without a corpus: {' '.join(missing)}")
        return Tally(failed=1)
    broken = build("fuzz", *[str(path.relative_to(BUILD / "fuzz")) for name, path in there.items() if name.startswith(("fuzz-", "scarce-"))])
    if broken:
        return broken
    tally, total = Tally(), 0
    with concurrent.futures.ThreadPoolExecutor(int(JOBS)) as pool:
        for name, (result, executed) in zip(names, pool.map(lambda n: one(n, there[f"fuzz-{n}"], seconds or SMOKE), names)):
            if seconds:
                say(f"  fuzz {name}: {executed} executions")
            tally += result
            total += executed
    files = sum(1 for path in (SOURCE / "corpus").rglob("*") if path.is_file())
    say(f"  fuzz: {len(names)} targets, {files} files of corpus, {total} executions of {seconds or SMOKE} s each")
    tally += all_scarce(there)
    return tally
