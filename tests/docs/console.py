#!/usr/bin/env python3
"""console.py SLUICE PAGE..: runs the sessions of documentation pages and compares what they show with what comes.

A session is a block marked ```console: a line that begins with "$ " is run by bash, in one empty folder for the whole page and with
SLUICE as `sluice` in the PATH; the lines behind it are what it writes, standard error included. "..." stands for anything on its line.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile


def sessions(text):
    """(line number, command, expected output) of every command of a page."""
    found, inside = [], False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            found.append((number, line[2:], ""))
        elif inside:
            number, command, output = found.pop()
            found.append((number, command, output + line + "\n"))
    return found


def matches(expected, got):
    return re.fullmatch("[^\n]*".join(map(re.escape, expected.split("..."))), got) is not None


def run_page(page, sluice):
    commands = sessions(pathlib.Path(page).read_text())
    good = bool(commands)
    with tempfile.TemporaryDirectory() as folder:
        bin_folder = pathlib.Path(folder, "bin")
        work = pathlib.Path(folder, "work")
        bin_folder.mkdir()
        work.mkdir()
        (bin_folder / "sluice").symlink_to(pathlib.Path(sluice).resolve())
        env = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}", "HOME": str(work), "TMPDIR": folder}
        for number, command, expected in commands:
            done = subprocess.run(["bash", "-c", command], cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=60)
            got = done.stdout.decode(errors="replace")
            if not matches(expected, got):
                print(f"{page}:{number}: $ {command}\n--- the page shows\n{expected}--- it wrote\n{got}---")
                good = False
    print(f"{page}: {len(commands)} commands, {'as shown' if good else 'NOT as shown'}")
    return good


if __name__ == "__main__":
    sys.exit(0 if all([run_page(page, sys.argv[1]) for page in sys.argv[2:]]) else 1)
