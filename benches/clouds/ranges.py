#!/usr/bin/env python3
"""ranges.py BUILD_DIR [--sweep] [--store NAME]: one GET against ranges, from a server that answers after 5, 20 or 50 ms and gives each connection 60 MB/s.

Prints MB/s of each strategy by size, latency and store, as it is without options, and what that gains over one GET. --sweep: the same
gains for other thresholds and least parts, by which the defaults were chosen. What bounds all of it is latency and rate, not the machine, so it may
be busy. Writes BUILD_DIR/bench-ranges.json."""
import argparse, json, sys
from pathlib import Path

from bench import MIB, client, server_of, surroundings

RATE, LATENCIES, STORES = 60, (5, 20, 50), ("s3", "azure", "gcs")
SIZES = (1, 4, 8, 16, 64, 256)
STRATEGIES = {"single": dict(strategy="single"), "ranges": {}, "sharded": dict(strategy="sharded", threads=2)}
CANDIDATES = ((8, 8), (8, 2), (4, 4), (4, 2), (4, 1), (2, 2), (2, 1), (1, 1))  # threshold, least part
BETWEEN = (1, 2, 3, 4, 5, 6, 8, 12, 16)


def seconds(build, server, store, size, **options):
    """The median of several reads; the connections are there after the first."""
    times = 2 if size >= 256 else 3 if size >= 64 else 7
    return client(build, "get", store, server.port, size * MIB, times=times, **options)["p50"]


def strategies(build, stores):
    rows = []
    for latency in LATENCIES:
        with server_of(build, latency, RATE) as server:
            for store in stores:
                for size in SIZES:
                    took = {name: seconds(build, server, store, size, **options) for name, options in STRATEGIES.items()}
                    rows.append(dict(store=store, latency=latency, size=size, took=took))
                    print(f"{store} {latency} ms {size} MiB: {took}", file=sys.stderr, flush=True)
    return rows


def sweep(build):
    """candidate -> (latency, size) -> gain, of s3; the server treats all alike."""
    gains = {c: {} for c in CANDIDATES}
    for latency in LATENCIES:
        with server_of(build, latency, RATE) as server:
            for size in BETWEEN:
                single = seconds(build, server, "s3", size, strategy="single")
                for threshold, least in CANDIDATES:
                    took = seconds(build, server, "s3", size, threshold=threshold * MIB, part=8 * MIB, least=least * MIB)
                    gains[threshold, least][latency, size] = single / took - 1
            print(f"sweep {latency} ms", file=sys.stderr, flush=True)
    return gains


def speed(size, took):
    return f"{size * MIB / 1e6 / took:,.0f}"


def gain(single, took):
    return f"{(single / took - 1) * 100:+.0f} %"


def table(rows):
    for store in dict.fromkeys(r["store"] for r in rows):
        print(f"\n{store}: MB/s, and what is gained over one GET\n")
        print("| latency | MiB | single | ranges | gain | sharded | gain |\n|---|---|---|---|---|---|---|")
        for r in (r for r in rows if r["store"] == store):
            single, ranges, sharded = (r["took"][s] for s in STRATEGIES)
            print(f"| {r['latency']} ms | {r['size']} | {speed(r['size'], single)} | {speed(r['size'], ranges)} | {gain(single, ranges)} "
                  f"| {speed(r['size'], sharded)} | {gain(single, sharded)} |")


def sweep_table(gains):
    print("\n| threshold, least part (MiB) | least gain anywhere |" + "".join(f" {s} MiB |" for s in BETWEEN))
    print("|---|---|" + "---|" * len(BETWEEN))
    for (threshold, least), found in gains.items():
        cells = [", ".join(f"{found[latency, size] * 100:+.0f}" for latency in LATENCIES) for size in BETWEEN]
        print(f"| {threshold}, {least} | {min(found.values()) * 100:+.0f} % | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--sweep", action="store_true")
    parser.add_argument("--store", choices=STORES)
    options = parser.parse_args()
    build = options.build.resolve()
    rows = strategies(build, [options.store] if options.store else STORES)
    gains = sweep(build) if options.sweep else {}
    print(surroundings(f"{RATE} MB/s a connection, medians"))
    table(rows)
    if gains:
        sweep_table(gains)
    won = [r for r in rows if r["size"] > 4]
    least = min(r["took"]["single"] / r["took"]["ranges"] for r in won)
    small = min(r["took"]["single"] / r["took"]["ranges"] for r in rows if r["size"] <= 4)
    print(f"\nLeast gain of ranges above 4 MiB: {(least - 1) * 100:+.0f} %; up to 4 MiB: {(small - 1) * 100:+.0f} %.")
    kept = dict(rows=rows, sweep=[dict(threshold=t, least=p, latency=l, size=s, gain=g) for (t, p), f in gains.items() for (l, s), g in f.items()])
    (build / "bench-ranges.json").write_text(json.dumps(kept, indent=1))


main()
