#!/usr/bin/env python3
"""The conformance lists and the command line tool against real servers (Ceph, versitygw; MinIO where SLUICE_TEST_MINIO is set), over HTTP,
over HTTPS through nginx with our own authority, and through a front that spoils requests; and cross-checks with AWS's own client.

run.py BUILD-DIRECTORY [NAME..]: starts the servers in BUILD-DIRECTORY/servers, runs every check whose name contains a NAME, stops
what it started. A NAME may be a server's: `run.py build/test minio conformance`. Prints PASS, FAIL or NOT RUN for each, or CANNOT
with the reason for what a server is unable to; the doctest summary of the conformance lists counts case by case.

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

import concurrent.futures
import contextlib
import copy
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

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
from checking import checks_in, run_check  # noqa: E402
from conformance import conformance, customer_keys, s3_conformance  # noqa: E402
from ceph import Ceph  # noqa: E402
from faults import FaultyFront  # noqa: E402
from go_servers import Minio, MinioTls, Versitygw  # noqa: E402
from nginx import FRONTS, Nginx, make_ca  # noqa: E402


class Env:
    bucket = "sluice-test"

    def __init__(self, build, servers, server, front=None):
        self.build, self.servers, self.server, self.port = build, servers, type(server).__name__, server.port
        self.sluice = build / "cli" / "sluice"
        self.access_key, self.secret_key, self.region = server.access_key, server.secret_key, server.region
        self.http, self.dead = server.endpoint, f"http://127.0.0.1:{free_port()}"
        self.aws = client(server.endpoint, server)
        self.ca = servers / "ca"
        self.ca_file = self.ca / "ca.pem"
        for name in FRONTS if front else ():
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


def checks(names):
    """(name, function) of every check; those of other clouds have runners of their own."""
    own = [path for path in (*HERE.glob("cli_*.py"), *HERE.glob("boto3_*.py")) if not path.stem.startswith("cli_gcs")]
    return checks_in(own, names)


def at(env, endpoint):
    """The same server by another way."""
    twin = copy.copy(env)
    twin.http = endpoint
    return twin


def run_all(env, names):
    good = True
    if (env.build / "tests" / "conformance" / "conformance").exists() and (not names or "conformance" in names):
        for name, endpoint in (("http", env.http), ("https", env.https)):
            twin = at(env, endpoint)
            with twin.check(f"conformance-{name}"):
                good = conformance(twin, name) and good
                good = s3_conformance(twin, name) and good
    return run_checks(env, names, fits) and good


def run_checks(env, names, chosen, title=""):
    good = True
    for name, function in checks(names):
        if not chosen(env, name):
            continue
        if reason := UNFIT.get(env.server, {}).get(name):
            print(f"CANNOT {env.server}-{title}{name}: {reason}", flush=True)
        else:
            good = run_check(env, f"{env.server}-{title}{name}", function) and good
    return good


def through_faults(env, names):
    """The same again where every fifth request is spoiled, which is less than an operation bears; and where each one is."""
    if names and "faults" not in names:
        return True
    with FaultyFront(env.port, 5) as front:
        twin = at(env, front.url)
        with twin.check("conformance-faults"):
            good = conformance(twin, "a front that spoils one request in five")
            good = s3_conformance(twin, "a front that spoils one request in five", faults=True) and good
        good = run_checks(twin, (), lambda _, name: name.startswith("cli_verbs-") and "https" not in name, "faults-") and good
        print(f"{front.spoiled} of {front.requests} requests were spoiled", flush=True)
        assert front.spoiled * 6 > front.requests > 100, "the front did not do its part"
    with FaultyFront(env.port, 1) as front:
        return run_check(at(env, front.url), f"{env.server}-faults-no_answer_ever", every_request_fails) and good


def every_request_fails(env):
    """More than an operation bears: every verb ends by itself, soon, with one line and no success. The server hears of none of it, so
    with all but one of them a read and a write will do."""
    (env.tmp / "source").write_bytes(b"content")
    verbs = [["cat", env.uri("key")], ["cp", "source", env.uri("key")], ["stat", env.uri("key")], ["ls", env.uri()], ["rm", env.uri("key")],
             ["cp", env.uri("key"), "target"]]
    for arguments in verbs if env.server == "Ceph" else verbs[:2]:
        began = time.monotonic()
        done = env.run(*arguments, "--timeout", "5")
        took = time.monotonic() - began
        assert done.returncode not in (0, 3) and done.stderr.count(b"\n") == 1 and took < 8, (arguments, done, took)
        assert not (env.tmp / "target").exists(), arguments
        began = time.monotonic()
        done = env.run(*arguments)
        assert done.returncode not in (0, 3) and b"attempts in" in done.stderr and time.monotonic() - began < 60, (arguments, done)


SERVERS = (Ceph, Minio, Versitygw)  # that of the longest first
OF_ALL = ("cli_verbs-", "cli_many-", "cli_streams-", "cli_uploads-an_upload_that_is_killed", "boto3_")
NAMES_ARE_PATHS = {"cli_verbs-keys_with_odd_bytes_are_literal": "names are paths",
                   "cli_verbs-rm_recursive_and_dry_run": "no object where there is a folder"}
CUSTOMER_KEYS = "boto3_services-customer_keys_both_ways"
# Checks that a server cannot pass, each for a reason of its own; they count as skipped.
UNFIT = {"Ceph": {"boto3_services-checksums_of_parts_both_ways": "16.2 keeps no checksums"},
         "Versitygw": {**NAMES_ARE_PATHS, CUSTOMER_KEYS: "it passes over them",
                       "boto3_services-a_removed_object_that_is_put_again_both_ways": "it lists that as another delete marker"},
         "Minio": {**NAMES_ARE_PATHS, "boto3_cross_check-odd_keys_both_ways": "names are paths",
                   CUSTOMER_KEYS: "only where it speaks TLS itself; there it is run"}}


def fits(env, name):
    """What asks the tool rather than the service runs with one server."""
    return env.server == "Ceph" or name.startswith(OF_ALL)


def servers_of(names):
    """Those that are named; else all, but MinIO only where SLUICE_TEST_MINIO is set."""
    named = [kind for kind in SERVERS if kind.__name__.lower() in names]
    return named or [kind for kind in SERVERS if kind is not Minio or os.environ.get("SLUICE_TEST_MINIO")]


def with_server(kind, build, ca, names):
    servers = build / "servers"
    with kind(servers / kind.__name__) as server:
        server.create_bucket(Env.bucket)
        with Nginx(servers / f"nginx-{kind.__name__}", ca, server.port) as front:
            env = Env(build, servers, server, front)
            good = run_all(env, names)
            good = through_faults(env, names) and good
    return (kind is not Minio or under_customer_keys(build, ca, names)) and good


def when_there(kind, *arguments):
    """with_server; what cannot be started is told."""
    try:
        return with_server(kind, *arguments)
    except NotRun as e:
        print(f"NOT RUN: {kind.__name__}: {e}", flush=True)
        return True


def under_customer_keys(build, ca, names):
    """What MinIO does only where it speaks TLS itself."""
    with MinioTls(build / "servers" / "MinioTls", ca) as server:
        server.create_bucket(Env.bucket)
        env = Env(build, build / "servers", server)
        good = True
        if not names or "conformance" in names:
            with env.check("customer-keys"):
                good = customer_keys(env, "TLS")
        return run_checks(env, names, lambda _, name: "customer_keys" in name) and good


def main(build, *names):
    build = pathlib.Path(build).resolve()
    servers = build / "servers"
    servers.mkdir(parents=True, exist_ok=True)
    chosen = servers_of(names)
    names = [name for name in names if name not in {kind.__name__.lower() for kind in SERVERS}]
    try:
        ca = make_ca(servers / "ca")
    except NotRun as e:
        print(f"NOT RUN: real servers: {e}", flush=True)
        return 0
    # Much of a check is waiting: two servers at a time keep hardly one core busy.
    with concurrent.futures.ProcessPoolExecutor(len(chosen)) as pool:
        running = [pool.submit(when_there, kind, build, ca, names) for kind in chosen]
        good = [one.result() for one in running]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
