"""The conformance lists against a real server, and what of them a server cannot do."""

import re
import subprocess

# Cases of the lists that a server cannot pass, each for a reason of its own; doctest counts them as skipped.
CANNOT = {
    "Ceph": {},
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
CUSTOMER_KEYS = "s3*customer's key*"
# The same of the list for S3 services alone.
S3_CANNOT = {
    "Ceph": {
        "s3 tags: are given anew with a copy": "16.2 passes over the tags of a copy",
        "s3 tags of an upload in parts": "16.2 keeps them in a form that it cannot read itself",
        "s3 storage class: another one*": "it has those only that its operator made: InvalidArgument",
                "s3 customer's key: a copy*": "16.2 copies nothing that is kept under a key: NotImplemented",
        "s3 versions: a create-only put*": "16.2 passes over If-None-Match where a bucket keeps versions",
    },
    "Minio": {"s3*customer's key*": "only where it speaks TLS itself; there they are run"},
    "Versitygw": {
        "s3 storage class: another one*": "there is one",
        "s3 customer's key:*": "it passes over them, which is told: unsupported",
        "s3 versions: one that is gone*": "InvalidArgument for an id that it no longer knows",
        "s3 versions: a create-only put*": "If-None-Match meets a delete marker",
    },
}

AFTER_FAULTS = {"s3 versions*": "a write whose answer was lost is sent again, and makes one version more"}


def excluding(cannot):
    return [f"--test-case-exclude={','.join(case.replace(',', '?') for case in cannot)}"] if cannot else []


def whole_list(env, title, program, changes, cannot):
    """One list with what this server can do of it. Its summary counts the cases."""
    done = run(env, program, changes, *excluding(cannot))
    print(f"{title}\n{done.stdout}", flush=True)
    for case, reason in cannot.items():
        print(f"skipped with {env.server}: {case}: {reason}", flush=True)
    if done.returncode != 0 and "[doctest] test cases:" not in done.stdout:
        print(f"FAIL {title}: exit code {done.returncode}", flush=True)
    return done.returncode == 0


def conformance(env, name):
    """The conformance lists against the endpoint of `env`. Ceph 16.2: all of it with the ETag form that it wants in the If-Match of a put,
    and the cases about that once more with the form it does not take."""
    form = "bare" if env.server == "Ceph" else "quoted"
    cannot = CANNOT[env.server]
    good = whole_list(env, f"conformance of {env.server} over {name}", "conformance", {"SLUICE_TEST_PUT_IF_MATCH": form}, cannot)
    good = written_otherwise(env, name, form, *excluding(cannot)) and good
    return (env.server != "Ceph" or swaps_refused(env, name)) and good


def s3_conformance(env, name, faults=False):
    """What S3 services have and other stores do not."""
    cannot = {**S3_CANNOT[env.server], **(AFTER_FAULTS if faults else {})}
    return whole_list(env, f"S3 conformance of {env.server} over {name}", "s3-conformance", {}, cannot)


def customer_keys(env, name):
    """Of that the part which a server takes only by this way."""
    done = run(env, "s3-conformance", {}, f"--test-case={CUSTOMER_KEYS}")
    good = done.returncode == 0 and "[doctest] test cases:" in done.stdout
    print(f"{'PASS' if good else done.stdout + 'FAIL'} customers' keys of {env.server} over {name}", flush=True)
    return good


def written_otherwise(env, name, form, *excluded):
    """The list once more with signed bodies and a question before each; with checksums behind the body where they are known."""
    writes = "signed asked" if env.server == "Ceph" else "signed asked trailers"
    other = run(env, "conformance", {"SLUICE_TEST_PUT_IF_MATCH": form, "SLUICE_TEST_WRITES": writes}, *excluded)
    good = other.returncode == 0 and "[doctest] test cases:" in other.stdout
    print(f"{'PASS' if good else other.stdout + 'FAIL'} conformance of {env.server} over {name}, writes {writes}", flush=True)
    return good


def swaps_refused(env, name):
    other = run(env, "conformance", {"SLUICE_TEST_PUT_IF_MATCH": "quoted", "SLUICE_TEST_SWAPS": "refused"}, "--test-case=compare and swap*")
    refused = other.returncode == 0 and "test cases: 2 | 2 passed" in re.sub(" +", " ", other.stdout)
    print(f"PASS swaps that Ceph refuses, over {name}" if refused else f"{other.stdout}FAIL swaps that Ceph refuses, over {name}", flush=True)
    return refused


def run(env, program, changes, *arguments):
    if env.server != "Ceph":  # they keep checksums and compare them
        changes = {**changes, "AWS_REQUEST_CHECKSUM_CALCULATION": "when_supported", "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_supported"}
    settings = env.environ(env.http, SLUICE_STORE="env", SLUICE_TEST_BUCKET=env.bucket, SLUICE_TEST_S3_ENDPOINT=env.http, **changes)
    return subprocess.run([env.build / "tests" / "conformance" / program, "--no-colors", *arguments], env=settings, cwd=env.tmp,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900, text=True, errors="replace")
