#!/usr/bin/env python3
"""run.py BUILD_DIR [--rounds N] [--no-concurrency]: downloads and uploads of 4 GiB by each cloud's store, against bare loops, from one small server.

Interleaved rounds; medians; ratios within this run only. CPU is user+sys of the client's work phase. Everything is checked against what the
server counted. Prints Markdown tables and writes BUILD_DIR/bench-clouds.json."""
import argparse, json, statistics, sys
from pathlib import Path

from bench import GIB, MIB, client, measured, server_of, surroundings

SIZE = 4 * GIB
STORES = {"s3": "S3", "azure": "Azure", "s3+crc32c": "S3, CRC32C", "gcs": "Google, CRC32C"}
UPLOADS = {**STORES, "azure+crc64": "Azure, CRC64"}
ALIKE = {"azure": "s3", "gcs": "s3+crc32c", "azure+crc64": "s3+crc32c"}  # what does as much: checksums cost
CONCURRENCY = (1, 2, 4, 8, 16, 32, 64, 128, 256)


def downloads(build, port):
    bare = lambda: measured([str(build / "benches/bench-bare"), port, "16", "4"])
    yield "bare", "bare recv loop, 16 threads", bare
    for store, name in STORES.items():
        yield store, f"{name}, 1 thread", lambda store=store: client(build, "get", store, port, GIB, times=4)
    for store in ("s3", "azure", "gcs"):
        sharded = dict(times=4, strategy="sharded", threads=2)
        yield f"{store} sharded", f"{STORES[store]}, sharded over 2 threads", lambda store=store: client(build, "get", store, port, GIB, **sharded)


def uploads(build, port):
    for by, name in (("none", "bare"), ("crc32c", "bare+crc32c")):
        yield name, f"bare send loop, 16 threads, {by}", lambda by=by: measured([str(build / "benches/bench-s3-bare"), "put", port, "16", by])
    for store, name in UPLOADS.items():
        yield store, f"{name}, 1 thread", lambda store=store: client(build, "put", store, port, SIZE)
    for store in ("s3", "azure", "gcs"):
        yield f"{store} 2", f"{STORES[store]}, 2 threads", lambda store=store: client(build, "put", store, port, SIZE, threads=2)


def sample(server, name, run):
    server.counted()
    one = run()
    counted = server.counted()
    # A store that takes the front of a whole answer lets the rest go: such an answer is not counted.
    if one["bytes"] != SIZE or not SIZE * 0.99 <= counted["bytes"] <= SIZE:
        raise RuntimeError(f"{name}: the client had {one['bytes']} bytes, the server {counted['bytes']}")
    return dict(cpu=one["user"] + one["sys"], wall=one["wall"], server=counted["cpu"])


def medians(samples):
    return {what: statistics.median(s[what] for s in samples) for what in ("cpu", "wall", "server")}


def per_gib(found):
    return found["cpu"] * GIB / SIZE


def gb_per_s(found):
    return SIZE / 1e9 / found["wall"]


def reference_of(key, direction):
    summed = "crc" in key or key.startswith("gcs")
    return "bare+crc32c" if direction == "upload" and summed else "bare"


def table(direction, names, results):
    middle = {key: medians(s) for key, s in results.items()}
    print(f"\n### {direction} of 4 GiB\n")
    print("| what | CPU s per GiB | min-max | x S3 that does as much | bare CPU / its CPU | GB/s | x bare's GB/s |\n|---|---|---|---|---|---|---|")
    for key, found in middle.items():
        all_cpu = [s["cpu"] * GIB / SIZE for s in results[key]]
        bare = middle[reference_of(key, direction)]
        like = f"{found['cpu'] / middle[ALIKE[key]]['cpu']:.2f}" if key in ALIKE else ""
        print(f"| {names[key]} | {per_gib(found):.3f} | {min(all_cpu):.3f}-{max(all_cpu):.3f} | {like} | {bare['cpu'] / found['cpu']:.2f} "
              f"| {gb_per_s(found):.2f} | {bare['wall'] / found['wall']:.2f} |")
    return middle


def concurrency(build, server):
    """GB/s and CPU s per GiB by requests in flight, 2 GiB in 8 MiB ranges, one thread."""
    print("\n### Requests in flight\n\nGB/s (CPU s per GiB); downloads of 2 GiB in ranges of 8 MiB, then uploads in parts of 8 MiB, one thread.\n")
    ways = [(what, store) for what in ("get", "put") for store in ("s3", "azure", "gcs")]
    print("| in flight |" + "".join(f" {what} {store} |" for what, store in ways) + " bare get |\n|---|" + "---|" * (len(ways) + 1))
    rows = []
    for n in CONCURRENCY:
        found = [client(build, what, store, server.port, 2 * GIB, in_flight=n, part=8 * MIB) for what, store in ways]
        found.append(measured([str(build / "benches/bench-bare"), server.port, str(n), "2"]))
        cells = [f"{2 * GIB / 1e9 / f['wall']:.2f} ({(f['user'] + f['sys']) / 2:.3f})" for f in found]
        print(f"| {n} | " + " | ".join(cells) + " |", flush=True)
        rows.append(dict(in_flight=n, found=found))
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-concurrency", action="store_true")
    options = parser.parse_args()
    build = options.build.resolve()
    with server_of(build) as server:
        ways = {"download": list(downloads(build, server.port)), "upload": list(uploads(build, server.port))}
        results = {d: {key: [] for key, _, _ in w} for d, w in ways.items()}
        for i in range(options.rounds):
            for direction, all_ways in ways.items():
                for key, name, run in all_ways:
                    results[direction][key].append(sample(server, name, run))
                    print(f"round {i + 1} {direction}: {name}: {results[direction][key][-1]}", file=sys.stderr, flush=True)
        print(surroundings(f"{options.rounds} rounds interleaved, medians"))
        for direction, all_ways in ways.items():
            table(direction, {key: name for key, name, _ in all_ways}, results[direction])
        rows = [] if options.no_concurrency else concurrency(build, server)
    (build / "bench-clouds.json").write_text(json.dumps(dict(rounds=options.rounds, results=results, concurrency=rows), indent=1))


main()
