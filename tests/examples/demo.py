#!/usr/bin/env python3
"""demo.py DEMO: the demo shows equal bytes in every way, and Ctrl-C at any time ends it soon and leaves nothing behind."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

MODES = ["put, in parts", "get into memory, single", "get into memory, ranged", "get into a file, single", "get into a file, ranged"]


def start(demo, folder, *arguments):
    return subprocess.Popen([demo, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env={**os.environ, "TMPDIR": folder}, start_new_session=True)


def still_running(session):
    """Processes of a session that have not ended."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = entry.read_text().rpartition(")")
        except OSError:
            continue  # gone meanwhile
        state, _, _, its_session = rest.split()[:4]
        if int(its_session) == session and state != "Z":
            found.append(name)
    return found


def nothing_left(child, folder):
    assert not still_running(child.pid), still_running(child.pid)
    assert not list(pathlib.Path(folder).iterdir()), list(pathlib.Path(folder).iterdir())


def check_a_file_in_every_mode(demo, folder):
    with tempfile.NamedTemporaryFile() as file:
        file.write(os.urandom(30 << 20))
        file.flush()
        child = start(demo, folder, file.name)
        text = child.communicate(timeout=60)[0].decode()
    assert child.returncode == 0 and text.startswith("30.0 MiB of " + file.name), text
    rows = [line for line in text.splitlines() if line.endswith(" equal")]
    assert [row[:26].rstrip() for row in rows] == MODES, text
    # The put: its beginning, four parts, its end. The get into memory: 4 MiB, then 13 parts of 2. A copy has parts of one size.
    assert [int(row.split()[-2]) for row in rows] == [6, 1, 14, 1, 4], text
    nothing_left(child, folder)


def interrupted(demo, folder, seen):
    """Runs the demo without a file until `seen` says that it has come far enough, and interrupts it."""
    child = start(demo, folder)
    seen(child)
    began = time.monotonic()
    child.send_signal(signal.SIGINT)
    text = child.communicate(timeout=30)[0].decode()
    took = time.monotonic() - began
    assert child.returncode == 130 and text.endswith("\nstopped\n"), (child.returncode, text)
    assert took < 3, took  # a second, on a machine that does nothing else
    nothing_left(child, folder)


def check_ctrl_c_while_it_collects_files(demo, folder):
    def collecting(child):
        while child.poll() is None and not list(pathlib.Path(folder).glob("*/file")):
            time.sleep(0.005)

    interrupted(demo, folder, collecting)


def check_ctrl_c_while_it_sends(demo, folder):
    interrupted(demo, folder, lambda child: child.stdout.readline())


def check_ctrl_c_while_it_reads(demo, folder):
    def first_row(child):
        while line := child.stdout.readline():
            if line.startswith(MODES[0].encode()):
                return

    interrupted(demo, folder, first_row)


if __name__ == "__main__":
    for name, check in [item for item in globals().items() if item[0].startswith("check_")]:
        with tempfile.TemporaryDirectory() as empty:
            check(sys.argv[1], empty)
        print(f"{name.removeprefix('check_')}: good")
