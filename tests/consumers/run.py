#!/usr/bin/env python3
"""Two small projects build against an installed tree and run: run.py BUILD-DIRECTORY. The tree is moved first: it must not mind.
What is installed is looked at, too."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
WANTED = b"hello from an installed sluice\n"


def run(*command, **environ):
    done = subprocess.run([str(c) for c in command], capture_output=True, env={**os.environ, **environ}, timeout=600)
    if done.returncode != 0:
        text = (done.stdout + done.stderr).decode(errors="replace")
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}\n{text}")
    return done.stdout


def installed(build, folder):
    """Installs below `folder`, moves the tree and returns where it is now."""
    run("meson", "install", "--no-rebuild", "-C", build, "--destdir", folder / "staged")
    prefix = next(folder.glob("staged/**/include")).parent
    shutil.move(prefix, folder / "moved")
    return folder / "moved"


def with_pkg_config(tree, folder):
    path = next(tree.glob("**/pkgconfig"))
    run(HERE / "pkg-config" / "build.sh", HERE / "program.cpp", folder / "program", PKG_CONFIG_PATH=str(path))
    return folder / "program"


def with_cmake(tree, folder):
    run("cmake", "-S", HERE / "cmake", "-B", folder, f"-DCMAKE_PREFIX_PATH={tree}")
    run("cmake", "--build", folder)
    return folder / "program"


def check_it_is_a_meson_subproject(_):
    """Set up, and the program compiled: to build the library once more would only cost time."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shutil.copytree(HERE / "meson", folder, dirs_exist_ok=True)
        shutil.copy(HERE / "program.cpp", folder)
        (folder / "subprojects").mkdir()
        (folder / "subprojects" / "sluice").symlink_to(HERE.parent.parent)
        run("meson", "setup", "--force-fallback-for", "sluice,sluice-testing", folder / "build", folder)
        run("ninja", "-C", folder / "build", "program.p/program.cpp.o")


def check_the_library_has_no_global_state(tree):
    """Of ours nothing writable lies outside of functions but addresses that stand for services, and OpenSSL's description of a stream."""
    symbols = run("objdump", "-t", "-C", next(tree.glob("lib/**/libsluice.a"))).decode()
    kept = re.findall(r"^\S+ .{7} \.t?(?:bss|data)(?:\.(?!rel)\S*)?\t\S+ +(?:\.hidden )?(sluice::.*)$", symbols, re.MULTILINE)
    services = [name for name in kept if name.endswith("::id")]
    others = [name for name in kept if name not in services and "tls_stream::bio::method()::" not in name]
    assert len(services) > 3, "this check finds nothing"
    assert not others, others


def check_the_installed_tool_runs(tree):
    assert b"sluice" in run(tree / "bin" / "sluice", "--version")


def main(build):
    failed = False
    with tempfile.TemporaryDirectory(prefix="consumers-", dir=build) as name:
        folder = pathlib.Path(name)
        tree = installed(build, folder)
        for way in (with_pkg_config, with_cmake):
            title = way.__name__.removeprefix("with_")
            try:
                (folder / title).mkdir()
                said = run(way(tree, folder / title))
                assert said == WANTED, f"it said {said}"
                print(f"PASS {title}", flush=True)
            except (RuntimeError, AssertionError) as e:
                print(f"FAIL {title}: {e}", flush=True)
                failed = True
        for check in (check_it_is_a_meson_subproject, check_the_library_has_no_global_state, check_the_installed_tool_runs):
            title = check.__name__.removeprefix("check_")
            try:
                check(tree)
                print(f"PASS {title}", flush=True)
            except (RuntimeError, AssertionError) as e:
                print(f"FAIL {title}: {e}", flush=True)
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
