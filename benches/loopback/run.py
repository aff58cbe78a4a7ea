#!/usr/bin/env python3
"""run.py BUILD_DIR [--rounds N] [--only NAME,..]: sluice, a bare loop and the peers against one nginx on this machine.

Interleaved rounds; medians; ratios within this run only. CPU is user+sys of the client's work phase; client+server adds nginx's, because
loopback moves work between the two. Prints a Markdown table and writes BUILD_DIR/bench-loopback.json."""
import argparse, json, os, re, resource, statistics, subprocess, sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from servers import HTTP, HTTPS, Nginx

GIB = 1 << 30


def whole_process(command, **kw):
    """For clients without a meter inside: the process is the work."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=True, **kw)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime


def metered(command):
    def run():
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stderr.strip()[-300:]}")
        return json.loads(done.stdout.splitlines()[-1])
    return run


def curl(url, ca=None):
    def run():
        urls = sum((["-o", "/dev/null", url] for _ in range(4)), [])
        out, user, sys_ = whole_process(["curl", "-sS", "-w", "%{size_download}\n", *(["--cacert", str(ca)] if ca else []), *urls])
        return dict(user=user, sys=sys_, bytes=sum(int(n) for n in out.split()), requests=4)
    return run


def wrk(seconds, folder):
    script = Path(folder) / "keys.lua"
    script.write_text('local n = 0\nrequest = function() n = n + 1; return wrk.format("GET", string.format("/bucket/small/%05d", n * 7919 % 10000)) end\n')
    def run():
        out, user, sys_ = whole_process(["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{HTTP}"])
        return dict(user=user, sys=sys_, bytes=0, requests=int(re.search(r"(\d+) requests in", out)[1]))
    return run


def programs(build, nginx):
    bare, client = str(build / "benches/bench-bare"), str(build / "benches/bench-client")
    http, https, ca = f"http://127.0.0.1:{HTTP}", f"https://localhost:{HTTPS}", str(nginx.ca)
    return {  # group -> name -> (command, check); the first of a group is its reference
        "GET over HTTP": {
            "bare recv loop, 16 threads": metered([bare, str(HTTP), "16", "4"]),
            "sluice, 1 thread": metered([client, "get", http, "4", "1"]),
            "sluice, 2 threads": metered([client, "get", http, "4", "2"]),
            "curl, whole object": curl(f"{http}/bucket/big"),
        },
        "GET over TLS 1.3": {
            "bare SSL_read loop, 16 threads": metered([bare, str(HTTPS), "16", "4", ca]),
            "sluice, 1 thread": metered([client, "get", https, "4", "1", ca]),
            "curl, whole object": curl(f"{https}/bucket/big", nginx.ca),
        },
        "small GETs": {
            "wrk, unsigned": wrk(5, nginx.folder),
            "sluice, signed, 1 thread": metered([client, "small", http, "100000", "1"]),
            "sluice, signed, 2 threads": metered([client, "small", http, "100000", "2"]),
        },
    }


def checked(group, sample):
    expected = 4 * GIB if "GET over" in group else sample["requests"] * 4096
    if sample["bytes"] not in (expected, 0 if group == "small GETs" else expected):
        raise RuntimeError(f"{group}: {sample['bytes']} bytes instead of {expected}")
    return sample


def figures(group, samples):
    per = (lambda s, c: c * GIB / s["bytes"]) if "GET over" in group else (lambda s, c: c * 1e6 / s["requests"])
    client = [per(s, s["user"] + s["sys"]) for s in samples]
    both = [per(s, s["user"] + s["sys"] + s["server"]) for s in samples]
    return statistics.median(client), min(client), max(client), statistics.median(both)


def table(results):
    for group, rows in results.items():
        unit = "CPU s per GiB" if "GET over" in group else "CPU us per request"
        print(f"\n### {group}\n\n| client | {unit} | min-max | x reference | client+server | x reference |\n|---|---|---|---|---|---|")
        reference = None
        for name, samples in rows.items():
            middle, low, high, both = figures(group, samples)
            reference = reference or (middle, both)
            print(f"| {name} | {middle:.3f} | {low:.3f}-{high:.3f} | {middle / reference[0]:.2f} | {both:.3f} | {both / reference[1]:.2f} |")
        if group == "small GETs":
            print("\nRequests per CPU second against wrk: " + ", ".join(f"{n}: {reference[0] / figures(group, s)[0]:.2f}" for n, s in rows.items()))


def memory(build, nginx):
    client = str(build / "benches/bench-client")
    plain = metered([client, "idle", f"http://127.0.0.1:{HTTP}", "5000"])()
    tls = metered([client, "idle", f"https://localhost:{HTTPS}", "1000", str(nginx.ca)])()
    stream = metered([client, "stream", f"http://127.0.0.1:{HTTP}", "huge"])()
    print("\n### Memory\n\n| what | RSS MiB |\n|---|---|")
    print(f"| 5,000 idle plain connections | {plain['rss_idle_kib'] / 1024:.0f} (before: {plain['rss_before_kib'] / 1024:.0f}) |")
    print(f"| 1,000 idle TLS connections | {tls['rss_idle_kib'] / 1024:.0f} (before: {tls['rss_before_kib'] / 1024:.0f}) |")
    print(f"| {stream['bytes'] / GIB:.0f} GiB streamed in order, 32 MiB window | {stream['peak_rss_kib'] / 1024:.0f} (peak) |")
    return dict(plain=plain, tls=tls, stream=stream)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (20_000, max(20_000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    build = options.build.resolve()
    with Nginx(build / "bench-loopback") as nginx:
        groups = {g: p for g, p in programs(build, nginx).items() if options.only in g}
        results = {g: {n: [] for n in p} for g, p in groups.items()}
        for i in range(options.rounds):
            for group, clients in groups.items():
                for name, run in clients.items():
                    before = nginx.cpu()
                    sample = checked(group, run())
                    sample["server"] = nginx.cpu() - before
                    results[group][name].append(sample)
                    print(f"round {i + 1} {group}: {name}: {sample['user'] + sample['sys']:.2f} s CPU", file=sys.stderr, flush=True)
        print(f"{os.cpu_count()} cores, {os.uname().release}, {options.rounds} rounds interleaved, medians")
        table(results)
        kept = dict(rounds=options.rounds, results=results)
        if not options.only:
            kept["memory"] = memory(build, nginx)
        (build / "bench-loopback.json").write_text(json.dumps(kept, indent=1))


main()
