"""Streams without an end in sight, to a service that takes them slowly."""

import hashlib
import os
import subprocess
import threading
import time

from slow import SlowFront

MIB = 1 << 20
LENGTH, RATE = 448 * MIB, 56 * MIB
BOUND = 256 * MIB  # what `put_stream` lets wait to be written
REST = 64 * MIB  # the program, its threads, and the buffers of its connections


class Source(threading.Thread):
    """Writes `LENGTH` bytes, as fast as they are taken."""

    def __init__(self, pipe):
        super().__init__()
        self.pipe, self.given, self.digest, self.seed = pipe, 0, hashlib.sha256(), os.urandom(MIB)

    def run(self):
        with self.pipe:
            for number in range(LENGTH // MIB):
                block = number.to_bytes(8, "big") + self.seed[8:]
                self.pipe.write(block)
                self.digest.update(block)
                self.given += MIB


def highest(child):
    """The most memory the child has held so far, in bytes."""
    with open(f"/proc/{child.pid}/status") as status:
        told = [line for line in status if line.startswith("VmHWM:")]
    return int(told[0].split()[1]) * 1024 if told else 0


def check_a_long_stream_to_a_slow_service_waits_in_bounded_memory(env):
    with SlowFront(env.port, RATE) as front:
        began = time.monotonic()
        child = subprocess.Popen([env.sluice, "cp", "-", env.uri("long"), "--progress", "none"], cwd=env.tmp, env=env.environ(front.url),
                                 stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        env.children.append(child)
        source = Source(child.stdin)
        source.start()
        memory, ahead = 0, 0
        while child.poll() is None:
            memory, ahead = max(memory, highest(child)), max(ahead, source.given - front.sent)
            time.sleep(0.02)
        source.join()
        child.stdin = None  # the source has closed it
        told = child.stderr.read()
        took = time.monotonic() - began
    print(f"{LENGTH // MIB} MiB in {took:.1f} s: {memory // MIB} MiB of memory, at most {ahead // MIB} MiB ahead of the service", flush=True)
    assert child.returncode == 0 and told == b"", (child.returncode, told)
    assert took > 0.9 * LENGTH / RATE and source.given == LENGTH, (took, source.given)
    assert memory < BOUND + REST, f"{memory // MIB} MiB"
    assert ahead < BOUND + REST, f"{ahead // MIB} MiB"
    reader = subprocess.Popen([env.sluice, "cat", env.uri("long")], env=env.environ(env.http), stdout=subprocess.PIPE)
    env.children.append(reader)
    digest = hashlib.sha256()
    while block := reader.stdout.read(MIB):
        digest.update(block)
    assert reader.wait() == 0 and digest.digest() == source.digest.digest()
    assert env.run("rm", env.uri("long")).returncode == 0
