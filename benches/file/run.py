#!/usr/bin/env python3
"""run.py BUILD_DIR [--rounds N] [--only NAME] [--clean]: sluice's files, fio, cat, find and plain loops on the same files of one disk.

Interleaved rounds; medians; ratios within this run only. CPU is user+sys: of the work phase where the program tells it (sluice, fio, the
plain loops), of the whole process elsewhere. Prints Markdown tables and writes BUILD_DIR/bench-file.json. The files are made once, below
BUILD_DIR/bench-file (about 6 GiB and 1.2 million names), and used again; --clean removes them at the end."""
import argparse, json, os, shutil, statistics, subprocess, sys, time
from pathlib import Path

from data import BIG, COUNT, Data

GIB = 1 << 30
SMALL, DURABLE = 100_000, 1_000
SECONDS = 4


def whole_process(command, requests, bytes_moved):
    """For programs without a meter inside: the process is the work."""
    def run():
        begin = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise RuntimeError(f"{command} fails")
        return dict(user=used.ru_utime, sys=used.ru_stime, wall=time.monotonic() - begin, requests=requests, bytes=bytes_moved,
                    peak_rss_kib=used.ru_maxrss)
    return run


def metered(command):
    def run():
        words = [str(w() if callable(w) else w) for w in command]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stderr.strip()[-300:]}")
        return json.loads(done.stdout.splitlines()[-1])
    return run


def fio(file, direction, block, depth, *more):
    command = ["fio", "--name=bench", f"--filename={file}", "--ioengine=io_uring", f"--iodepth={depth}", "--direct=1", f"--rw={direction}",
               f"--bs={block}", "--time_based", f"--runtime={SECONDS}", "--norandommap", "--fallocate=none", "--overwrite=1",
               "--scramble_buffers=0", "--output-format=json", *more]
    def run():
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        job = json.loads(done.stdout)["jobs"][0]
        moved, wall = job["write" if "write" in direction else "read"], job["job_runtime"] / 1000
        return dict(user=job["usr_cpu"] * wall / 100, sys=job["sys_cpu"] * wall / 100, wall=wall, bytes=moved["io_bytes"],
                    requests=moved["total_ios"])
    return run


# What a fio whose submissions are batched, and which asks for no time, does: nobody runs it so, but it says what there is to be had.
LEAN = ("--iodepth_batch_submit=32", "--iodepth_batch_complete_min=1", "--gtod_reduce=1")


def programs(build, data):
    """Group -> (unit of work, {program -> command}); the first program of a group is its reference."""
    def bench(*words):
        return metered([build / "benches/bench-file", *words])
    def seam(block, depth, *words):
        return bench("seam", data.direct, block, depth, SECONDS, *words)
    find = ["find", str(data.many), "-type", "f"]
    return {
        "4 KiB direct random reads, 32 in flight": ("operation", {
            "fio": fio(data.direct, "randread", 4096, 32),
            "fio, batches, no clock": fio(data.direct, "randread", 4096, 32, *LEAN),
            "sluice, files seam": seam(4096, 32, "random"),
            "sluice, direct store, read": bench("ranges", data.folder, data.direct.name, 4096, SECONDS, "direct")}),
        "1 MiB direct sequential reads, 8 in flight": ("GiB", {
            "fio": fio(data.direct, "read", "1m", 8),
            "sluice, files seam": seam(1 << 20, 8)}),
        "1 MiB direct sequential writes, 8 in flight": ("GiB", {
            "fio": fio(data.direct, "write", "1m", 8),
            "sluice, files seam": seam(1 << 20, 8, "write")}),
        "4 KiB cached random reads, 32 in flight": ("operation", {
            "fio": fio(data.big, "randread", 4096, 32, "--direct=0", "--invalidate=0"),
            "sluice, store.read": bench("ranges", data.big.parent, data.big.name, 4096, SECONDS)}),
        "4 GiB file from the page cache": ("GiB", {
            "cat >/dev/null": whole_process(["cat", str(data.big)], 1, BIG),
            "sluice, get, 128 KiB at a time": bench("in-order", data.big.parent, data.big.name, 1),
            "sluice, stream_ranged, 256 KiB at a time": bench("stream", data.big.parent, data.big.name, 1),
            "pread, 4 MiB at a time, into 4 GiB of memory": bench("plain-read", data.big),
            "sluice, read_ranged into 4 GiB of memory": bench("into-memory", data.big.parent, data.big.name, 1)}),
        f"list of {COUNT:,} files": ("file", {
            "find -printf '%s %T@ %p\\n'": whole_process([*find, "-printf", "%s %T@ %p\\n"], COUNT, 0),
            "find (names only)": whole_process(find, COUNT, 0),
            "sluice, pages of 1,000": bench("list", data.many)}),
        f"{SMALL:,} writes of 4 KiB, not flushed": ("file", {
            "open, pwrite, close, rename": bench("plain-put", data.fresh, SMALL),
            "sluice, put, 32 in flight": bench("put", data.fresh, SMALL)}),
        f"{SMALL:,} reads of 4 KiB from the page cache": ("file", {
            "open, pread, close": bench("plain-get", data.small, SMALL),
            "sluice, read, 32 in flight": bench("get", data.small, SMALL)}),
        f"{DURABLE:,} writes of 4 KiB, file and folder flushed": ("file", {
            "open, pwrite, fsync, close, rename, fsync": bench("plain-put", data.fresh, DURABLE, "durable"),
            "sluice, put, 32 in flight": bench("put", data.fresh, DURABLE, "durable")}),
    }


def row(unit, samples):
    """CPU per unit: median, least, most; units per second: median."""
    work = (lambda s: s["bytes"] / GIB) if unit == "GiB" else (lambda s: s["requests"] / 1e6)
    cpu = [(s["user"] + s["sys"]) / work(s) for s in samples]
    rate = statistics.median(work(s) / s["wall"] for s in samples) * (1 if unit == "GiB" else 1e6)
    return statistics.median(cpu), min(cpu), max(cpu), rate


def table(group, unit, rows):
    cpu_unit, digits = ("s", 3) if unit == "GiB" else ("us", 2)
    print(f"\n| {group} | CPU {cpu_unit} per {unit} | min-max | x {next(iter(rows))} | {unit} per second | x | peak RSS MiB |\n|---|---|---|---|---|---|---|")
    reference = None
    for name, samples in rows.items():
        cpu, low, high, rate = row(unit, samples)
        reference = reference or (cpu, rate)
        speed = f"{rate:.2f}" if unit == "GiB" else f"{rate:,.0f}"
        memory = max(s.get("peak_rss_kib", 0) for s in samples) / 1024
        print(f"| {name} | {cpu:.{digits}f} | {low:.{digits}f}-{high:.{digits}f} | {cpu / reference[0]:.2f} | {speed} | "
              f"{rate / reference[1]:.2f} | {f'{memory:.0f}' if memory else ''} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--clean", action="store_true")
    options = parser.parse_args()
    build = options.build.resolve()
    data = Data(build / "bench-file", str(build / "benches/bench-file"), SMALL)
    groups = {g: p for g, p in programs(build, data).items() if options.only in g}
    data.remove_written()
    data.make(groups)
    results = {g: {n: [] for n in p} for g, (_, p) in groups.items()}
    for i in range(options.rounds):
        for group, (_, clients) in groups.items():
            for name, run in clients.items():
                os.sync()
                sample = run()
                sample["load"] = os.getloadavg()[0]
                results[group][name].append(sample)
                print(f"round {i + 1} {group}: {name}: {sample['user'] + sample['sys']:.2f} s CPU, {sample['wall']:.2f} s", file=sys.stderr, flush=True)
    loads = [s["load"] for g in results.values() for samples in g.values() for s in samples]
    print(f"{os.cpu_count()} cores, {os.uname().release}, {options.rounds} rounds interleaved, medians; load average {min(loads):.1f} to {max(loads):.1f}")
    for group, rows in results.items():
        table(group, groups[group][0], rows)
    (build / "bench-file.json").write_text(json.dumps(dict(rounds=options.rounds, results=results), indent=1))
    data.remove_written()
    if options.clean:
        shutil.rmtree(data.folder)


main()
