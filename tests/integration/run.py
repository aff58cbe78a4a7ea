#!/usr/bin/env python3
"""The conformance list and the command line tool against real servers (Ceph, versitygw; MinIO where SLUICE_TEST_MINIO is set), over HTTP,
over HTTPS through nginx with our own authority, and through a front that spoils requests; and cross-checks with AWS's own client.

run.py BUILD-DIRECTORY [NAME..]: starts the servers in BUILD-DIRECTORY/servers, runs every check whose name contains a NAME, stops
what it started. A NAME may be a server's: `run.py build/test minio conformance`. Prints PASS, FAIL or NOT RUN for each; the doctest summary of the conformance list counts case by case.

A check is a function `check_*(env)` in any tests/integration/cli_*.py or boto3_*.py; it fails by raising (plain `assert` will do). `env` offers:
  env.aws                       AWS's own client (boto3) for the same server; env.server: its name
  env.http, env.https           endpoints of the same server; env.expired, env.other_host: with such certificates;
  env.tls12, env.tls13          only that version of TLS; env.mutual: wants a client's certificate; env.dead: nobody listens there
  env.bucket                    an existing bucket; env.prefix: keys of this check alone, ends in "/"; env.uri(key): s3://BUCKET/PREFIX+key
  env.access_key, env.secret_key, env.region, env.ca_file (the authority that signed the certificates above)
  env.ca                        folder of that authority, with client.pem and client.key
  env.tmp                       a fresh folder (pathlib.Path), also HOME and working directory of the tool; removed afterwards
  env.run(*args, endpoint=env.http, stdin=b"", limit=120, **environ)    runs `sluice args`, returns subprocess.CompletedProcess with
                                bytes stdout and stderr. The environment holds PATH, HOME, the keys, region, endpoint and CA file as
                                AWS_* variables, and `environ` on top (None removes one). endpoint=None sets none.
  env.start(*args, same)        the same as a subprocess.Popen with pipes, for checks that interrupt; ended after the check;
                                stderr= takes a descriptor instead of a pipe
  env.front()                   `with env.front() as f`: a server front of the check's own: f.url("plain"), f.url("https"), f.kill()
  env.answering(reply)          `with env.answering(b"HTTP/1.1 200 OK\\r\\n...") as url`: a server that sends just that to everyone, one request a
                                connection; or what a function makes of the request's bytes
"""

import contextlib
import copy
import importlib.util
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "servers"))
from daemon import NotRun, free_port  # noqa: E402
from tools import python_with  # noqa: E402

try:
    import awscrt  # noqa: F401  which boto3 computes some checksums with
    import boto3  # noqa: F401
except ImportError:
    try:
        python = python_with("boto3", "awscrt")
    except NotRun as e:
        print(f"NOT RUN: real servers: {e}", flush=True)
        sys.exit(0)
    os.execv(python, [str(python), *sys.argv])

from aws_client import client  # noqa: E402
from ceph import Ceph  # noqa: E402
from faults import FaultyFront  # noqa: E402
from go_servers import Minio, Versitygw  # noqa: E402
from nginx import FRONTS, Nginx, make_ca  # noqa: E402


class Env:
    bucket = "sluice-test"

    def __init__(self, build, servers, server, front):
        self.build, self.servers, self.server, self.port = build, servers, type(server).__name__, server.port
        self.sluice = build / "cli" / "sluice"
        self.access_key, self.secret_key, self.region = server.access_key, server.secret_key, server.region
        self.http, self.dead = server.endpoint, f"http://127.0.0.1:{free_port()}"
        self.aws = client(server.endpoint, server)
        self.ca = servers / "ca"
        self.ca_file = self.ca / "ca.pem"
        for name in FRONTS:
            setattr(self, name, front.url(name))

    @contextlib.contextmanager
    def check(self, name):
        """What lasts as long as one check."""
        self.tmp = pathlib.Path(tempfile.mkdtemp(prefix="check-", dir=self.servers))
        self.prefix, self.children = f"{name}/", []
        try:
            yield
        finally:
            for child in self.children:
                child.kill()
                child.communicate()
            shutil.rmtree(self.tmp, ignore_errors=True)

    def uri(self, key=""):
        return f"s3://{self.bucket}/{self.prefix}{key}"

    def environ(self, endpoint, **changes):
        settings = {"PATH": os.environ["PATH"], "HOME": str(self.tmp), "LC_ALL": "C.UTF-8", "AWS_ACCESS_KEY_ID": self.access_key,
                    "AWS_SECRET_ACCESS_KEY": self.secret_key, "AWS_REGION": self.region, "AWS_ENDPOINT_URL": endpoint,
                    "AWS_CA_BUNDLE": str(self.ca_file), **changes}
        return {name: str(value) for name, value in settings.items() if value is not None}

    def run(self, *args, endpoint="", stdin=b"", limit=120, **environ):
        where = self.http if endpoint == "" else endpoint
        return subprocess.run([self.sluice, *map(str, args)], input=stdin, capture_output=True, timeout=limit, cwd=self.tmp,
                              env=self.environ(where, **environ))

    def start(self, *args, endpoint="", stderr=subprocess.PIPE, **environ):
        where = self.http if endpoint == "" else endpoint
        child = subprocess.Popen([self.sluice, *map(str, args)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr,
                                 cwd=self.tmp, env=self.environ(where, **environ))
        self.children.append(child)
        return child

    def front(self):
        return Nginx(self.tmp / "front", self.ca, self.port)

    @contextlib.contextmanager
    def answering(self, reply):
        listener = socket.create_server(("127.0.0.1", 0))

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(5)
                    request = connection.recv(65536)
                    connection.sendall(reply(request) if callable(reply) else reply)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join()


# Cases of the conformance list that a server cannot pass, each for a reason of its own; doctest counts them as skipped.
CANNOT = {
    "Minio": {
        "nasty names*": "an object's name is a path: `a//b`, `.` and `..` are refused",
        "a name that is no path*": "the same",
        "a name as long as names can be*": "255 bytes between two slashes at most",
        "folders: foo/ never matches foo.bar/*": "no object where there is a folder",
    },
    "Versitygw": {
        "nasty names*": "an object named like a folder (slash at the end) may not have content there",
        "names of control characters*": "its listings hold the characters as they are, which is no XML",
        "a name that is no path*": "objects are files: `a//b` is `a/b`",
        "a name as long as names can be*": "a file name has 255 bytes at most",
        "folders: foo/ never matches foo.bar/*": "no object where there is a folder",
        "conditions of reads hold*": "If-Modified-Since of a time to come counts as no condition (RFC 9110 13.1.3 allows that)",
        "compare and swap*": "it looks and replaces in two steps, another writer may come between",
    },
}


def conformance(env, name, endpoint):
    """The conformance list against one endpoint. Ceph 16.2: all of it with the ETag form that it wants in the If-Match of a put, and the
    cases about that once more with the form it does not take."""
    cannot = CANNOT.get(env.server, {})
    form = "bare" if env.server == "Ceph" else "quoted"
    excluded = [f"--test-case-exclude={','.join(case.replace(',', '?') for case in cannot)}"] if cannot else []
    whole = conformance_run(env, name, endpoint, {"SLUICE_TEST_PUT_IF_MATCH": form}, *excluded)
    print(f"conformance of {env.server} over {name}\n{whole.stdout}", flush=True)
    for case, reason in cannot.items():
        print(f"skipped with {env.server}: {case}: {reason}", flush=True)
    if whole.returncode != 0 and "[doctest] test cases:" not in whole.stdout:
        print(f"FAIL conformance of {env.server} over {name}: exit code {whole.returncode}", flush=True)
    good = written_otherwise(env, name, endpoint, form, *excluded) and whole.returncode == 0
    return good and (env.server != "Ceph" or swaps_refused(env, name, endpoint))


def written_otherwise(env, name, endpoint, form, *excluded):
    """The list once more with signed bodies and a question before each; with checksums behind the body where they are known."""
    writes = "signed asked" if env.server == "Ceph" else "signed asked trailers"
    other = conformance_run(env, name, endpoint, {"SLUICE_TEST_PUT_IF_MATCH": form, "SLUICE_TEST_WRITES": writes}, *excluded)
    good = other.returncode == 0 and "[doctest] test cases:" in other.stdout
    print(f"{'PASS' if good else other.stdout + 'FAIL'} conformance of {env.server} over {name}, writes {writes}", flush=True)
    return good


def swaps_refused(env, name, endpoint):
    other = conformance_run(env, name, endpoint, {"SLUICE_TEST_PUT_IF_MATCH": "quoted", "SLUICE_TEST_SWAPS": "refused"},
                            "--test-case=compare and swap*")
    refused = other.returncode == 0 and "test cases: 2 | 2 passed" in re.sub(" +", " ", other.stdout)
    print(f"PASS swaps that Ceph refuses, over {name}" if refused else f"{other.stdout}FAIL swaps that Ceph refuses, over {name}", flush=True)
    return refused


def conformance_run(env, name, endpoint, changes, *arguments):
    program = env.build / "tests" / "conformance" / "conformance"
    if env.server != "Ceph":  # they keep checksums and compare them
        changes = {**changes, "AWS_REQUEST_CHECKSUM_CALCULATION": "when_supported", "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_supported"}
    settings = env.environ(endpoint, SLUICE_STORE="env", SLUICE_TEST_BUCKET=env.bucket, SLUICE_TEST_S3_ENDPOINT=endpoint, **changes)
    return subprocess.run([program, "--no-colors", *arguments], env=settings, cwd=env.tmp, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=900, text=True, errors="replace")


def checks(names):
    """(name, function) of every check."""
    for path in sorted([*HERE.glob("cli_*.py"), *HERE.glob("boto3_*.py")]):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for function in sorted(n for n in vars(module) if n.startswith("check_")):
            name = f"{path.stem}-{function.removeprefix('check_')}"
            if not names or any(n in name for n in names):
                yield name, vars(module)[function]


def run_check(env, name, function):
    with env.check(name):
        try:
            function(env)
        except Exception as e:  # whatever a check raises is its failure
            traceback.print_exc(file=sys.stdout)
            print(f"FAIL {name}: {type(e).__name__}: {str(e)[:300]}", flush=True)
            return False
    print(f"PASS {name}", flush=True)
    return True


def run_all(env, names, wanted):
    good = True
    if (env.build / "tests" / "conformance" / "conformance").exists() and (not names or "conformance" in names):
        for name, endpoint in (("http", env.http), ("https", env.https)):
            with env.check(f"conformance-{name}"):
                good = conformance(env, name, endpoint) and good
    for name, function in checks(names):
        if wanted(name):
            good = run_check(env, f"{env.server}-{name}", function) and good
    return good


def through_faults(env, names):
    """The same again where every fifth request is spoiled, which is less than an operation bears; and where each one is."""
    if names and "faults" not in names:
        return True
    with FaultyFront(env.port, 5) as front:
        twin = copy.copy(env)
        twin.http = front.url
        with twin.check("conformance-faults"):
            good = conformance(twin, "a front that spoils one request in five", front.url)
        for name, function in checks(()):
            if name.startswith("cli_verbs-") and "https" not in name:
                good = run_check(twin, f"{env.server}-faults-{name}", function) and good
        print(f"{front.spoiled} of {front.requests} requests were spoiled", flush=True)
        assert front.spoiled * 6 > front.requests > 100, "the front did not do its part"
    with FaultyFront(env.port, 1) as front:
        twin.http = front.url
        return run_check(twin, f"{env.server}-faults-no_answer_ever", every_request_fails) and good


def every_request_fails(env):
    """More than an operation bears: every verb ends by itself, soon, with one line and no success."""
    (env.tmp / "source").write_bytes(b"content")
    for arguments in (["cat", env.uri("key")], ["stat", env.uri("key")], ["ls", env.uri()], ["rm", env.uri("key")],
                      ["cp", "source", env.uri("key")], ["cp", env.uri("key"), "target"]):
        began = time.monotonic()
        done = env.run(*arguments, "--timeout", "5")
        took = time.monotonic() - began
        assert done.returncode not in (0, 3) and done.stderr.count(b"\n") == 1 and took < 8, (arguments, done, took)
        assert not (env.tmp / "target").exists(), arguments
        began = time.monotonic()
        done = env.run(*arguments)
        assert done.returncode not in (0, 3) and b"attempts in" in done.stderr and time.monotonic() - began < 60, (arguments, done)


NAMES_ARE_NO_PATHS = "boto3_cross_check-odd_keys_both_ways"
NO_FOLDER_IS_AN_OBJECT = ("cli_verbs-keys_with_odd_bytes_are_literal", "cli_verbs-rm_recursive_and_dry_run")
SERVERS = {Ceph: lambda name: True,
           Versitygw: lambda name: name.startswith(("cli_verbs-", "cli_many-", "boto3_")) and name not in NO_FOLDER_IS_AN_OBJECT,
           Minio: lambda name: name.startswith(("cli_verbs-", "cli_many-", "boto3_")) and name not in (*NO_FOLDER_IS_AN_OBJECT, NAMES_ARE_NO_PATHS)}


def servers_of(names):
    """Those that are named; else all, but MinIO only where SLUICE_TEST_MINIO is set."""
    named = {kind: wanted for kind, wanted in SERVERS.items() if kind.__name__.lower() in names}
    return named or {kind: wanted for kind, wanted in SERVERS.items() if kind is not Minio or os.environ.get("SLUICE_TEST_MINIO")}


def main(build, *names):
    build = pathlib.Path(build).resolve()
    servers = build / "servers"
    servers.mkdir(parents=True, exist_ok=True)
    good = True
    ca = None
    chosen = servers_of(names)
    names = [name for name in names if name not in {kind.__name__.lower() for kind in SERVERS}]
    for kind, wanted in chosen.items():
        try:
            ca = ca or make_ca(servers / "ca")
            with kind(servers / kind.__name__) as server:
                server.create_bucket(Env.bucket)
                with Nginx(servers / "nginx", ca, server.port) as front:
                    env = Env(build, servers, server, front)
                    good = run_all(env, names, wanted) and good
                    if kind is Ceph:
                        good = through_faults(env, names) and good
        except NotRun as e:
            print(f"NOT RUN: {kind.__name__}: {e}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
