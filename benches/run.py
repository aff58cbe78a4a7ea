#!/usr/bin/env python3
"""run.py [NAME..]: the benchmarks of ./dev bench. Without a name it tells which there are. Options behind -- go to the benchmark."""
import subprocess, sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "release"
NAMES = {
    "loopback": ("sluice, a bare loop, curl and wrk against one nginx: CPU per GiB, per small GET, memory (about 6 minutes)",
                 [sys.executable, str(HERE / "loopback" / "run.py"), str(BUILD)]),
    "sigv4": ("CPU of signing one request", [str(BUILD / "benches" / "sigv4-bench")]),
}


def main():
    names, options = sys.argv[1:], []
    if "--" in names:
        names, options = names[: names.index("--")], names[names.index("--") + 1 :]
    unknown = [n for n in names if n not in NAMES]
    if not names or unknown:
        print("\n".join([f"no bench {n!r}" for n in unknown] + ["benches:"] + [f"  {n:10} {text}" for n, (text, _) in NAMES.items()]))
        return 2 if unknown else 0
    return max(subprocess.run(NAMES[n][1] + options).returncode for n in names)


sys.exit(main())
