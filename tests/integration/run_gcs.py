#!/usr/bin/env python3
"""The conformance list and the command against fake-gcs-server, plain and through a front that spoils one request in five.

run_gcs.py BUILD-DIRECTORY: starts the server in BUILD-DIRECTORY/servers, runs the list, stops it. Prints the doctest summary, and what of the
list the emulator cannot do.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "servers"))
from daemon import NotRun  # noqa: E402
from fake_gcs import FakeGcs  # noqa: E402
from faults import FaultyFront  # noqa: E402

BUCKET = "sluice-test"
# Cases that the emulator cannot pass, each for a reason of its own; they count as skipped.
CANNOT = {
    "copy: attributes are the source's*": "a rewrite keeps of the source's metadata what its body does not name",
    "copy: create_only meets an object*": "a rewrite passes over ifGenerationMatch",
    "pages with a delimiter name each prefix once*": "its pages name prefixes that came before, and those still to come",
    "the conditions of an upload*": "a compose passes over ifGenerationMatch",
}
IN_DOUBT = "a conditional write whose 503 is no document of Google's, or whose answer is lost, is told as ambiguous: it may have been applied"
AFTER_FAULTS = {
    "copy: if_match replaces exactly one version": IN_DOUBT,
    "a create-only put meets an existing object*": IN_DOUBT,
    "compare and swap: only the current version can be replaced": IN_DOUBT,
}


def conformance(build, endpoint, title, cannot, **changes):
    excluded = [f"--test-case-exclude={','.join(case.replace(',', '?') for case in cannot)}"] if cannot else []
    settings = {"PATH": os.environ["PATH"], "HOME": str(build), "SLUICE_STORE": "gcs-env", "SLUICE_TEST_BUCKET": BUCKET,
                "STORAGE_EMULATOR_HOST": endpoint, "GOOGLE_CLOUD_PROJECT": FakeGcs.project, **changes}
    done = subprocess.run([build / "tests" / "conformance" / "conformance", "--no-colors", *excluded], env=settings,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900, text=True, errors="replace")
    print(f"conformance of fake-gcs-server{title}\n{done.stdout}", flush=True)
    for case, reason in cannot.items():
        print(f"skipped with fake-gcs-server: {case}: {reason}", flush=True)
    return done.returncode == 0 and "[doctest] test cases:" in done.stdout


def the_command(build, server):
    """Its verbs with gs://, and what it says to bad input."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="check-", dir=build / "servers"))
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "STORAGE_EMULATOR_HOST": server.endpoint}

    def run(*args, stdin=b"", project=FakeGcs.project):
        named = {"GOOGLE_CLOUD_PROJECT": project} if project else {}
        return subprocess.run([build / "cli" / "sluice", *args], input=stdin, capture_output=True, timeout=120, cwd=folder,
                              env={**environ, **named})

    def ok(*args, **more):
        done = run(*args, **more)
        assert done.returncode == 0, (args, done)
        return done.stdout

    data = os.urandom(20_000_003)
    (folder / "file").write_bytes(data)
    assert ok("mb", "gs://sluice-mb") == b"made gs://sluice-mb/\n"
    assert b"sluice-mb" in ok("ls", "gs://") and b"sluice-mb" in ok("ls", "gs://", "--project", FakeGcs.project, project=None)
    ok("cp", "file", "gs://sluice-mb/folder/large")
    ok("cp", "-", "gcs://sluice-mb/odd name +%#?", stdin=b"odd")
    assert ok("cat", "gs://sluice-mb/folder/large") == data
    assert ok("cat", "--range", "-7", "gs://sluice-mb/folder/large") == data[-7:]
    assert ok("cat", "gs://sluice-mb/odd name +%#?") == b"odd"
    ok("cp", "gs://sluice-mb/folder/large", "gs://sluice-mb/copy")
    with urllib.request.urlopen(f"{server.endpoint}/storage/v1/b/sluice-mb/o/copy?alt=media", timeout=30) as answer:
        assert answer.read() == data
    listed = ok("ls", "-r", "gs://sluice-mb").decode()
    assert "folder/large" in listed and "odd name +%#?" in listed, listed
    assert run("rb", "gs://sluice-mb").returncode == 6
    ok("rm", "gs://sluice-mb/folder/large", "gs://sluice-mb/copy", "gs://sluice-mb/odd name +%#?")
    assert ok("rb", "gs://sluice-mb") == b"removed gs://sluice-mb/\n"
    for args, code, project in [(("cat", "gs://UPPER/key"), 2, "p"), (("cat", f"gs://{BUCKET}/missing"), 3, "p"),
                                (("cat", "gs://no-such-bucket/key"), 3, "p"), (("mb", "gs://sluice-mb"), 2, None),
                                (("mb", f"gs://{BUCKET}/key"), 2, "p")]:
        done = run(*args, project=project)
        assert done.returncode == code and done.stderr.count(b"\n") == 1, (args, done)
    shutil.rmtree(folder)


def checked(build, server):
    try:
        the_command(build, server)
    except Exception as e:  # whatever it raises is its failure
        traceback.print_exc(file=sys.stdout)
        print(f"FAIL gcs-the_command: {type(e).__name__}: {str(e)[:300]}", flush=True)
        return False
    print("PASS gcs-the_command", flush=True)
    return True


def main(build):
    build = pathlib.Path(build).resolve()
    try:
        with FakeGcs(build / "servers" / "FakeGcs") as server:
            server.create_bucket(BUCKET)
            good = conformance(build, server.endpoint, "", CANNOT)
            good = checked(build, server) and good
            with FaultyFront(server.port, 5) as front:
                # Asked how far a resumable upload is, it ends it with what it has, which is found out; so there are none here.
                good = conformance(build, front.url, " through a front that spoils one request in five", {**CANNOT, **AFTER_FAULTS},
                                   SLUICE_TEST_WRITES="whole") and good
                print(f"{front.spoiled} of {front.requests} requests were spoiled", flush=True)
                assert front.spoiled * 6 > front.requests > 100, "the front did not do its part"
    except NotRun as e:
        print(f"NOT RUN: fake-gcs-server: {e}", flush=True)
        return 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
