#!/usr/bin/env python3
"""run.py [NAME..] [-- OPTION..]: the benchmarks of ./dev bench. Without a name it tells which there are; options go to the benchmark.

run.py --packages NAME..: only the Debian packages that these need besides those of the build."""
import subprocess, sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "release"
BENCHES = {  # name -> what it measures, packages, command
    "loopback": ("sluice, a bare loop, curl and wrk against one nginx: CPU per GiB, per small GET, memory (about 6 minutes)",
                 "nginx-light curl wrk openssl", [sys.executable, str(HERE / "loopback" / "run.py"), str(BUILD)]),
    "file": ("sluice's files, fio, cat, find and plain loops on one disk: direct, cached, listings, small files (about 5 minutes, 6 GiB)",
             "fio", [sys.executable, str(HERE / "file" / "run.py"), str(BUILD)]),
    "list": ("listings of 1,000,000 keys from a server that answers after 50 ms, page by page and sharded, and of 200,000 that it answers at once",
             "", ["sh", "-c", f"{BUILD}/benches/bench-list 1000000 50 pages sharded && {BUILD}/benches/bench-list 200000 0 parse pages sharded"]),
    "s3": ("sluice's S3 and bare loops against one small server: multipart PUT with checksums, GET verified, listing, removal (about 4 minutes)",
           "", [sys.executable, str(HERE / "s3" / "run.py"), str(BUILD)]),
    "ranges": ("one GET, ranges and sharded ranges from a server with 5, 20 and 50 ms of latency and 60 MB/s a connection: what the thresholds and "
               "docs/design/024 were decided by (about 4 minutes; --sweep: other thresholds, too)",
               "", [sys.executable, str(HERE / "clouds" / "ranges.py"), str(BUILD)]),
    "clouds": ("downloads and uploads of 4 GiB by the stores of S3, Azure and Google, and bare loops, from one small server (about 6 minutes)",
               "", [sys.executable, str(HERE / "clouds" / "run.py"), str(BUILD)]),
    "sigv4": ("CPU of signing one request", "", [str(BUILD / "benches" / "sigv4-bench")]),
}


def main(arguments):
    only_packages = arguments[:1] == ["--packages"]
    names, options = arguments[only_packages:], []
    if "--" in names:
        names, options = names[: names.index("--")], names[names.index("--") + 1 :]
    unknown = [n for n in names if n not in BENCHES]
    if not names or unknown:
        lines = [f"no bench {n!r}" for n in unknown] + ["benches:"] + [f"  {n:10} {text}" for n, (text, _, _) in BENCHES.items()]
        print("\n".join(lines), file=sys.stderr if unknown else sys.stdout)
        return 2 if unknown else 0
    if only_packages:
        print(*(BENCHES[n][1] for n in names))
        return 0
    return max(subprocess.run(BENCHES[n][2] + options).returncode for n in names)


sys.exit(main(sys.argv[1:]))
