"""What the benchmarks of the clouds share: the small server, and clients that print one JSON line of their work phase."""
import json, os, subprocess, urllib.request

MIB, GIB = 1 << 20, 1 << 30


class Server:
    """Answers after `latency` ms, each body at most at `rate` MB/s (0: as fast as it goes); goes when its standard input is closed."""

    def __init__(self, build, latency=0, rate=0):
        command = [str(build / "benches/bench-clouds-server"), str(latency), str(rate)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=10)

    def counted(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/stats") as answer:
            return json.load(answer)


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
