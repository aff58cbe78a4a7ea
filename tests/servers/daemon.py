"""Programs a test run starts on 127.0.0.1 and stops by process id, each in a folder of its own."""

import socket
import subprocess
import time


class NotRun(Exception):
    """A server cannot be had here; the text says why."""


def free_port(wanted=0):
    """`wanted` when nobody listens there, else any free port."""
    for port in (wanted, 0):
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            return s.getsockname()[1]
    raise NotRun("no free port on 127.0.0.1")


def wait_until(ready, what, processes=(), limit=60):
    """Polls until ready() is true. A process that ends meanwhile, or a limit that passes, is NotRun."""
    end = time.monotonic() + limit
    while not ready():
        ended = [p.args[0] for p in processes if p.poll() is not None]
        if ended:
            raise NotRun(f"{what}: {ended[0]} ended by itself")
        if time.monotonic() > end:
            raise NotRun(f"{what}: not ready within {limit} s")
        time.sleep(0.05)


def listens(port):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0


class Daemons:
    """Processes started in order; leaving the block ends them in reverse order."""

    def __init__(self):
        self.processes = []

    def start(self, command, log, environ=None):
        with open(log, "ab") as out:
            process = subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        self.processes.append(process)
        return process

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []
