#!/usr/bin/env python3
"""run.py BUILD_DIR [--rounds N] [--only TEXT]: what sluice's S3 costs above the bare work, against one small server of its own process.

Interleaved rounds; medians; ratios within this run only. CPU is user+sys of the client's work phase; client+server adds the server's, because
loopback moves work between the two, and more so for a single sender. Every sample is checked against what the server counted. Prints Markdown tables and writes BUILD_DIR/bench-s3.json."""
import argparse, json, os, statistics, subprocess, sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from serving import Server  # noqa: E402

GIB = 1 << 30
SIZE, PARTS, LISTED, REMOVED = 4 * GIB, 512, 200_000, 100_000


def groups(build, port):
    """group -> name -> (command, what the server must have counted)."""
    bare = lambda *a: [str(build / "benches/bench-s3-bare"), a[0], port, *a[1:]]
    sluice = lambda *a: [str(build / "benches/bench-s3"), a[0], port, *a[1:]]
    sent, finished = dict(bytes=SIZE, parts=PARTS), dict(bytes=SIZE, parts=PARTS, completions=1)
    puts = {}
    for by in ("none", "crc32c", "crc64nvme", "sha256"):
        puts[f"bare send loop, {by}"] = (bare("put", "16", by), sent)
        for threads in (1, 2):
            puts[f"sluice, {by}, {threads} threads"] = (sluice("put", by, str(threads)), finished)
    for by in ("signed", "signed+crc64nvme"):
        for threads in (1, 2):
            puts[f"sluice, {by}, {threads} threads"] = (sluice("put", by, str(threads)), finished)
    for where in ("before", "behind"):
        puts[f"sluice from a source, crc64nvme {where} the body"] = (sluice("source", where), dict(parts=PARTS, completions=1))
    puts["sluice put_stream, crc64nvme"] = (sluice("stream", "crc64nvme"), dict(bytes=SIZE, completions=1))  # its parts grow
    return {
        "PUT": puts,
        "GET": {"sluice, unverified": (sluice("get", "none"), dict(bytes=SIZE)), "sluice, crc32c": (sluice("get", "crc32c"), dict(bytes=SIZE))},
        "list": {"sluice, page by page": (sluice("list"), dict(pages=200))},
        "delete": {
            "bare requests, sent": (bare("delete", "sent"), dict(removed=REMOVED)),
            "bare requests, written and digested": (bare("delete", "made"), dict(removed=REMOVED)),
            "sluice": (sluice("delete"), dict(removed=REMOVED)),
        },
    }


def sample(server, group, command, expected):
    server.counted()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stderr.strip()[-300:]}")
    one = json.loads(done.stdout.splitlines()[-1])
    counted = server.counted()
    wrong = {k: counted[k] for k, v in expected.items() if counted[k] != v}
    if wrong or one["bytes"] != {"list": LISTED, "delete": REMOVED}.get(group, SIZE):
        raise RuntimeError(f"{command}: the server counted {wrong}, the client {one['bytes']}")
    return one["user"] + one["sys"], counted["cpu"]


def goals(client, both):
    """(goal, figure, asked for) of every goal that was measured; `client` and `both`: (group, name) -> median."""
    compared = [
        (f"multipart PUT of 4 GiB with {name}, {threads} threads, x the bare send loop and the sum",
         ("PUT", f"sluice, {by}, {threads} threads", f"bare send loop, {by}"), asked)
        for by, name, asked in (("none", "no checksum", ""), ("crc32c", "CRC32C", "1.15"), ("crc64nvme", "CRC64NVME", "1.15"),
                                ("sha256", "SHA-256 of each part", "1.02")) for threads in (1, 2)
    ] + [
        (f"multipart PUT of 4 GiB, signed payload{more}, {threads} threads, x a send loop that only does SHA-256",
         ("PUT", f"sluice, {by}, {threads} threads", "bare send loop, sha256"), "1.02")
        for by, more in (("signed", ""), ("signed+crc64nvme", " and CRC64NVME")) for threads in (1, 2)
    ] + [
        ("the same from a source, its checksum behind each part, x before it",
         ("PUT", "sluice from a source, crc64nvme behind the body", "sluice from a source, crc64nvme before the body"), ""),
        ("GET of 4 GiB verified with CRC32C, x unverified", ("GET", "sluice, crc32c", "sluice, unverified"), "1.25"),
        ("delete of 100,000 keys, x bare requests that are ready to be sent", ("delete", "sluice", "bare requests, sent"), "1.20"),
        ("the same, x bare requests that are also written and digested", ("delete", "sluice", "bare requests, written and digested"), "1.20"),
    ]
    for text, (group, one, reference), asked in compared:
        if (group, one) in client:
            figure = [f"{cpu[group, one] / cpu[group, reference]:.2f}" for cpu in (client, both)]
            yield text, f"{figure[0]} (client and server {figure[1]})", asked
    if ("list", "sluice, page by page") in client:
        yield "list of 200,000 keys, keys per CPU second", f"{LISTED / client['list', 'sluice, page by page']:,.0f}", "1,000,000"


def tables(results):
    client = {key: statistics.median(c for c, _ in samples) for key, samples in results.items()}
    both = {key: statistics.median(c + s for c, s in samples) for key, samples in results.items()}
    print("\n| goal | figure | asked for |\n|---|---|---|")
    for row in goals(client, both):
        print("| " + " | ".join(row) + " |")
    print("\n| what | CPU s | min-max | client+server |\n|---|---|---|---|")
    for (group, name), samples in results.items():
        low, high = min(c for c, _ in samples), max(c for c, _ in samples)
        print(f"| {group}: {name} | {client[group, name]:.3f} | {low:.3f}-{high:.3f} | {both[group, name]:.3f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="groups whose name has this: PUT, GET, list, delete")
    options = parser.parse_args()
    build = options.build.resolve()
    with Server(build / "benches/bench-s3-server") as server:
        todo = {g: c for g, c in groups(build, server.port).items() if options.only in g}
        results = {(g, n): [] for g, clients in todo.items() for n in clients}
        for i in range(options.rounds):
            for group, clients in todo.items():
                for name, (command, expected) in clients.items():
                    results[group, name].append(sample(server, group, command, expected))
                    print(f"round {i + 1} {group}: {name}: {results[group, name][-1][0]:.3f} s CPU", file=sys.stderr, flush=True)
    load = " ".join(f"{n:.2f}" for n in os.getloadavg())
    print(f"{os.cpu_count()} cores, {os.uname().release}, {options.rounds} rounds interleaved, medians; load average at the end {load}")
    tables(results)
    kept = dict(rounds=options.rounds, results=[dict(group=g, name=n, client_and_server=s) for (g, n), s in results.items()])
    (build / "bench-s3.json").write_text(json.dumps(kept, indent=1))


main()
