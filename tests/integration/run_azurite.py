#!/usr/bin/env python3
"""The conformance list and the command line tool against Azurite, plain and through a front that spoils one request in five; and
cross-checks with Azure's own client, both ways.

run_azurite.py BUILD-DIRECTORY [NAME..]: prints PASS, FAIL or NOT RUN for each check whose name contains a NAME, and stops what it started. A
check is a function `check_*(env)`: `env.client` is Azure's own client for the container `env.container`, `env.run(*arguments)` runs the
command, `env.uri(key)` is az://container/key, `env.tmp` a fresh folder.
"""

import base64
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "servers"))
from checking import run_check  # noqa: E402
from daemon import NotRun  # noqa: E402
from tools import python_with  # noqa: E402

try:
    from azure.storage.blob import BlobServiceClient
except ImportError:
    try:
        python = python_with("azure-storage-blob")
    except NotRun as e:
        print(f"NOT RUN: Azurite: {e}", flush=True)
        sys.exit(0)
    os.execv(python, [str(python), *sys.argv])

from azure.core.exceptions import ResourceNotFoundError  # noqa: E402
from azure.storage.blob import BlobSasPermissions, ContentSettings, generate_blob_sas, generate_container_sas  # noqa: E402
from azurite import Azurite  # noqa: E402
from faults import FaultyFront  # noqa: E402

# Cases of the list that Azurite cannot pass, each for a reason of its own; doctest counts them as skipped.
CANNOT = {
    "names of control characters*": "it answers 500 to a listing that has some: they are no XML, and it does not encode them",
    "a range that begins at or behind the end fails": "it answers 206 with \"bytes 10-9/10\", which is refused as broken",
    "read_ranged refuses memory that is too small*": "the same",
    "compare and swap: only the current version can be replaced": "If-Match: * of nothing holds, and makes the blob",
    "a write that was refused leaves no folder*": "the same",
}


class Env:
    container = "sluice-test"

    def __init__(self, build, server, endpoint=None):
        self.build, self.server = build, server
        self.connection = server.connection_string(endpoint)
        self.client = BlobServiceClient.from_connection_string(server.connection_string()).get_container_client(self.container)

    def uri(self, key=""):
        return f"az://{self.container}/{key}"

    def environ(self, **changes):
        settings = {"PATH": os.environ["PATH"], "HOME": str(self.tmp), "LC_ALL": "C.UTF-8",
                    "AZURE_STORAGE_CONNECTION_STRING": self.connection, **changes}
        return {name: str(value) for name, value in settings.items() if value is not None}

    def run(self, *args, stdin=b"", **environ):
        return subprocess.run([self.build / "cli" / "sluice", *map(str, args)], input=stdin, capture_output=True, timeout=120, cwd=self.tmp,
                              env=self.environ(**environ))

    def ok(self, *args, **more):
        done = self.run(*args, **more)
        assert done.returncode == 0, (args, done)
        return done.stdout

    @contextlib.contextmanager
    def check(self, _name):
        self.tmp = pathlib.Path(tempfile.mkdtemp(prefix="check-", dir=self.build / "servers"))
        try:
            yield
        finally:
            shutil.rmtree(self.tmp, ignore_errors=True)


def check_containers_are_made_listed_and_removed(env):
    assert env.ok("mb", "az://sluice-mb") == b"made az://sluice-mb/\n"
    assert env.run("mb", "az://sluice-mb").returncode == 6
    assert b"sluice-mb" in env.ok("ls", "az://") and env.container.encode() in env.ok("ls", "az://")
    env.ok("cp", "-", "az://sluice-mb/key", stdin=b"x")
    full = env.run("rb", "az://sluice-mb")
    assert full.returncode == 6 and b"not empty" in full.stderr, full
    env.ok("rm", "az://sluice-mb/key")
    assert env.ok("rb", "az://sluice-mb") == b"removed az://sluice-mb/\n"
    assert env.run("rb", "az://sluice-mb").returncode == 3


def check_what_the_tool_writes_azures_client_reads(env):
    data = os.urandom(20_000_003)
    (env.tmp / "file").write_bytes(data)
    env.ok("cp", "--content-type", "image/png", "--metadata", "colour=blue", "file", env.uri("ours/large"))
    blob = env.client.get_blob_client("ours/large")
    found = blob.get_blob_properties()
    assert found.content_settings.content_type == "image/png" and found.metadata == {"colour": "blue"}, found
    assert blob.download_blob().readall() == data
    env.ok("cp", "-", env.uri("ours/odd name +%#?"), stdin=b"odd")
    assert env.client.get_blob_client("ours/odd name +%#?").download_blob().readall() == b"odd"


def check_what_azures_client_writes_the_tool_reads(env):
    data = os.urandom(9_000_001)
    env.client.upload_blob("theirs/large", data, metadata={"colour": "red"}, content_settings=ContentSettings(content_type="image/gif"))
    env.client.upload_blob("theirs/odd name +%#?\u00e9", b"odd")
    assert env.ok("cat", env.uri("theirs/large")) == data
    assert env.ok("cat", "--range", "5-9", env.uri("theirs/large")) == data[5:10]
    assert env.ok("cat", "--range", "-7", env.uri("theirs/large")) == data[-7:]
    assert env.ok("cat", env.uri("theirs/odd name +%#?\u00e9")) == b"odd"
    about = env.ok("stat", env.uri("theirs/large")).decode()
    assert "image/gif" in about and "red" in about, about
    listed = env.ok("ls", "-r", env.uri("theirs/")).decode()
    assert "theirs/large" in listed and "theirs/odd name +%#?\u00e9" in listed, listed


def check_copies_and_removals(env):
    env.client.upload_blob("copies/from", b"source", metadata={"a": "b"})
    env.ok("cp", env.uri("copies/from"), env.uri("copies/to"))
    made = env.client.get_blob_client("copies/to")
    assert made.download_blob().readall() == b"source" and made.get_blob_properties().metadata == {"a": "b"}
    env.ok("rm", env.uri("copies/from"), env.uri("copies/to"))
    assert not list(env.client.list_blobs(name_starts_with="copies/"))


def check_600_odd_names_are_removed_in_batches(env):
    for i in range(600):
        env.client.upload_blob(f"batch/{['', 'a b/', '+%#?&=', chr(0xe9) + '/', '..x/', chr(34)][i % 6]}{i}", b"x")
    env.client.upload_blob("bystander", b"x")
    said = env.run("rm", "-r", "-vv", env.uri("batch/"))
    assert said.returncode == 0 and said.stderr.count(b"comp=batch") == 3 and b"DELETE" not in said.stderr, said
    left = [blob.name for blob in env.client.list_blobs(name_starts_with="batch/")]
    assert not left, left[:3]
    assert env.client.get_blob_client("bystander").download_blob().readall() == b"x"


def check_batches_by_signatures_of_a_container(env):
    import datetime
    ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)

    def remove(permission):
        sas = generate_container_sas(env.server.account, env.container, account_key=env.server.key, permission=permission, expiry=ends)
        done = env.run("rm", "-r", "-vv", env.uri("by-sas/"), AZURE_STORAGE_CONNECTION_STRING=None, AZURE_STORAGE_ACCOUNT=env.server.account,
                       AZURE_STORAGE_SAS_TOKEN=sas, AZURE_STORAGE_BLOB_ENDPOINT=env.server.endpoint)
        assert sas.partition("sig=")[2].encode() not in done.stderr, done
        return done

    for name in "by-sas/a", "by-sas/b ?":
        env.client.upload_blob(name, b"x")
    denied = remove("rl")
    assert denied.returncode == 4 and len(list(env.client.list_blobs(name_starts_with="by-sas/"))) == 2, denied
    done = remove("ld")
    assert done.returncode == 0 and not list(env.client.list_blobs(name_starts_with="by-sas/")), done
    assert b"comp=batch" in done.stderr and b"DELETE" not in done.stderr, done


def http(method, url, data=None, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, {k.replace("_", "-"): v for k, v in headers.items()}, method=method)) as done:
            return done.status, done.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def check_presigned_urls_do_one_thing_until_they_end(env):
    key = "presigned/a b/\u00e9+?%'"
    env.client.upload_blob(key, b"old")

    def url(method, *more):
        return env.ok("presign", env.uri(key), "--method", method, *more).decode().strip()

    short = url("GET", "--expires", "1s")
    made = time.monotonic()
    assert http("GET", url("GET")) == (200, b"old") and http("HEAD", url("HEAD"))[0] == 200
    assert http("PUT", url("PUT"), b"new", x_ms_blob_type="BlockBlob")[0] == 201
    assert http("GET", url("GET")) == (200, b"new")
    for done in (http("PUT", url("GET"), b"no", x_ms_blob_type="BlockBlob"), http("GET", url("PUT")), http("GET", url("DELETE")),
                 http("DELETE", url("PUT")), http("GET", url("GET").replace("presigned/", "other/")), http("GET", url("GET").replace("sp=r", "sp=rw"))):
        assert done[0] == 403, done
    assert http("DELETE", url("DELETE"))[0] == 202 and not list(env.client.list_blobs(name_starts_with="presigned/"))
    env.client.upload_blob(key, b"old")
    time.sleep(max(0, made + 2.1 - time.monotonic()))
    assert http("GET", short)[0] == 403
    told = json.loads(env.ok("presign", "--json", env.uri(key)))
    assert told["uri"] == env.uri(key) and told["method"] == "GET" and http("GET", told["url"]) == (200, b"old"), told
    for arguments, code in ((("presign", env.uri(key), "--method", "POST"), 2), (("presign", env.uri()), 2),
                            (("presign", "--no-sign-request", env.uri(key)), 4)):
        done = env.run(*arguments)
        assert done.returncode == code and done.stderr.count(b"\n") == 1, done
    by_sas = env.run("presign", env.uri(key), AZURE_STORAGE_CONNECTION_STRING=None, AZURE_STORAGE_ACCOUNT=env.server.account,
                     AZURE_STORAGE_SAS_TOKEN="sv=2021-12-02&sig=canary", AZURE_STORAGE_BLOB_ENDPOINT=env.server.endpoint)
    assert by_sas.returncode != 0 and b"canary" not in by_sas.stderr and b"account's key" in by_sas.stderr, by_sas


def check_presigned_urls_are_those_of_azures_client(env):
    from azure.storage.blob import _shared_access_signature as theirs
    for key, method, permission in ("k", "GET", "r"), ("a b/\u00e9+?%'\"", "PUT", "cw"), ("x//y/", "DELETE", "d"):
        ours = urllib.parse.parse_qs(urllib.parse.urlsplit(env.ok("presign", env.uri(key), "--method", method).decode().strip()).query)
        signer = theirs.BlobSharedAccessSignature(env.server.account, account_key=env.server.key)
        signer.x_ms_version = ours["sv"][0]
        made = urllib.parse.parse_qs(signer.generate_blob(env.container, key, permission=permission, expiry=ours["se"][0]))
        assert ours == made, (ours, made)


def check_signatures_of_azures_client_are_taken(env):
    import datetime
    env.client.upload_blob("signed/key", b"signed")
    ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)

    def signature(permission, expiry=ends):
        return generate_blob_sas(env.server.account, env.container, "signed/key", account_key=env.server.key, permission=permission,
                                 expiry=expiry)

    def run(*args, sas, **more):
        return env.run(*args, AZURE_STORAGE_CONNECTION_STRING=None, AZURE_STORAGE_ACCOUNT=env.server.account, AZURE_STORAGE_SAS_TOKEN=sas,
                       AZURE_STORAGE_BLOB_ENDPOINT=env.server.endpoint, **more)

    good = run("cat", env.uri("signed/key"), sas=signature(BlobSasPermissions(read=True)))
    assert good.returncode == 0 and good.stdout == b"signed", good
    denied = run("cp", "-", env.uri("signed/key"), sas=signature(BlobSasPermissions(read=True)), stdin=b"x")
    assert denied.returncode == 4 and denied.stderr.count(b"\n") == 1 and b"sig=" not in denied.stderr, denied
    expired = run("cat", env.uri("signed/key"), sas=signature(BlobSasPermissions(read=True), ends - datetime.timedelta(days=1)))
    assert expired.returncode == 4 and b"sig=" not in expired.stderr, expired
    asked, _, _ = signature(BlobSasPermissions(read=True)).partition("sig=")
    changed = run("cat", env.uri("signed/key"), sas=f"{asked}sig={urllib.parse.quote(base64.b64encode(b'x' * 32), safe='')}")
    assert changed.returncode == 4, changed


def check_bad_input_is_told_in_one_line(env):
    cases = [(("cat", "az://UPPER/key"), {}, 2), (("cat", "az://ab/key"), {}, 2), (("cat", env.uri("missing")), {}, 3),
             (("cat", "az://no-such-container/key"), {}, 3), (("cat", "abfss://c@other.dfs.core.windows.net/k"), {}, 2),
             (("cat", env.uri("k")), {"AZURE_STORAGE_CONNECTION_STRING": "canary"}, 2),
             (("cat", env.uri("k")), {"AZURE_STORAGE_CONNECTION_STRING": env.connection.replace(env.server.key, "canary!")}, 2),
             (("cat", env.uri("k")), {"AZURE_STORAGE_CONNECTION_STRING": env.connection.replace(env.server.key, "Y2FuYXJ5")}, 4),
             (("cp", "-", env.uri("back\\slash")), {}, 2)]
    for arguments, environ, code in cases:
        done = env.run(*arguments, **environ)
        assert done.returncode == code and done.stderr.count(b"\n") == 1 and b"canary" not in done.stderr, (arguments, environ, done)


def check_another_account_is_not_taken(env):
    wrong = env.run("ls", env.uri(), AZURE_STORAGE_CONNECTION_STRING=env.connection.replace(f"AccountName={env.server.account}", "AccountName=other"))
    assert wrong.returncode == 4 and wrong.stderr.count(b"\n") == 1, wrong
    try:
        env.client.get_blob_client("never").get_blob_properties()
    except ResourceNotFoundError:
        return
    raise AssertionError("there is what nobody wrote")


def conformance(env, title, build):
    program = build / "tests" / "conformance" / "conformance"
    settings = env.environ(SLUICE_STORE="azure-env", SLUICE_TEST_BUCKET=env.container)
    excluded = ",".join(case.replace(",", "?") for case in CANNOT)
    done = subprocess.run([program, "--no-colors", f"--test-case-exclude={excluded}"], env=settings, cwd=env.tmp, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=900, text=True, errors="replace")
    print(f"conformance of Azurite, {title}\n{done.stdout}", flush=True)
    for case, reason in CANNOT.items():
        print(f"skipped with Azurite: {case}: {reason}", flush=True)
    if done.returncode != 0 and "[doctest] test cases:" not in done.stdout:
        print(f"FAIL conformance of Azurite, {title}: exit code {done.returncode}", flush=True)
    return done.returncode == 0


def run_all(build, server, names):
    env = Env(build, server)
    env.client.create_container()
    good = True
    if not names or "conformance" in names:
        with env.check("plain"):
            good = conformance(env, "plain", build)
        with FaultyFront(server.port, 5) as front:
            twin = Env(build, server, f"{front.url}/{server.account}")
            with twin.check("faults"):
                good = conformance(twin, "through a front that spoils one request in five", build) and good
            print(f"{front.spoiled} of {front.requests} requests were spoiled", flush=True)
            assert front.spoiled * 6 > front.requests > 100, "the front did not do its part"
    for name, function in sorted(globals().items()):
        if name.startswith("check_") and (not names or any(n in name for n in names)):
            good = run_check(env, "azure-" + name.removeprefix("check_"), function) and good
    return good


def main(build, *names):
    build = pathlib.Path(build).resolve()
    (build / "servers").mkdir(parents=True, exist_ok=True)
    try:
        with Azurite(build / "servers" / "Azurite") as server:
            return 0 if run_all(build, server, names) else 1
    except NotRun as e:
        print(f"NOT RUN: Azurite: {e}", flush=True)
        return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
