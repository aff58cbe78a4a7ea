#!/usr/bin/env python3
"""The conformance list and the command against fake-gcs-server, plain and through a front that spoils one request in five; and the command
against a strict service of our own that refuses, or whose network fails. Cross-checks with Google's own client, both ways.

run_gcs.py BUILD-DIRECTORY [NAME..]: starts the server in BUILD-DIRECTORY/servers, runs every check whose name contains a NAME (`conformance` and
`the_command` are names, too), stops it. Prints the doctest summary, what of the list the emulator cannot do, and PASS or FAIL for each check: a
function `check_*(env)` in cli_gcs_*.py or gcs_cross_check.py.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "servers"))
from tools import python_with  # noqa: E402
from checking import checks_in, run_check  # noqa: E402
from daemon import NotRun  # noqa: E402
from fake_gcs import FakeGcs  # noqa: E402
from faults import FaultyFront  # noqa: E402

try:
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import storage
except ImportError:
    storage = None
    try:
        python = python_with("google-cloud-storage")
    except NotRun as e:
        print(f"NOT RUN: cross-checks with Google's client: {e}", flush=True)
    else:
        os.execv(python, [str(python), *sys.argv])

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


class Env:
    """What a check gets: `run` runs the command with the environment of its own, in the fresh folder `tmp`."""
    bucket, secret_key = BUCKET, "ya29."  # which all tokens begin with: none is ever shown

    def __init__(self, build, server=None):
        self.build, self.server = build, server
        if server and storage:
            os.environ["STORAGE_EMULATOR_HOST"] = server.endpoint
            self.client = storage.Client(project=server.project, credentials=AnonymousCredentials())
            self.bucket_of_client = self.client.bucket(self.bucket)

    @contextlib.contextmanager
    def check(self, name):
        self.tmp = pathlib.Path(tempfile.mkdtemp(prefix="check-", dir=self.build / "servers"))
        self.prefix = f"{name}/"
        try:
            yield
        finally:
            shutil.rmtree(self.tmp, ignore_errors=True)

    def uri(self, key=""):
        return f"gs://{self.bucket}/{self.prefix}{key}"

    def environ(self, **changes):
        settings = {"PATH": os.environ["PATH"], "HOME": str(self.tmp), "LC_ALL": "C.UTF-8", "GOOGLE_CLOUD_PROJECT": FakeGcs.project,
                    "STORAGE_EMULATOR_HOST": self.server and self.server.endpoint, **changes}
        return {name: str(value) for name, value in settings.items() if value is not None}

    def run(self, *args, stdin=b"", limit=120, **environ):
        return subprocess.run([self.build / "cli" / "sluice", *map(str, args)], input=stdin, capture_output=True, timeout=limit, cwd=self.tmp,
                              env=self.environ(**environ))

    def ok(self, *args, **more):
        done = self.run(*args, **more)
        assert done.returncode == 0, (args, done)
        return done.stdout


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


def the_command(env):
    """Its verbs with gs://, and what it says to bad input."""
    data = os.urandom(20_000_003)
    (env.tmp / "file").write_bytes(data)
    assert env.ok("mb", "gs://sluice-mb") == b"made gs://sluice-mb/\n"
    assert b"sluice-mb" in env.ok("ls", "gs://")
    assert b"sluice-mb" in env.ok("ls", "gs://", "--project", FakeGcs.project, GOOGLE_CLOUD_PROJECT=None)
    env.ok("cp", "file", "gs://sluice-mb/folder/large")
    env.ok("cp", "-", "gcs://sluice-mb/odd name +%#?", stdin=b"odd")
    assert env.ok("cat", "gs://sluice-mb/folder/large") == data
    assert env.ok("cat", "--range", "-7", "gs://sluice-mb/folder/large") == data[-7:]
    assert env.ok("cat", "gs://sluice-mb/odd name +%#?") == b"odd"
    env.ok("cp", "gs://sluice-mb/folder/large", "gs://sluice-mb/copy")
    with urllib.request.urlopen(f"{env.server.endpoint}/storage/v1/b/sluice-mb/o/copy?alt=media", timeout=30) as answer:
        assert answer.read() == data
    listed = env.ok("ls", "-r", "gs://sluice-mb").decode()
    assert "folder/large" in listed and "odd name +%#?" in listed, listed
    assert env.run("rb", "gs://sluice-mb").returncode == 6
    env.ok("rm", "gs://sluice-mb/folder/large", "gs://sluice-mb/copy", "gs://sluice-mb/odd name +%#?")
    assert env.ok("rb", "gs://sluice-mb") == b"removed gs://sluice-mb/\n"
    for args, code, project in [(("cat", "gs://UPPER/key"), 2, "p"), (("cat", f"gs://{BUCKET}/missing"), 3, "p"),
                                (("cat", "gs://no-such-bucket/key"), 3, "p"), (("mb", "gs://sluice-mb"), 2, None),
                                (("mb", f"gs://{BUCKET}/key"), 2, "p")]:
        done = env.run(*args, GOOGLE_CLOUD_PROJECT=project)
        assert done.returncode == code and done.stderr.count(b"\n") == 1, (args, done)


def run_checks(env, pattern, names):
    good = True
    for name, function in checks_in(HERE.glob(pattern), names):
        good = run_check(env, name, function) and good
    return good


def with_fake_gcs(build, names):
    with FakeGcs(build / "servers" / "FakeGcs") as server:
        server.create_bucket(BUCKET)
        env, good = Env(build, server), True
        if not names or "conformance" in names:
            good = conformance(build, server.endpoint, "", CANNOT)
        if not names or "the_command" in names:
            good = run_check(env, "gcs-the_command", the_command) and good
        if storage:
            good = run_checks(env, "gcs_cross_check.py", names) and good
        if not names or "conformance" in names:
            good = through_faults(build, server) and good
    return good


def through_faults(build, server):
    with FaultyFront(server.port, 5) as front:
        # Asked how far a resumable upload is, it ends it with what it has, which is found out; so there are none here.
        good = conformance(build, front.url, " through a front that spoils one request in five", {**CANNOT, **AFTER_FAULTS},
                           SLUICE_TEST_WRITES="whole")
        print(f"{front.spoiled} of {front.requests} requests were spoiled", flush=True)
        assert front.spoiled * 6 > front.requests > 100, "the front did not do its part"
    return good


def main(build, *names):
    build = pathlib.Path(build).resolve()
    (build / "servers").mkdir(parents=True, exist_ok=True)
    good = run_checks(Env(build), "cli_gcs_*.py", names)
    if names and all(name.startswith("cli_gcs") for name in names):
        return 0 if good else 1
    try:
        good = with_fake_gcs(build, names) and good
    except NotRun as e:
        print(f"NOT RUN: fake-gcs-server: {e}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
