"""What the benchmarks of the clouds share: the small server, and clients that print one JSON line of their work phase."""
import json, os, subprocess, sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from serving import Server  # noqa: E402

MIB, GIB = 1 << 20, 1 << 30


def server_of(build, latency=0, rate=0):
    """Answers after `latency` ms, each body at most at `rate` MB/s (0: as fast as it goes)."""
    return Server(build / "benches/bench-clouds-server", latency, rate)


def measured(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stderr.strip()[-300:]}")
    return json.loads(done.stdout.splitlines()[-1])


def client(build, what, store, port, size, **options):
    words = [f"{name}={value}" for name, value in options.items()]
    sample = measured([str(build / "benches/bench-clouds"), what, store, port, str(size), *words])
    if sample["bytes"] != size * (options.get("times", 1) if what == "get" else 1):
        raise RuntimeError(f"{what} {store}: {sample['bytes']} bytes")
    return sample


def surroundings(text):
    load = " ".join(f"{n:.2f}" for n in os.getloadavg())
    return f"{os.cpu_count()} cores, {os.uname().release}, {text}; load average at the end {load}"
