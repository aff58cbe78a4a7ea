"""What S3 services keep beside the bytes, both ways: what AWS's own client wrote is written again here, and that client finds the same."""

import base64
import hashlib
import os
import subprocess

from cli_verbs import ok

MIB = 1 << 20
KEY = "0123456789abcdef0123456789ABCDEF"
SEALED = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": KEY}
SUPPORTED = {"AWS_REQUEST_CHECKSUM_CALCULATION": "when_supported", "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_supported"}
ODD = {"ContentType": "text/x-odd; charset=utf-8", "CacheControl": "max-age=60, private", "ContentLanguage": "de, en",
       "ContentDisposition": "attachment; filename=\"a b;c.txt\"",
       "Metadata": {"equals": "a=b; c=\"d\"", "inner": "two  blanks", "long": "l" * 1500, "path": "/a%2Fb/?x=1&y=<2>+3", "n-1": "'`|\\~^{}[]"}}


def mirror(env, bucket, *arguments):
    """Writes what is below theirs/ again below ours/."""
    program = env.build / "tests" / "integration" / "mirror"
    done = subprocess.run([program, bucket, "theirs/", "ours/", *arguments], capture_output=True, timeout=120, env=env.environ(env.http))
    assert done.returncode == 0, done
    return int(done.stdout.split()[0])


def make_bucket(env, name, versions=False):
    env.aws.create_bucket(Bucket=name)
    if versions:
        env.aws.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def remove_bucket(env, name):
    for page in env.aws.get_paginator("list_object_versions").paginate(Bucket=name):
        for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            env.aws.delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"])
    env.aws.delete_bucket(Bucket=name)


def tags_of(env, where):
    return sorted((tag["Key"], tag["Value"]) for tag in env.aws.get_object_tagging(**where)["TagSet"])


def check_attributes_and_tags_both_ways(env):
    bucket = make_bucket(env, "both-ways")
    try:
        where = {"Bucket": bucket, "Key": "theirs/one"}
        env.aws.put_object(**where, Body=b"content", Tagging="project=a%20b&path=x/y%2Bz%3D1&empty=", **ODD)
        env.aws.put_object(Bucket=bucket, Key="theirs/plain", Body=b"")
        assert mirror(env, bucket) == 2

        def read(prefix):
            for name in ("one", "plain"):
                there = {"Bucket": bucket, "Key": prefix + name}
                got = env.aws.get_object(**there)
                yield name, (got["Body"].read(), {n: got.get(n) for n in ODD}, tags_of(env, there))

        theirs, ours = dict(read("theirs/")), dict(read("ours/"))
        assert ours == theirs, (theirs, ours)
        assert theirs["one"][1] == ODD and theirs["one"][2] == [("empty", ""), ("path", "x/y+z=1"), ("project", "a b")], theirs
    finally:
        remove_bucket(env, bucket)


def versions_of(env, bucket, prefix):
    """key -> (its versions, newest first; for each delete marker whether it is the latest)."""
    page = env.aws.list_object_versions(Bucket=bucket, Prefix=prefix)
    found = {}
    for one in page.get("Versions", []):
        there = {"Bucket": bucket, "Key": one["Key"], "VersionId": one["VersionId"]}
        got = env.aws.get_object(**there)
        about = (got["Body"].read(), got["Metadata"], one["IsLatest"], tags_of(env, there))
        found.setdefault(one["Key"].removeprefix(prefix), ([], []))[0].append(about)
    for one in page.get("DeleteMarkers", []):
        found.setdefault(one["Key"].removeprefix(prefix), ([], []))[1].append(one["IsLatest"])
    return found


def versions_both_ways(env, name, *steps):
    """What there is in the end. A step is a key and what is put there, or None to remove it."""
    bucket = make_bucket(env, name, versions=True)
    try:
        for key, data in steps:
            if data is None:
                env.aws.delete_object(Bucket=bucket, Key=f"theirs/{key}")
            else:
                about = {"Body": data.encode(), "Metadata": {"data": data}, "Tagging": f"of={data}"}
                env.aws.put_object(Bucket=bucket, Key=f"theirs/{key}", **about)
        assert mirror(env, bucket) == len(steps)
        theirs, ours = versions_of(env, bucket, "theirs/"), versions_of(env, bucket, "ours/")
        assert ours == theirs, (theirs, ours)
        return ours
    finally:
        remove_bucket(env, bucket)


def check_versions_both_ways(env):
    ours = versions_both_ways(env, "versions-both-ways", ("k", "first"), ("k", "second"), ("k", "third"), ("gone", "gone"), ("gone", None))
    assert [data for data, *_ in ours["k"][0]] == [b"third", b"second", b"first"] and ours["k"][1] == [], ours
    assert ours["k"][0][2] == (b"first", {"data": "first"}, False, [("of", "first")]), ours
    assert ours["gone"] == ([(b"gone", {"data": "gone"}, False, [("of", "gone")])], [True]), ours


def check_a_removed_object_that_is_put_again_both_ways(env):
    ours = versions_both_ways(env, "put-again-both-ways", ("k", "first"), ("k", None), ("k", "second"))
    assert [data for data, *_ in ours["k"][0]] == [b"second", b"first"] and ours["k"][1] == [False], ours


def check_customer_keys_both_ways(env):
    bucket = make_bucket(env, "customer-keys")
    try:
        data = os.urandom(6 * MIB)
        env.aws.put_object(Bucket=bucket, Key="theirs/one.closed", Body=data[:MIB], **SEALED)
        where = {"Bucket": bucket, "Key": "theirs/two.closed"}
        upload = env.aws.create_multipart_upload(**where, **SEALED)["UploadId"]
        parts = []
        for number, piece in enumerate((data[:5 * MIB], data[5 * MIB:]), 1):
            part = env.aws.upload_part(**where, UploadId=upload, PartNumber=number, Body=piece, **SEALED)
            parts.append({"PartNumber": number, "ETag": part["ETag"]})
        env.aws.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})
        assert mirror(env, bucket, KEY) == 2
        for name, wanted in (("one.closed", data[:MIB]), ("two.closed", data)):
            there = {"Bucket": bucket, "Key": f"ours/{name}"}
            assert env.aws.get_object(**there, **SEALED)["Body"].read() == wanted, name
            for key in ({}, {**SEALED, "SSECustomerKey": KEY[::-1]}):
                try:
                    env.aws.get_object(**there, **key)
                except env.aws.exceptions.ClientError as e:
                    assert e.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403), e.response
                else:
                    raise AssertionError(f"{name} is read by {key or 'nobody'}")
    finally:
        remove_bucket(env, bucket)


def check_checksums_of_parts_both_ways(env):
    """Of each kind that there is: of the whole object, and of the parts' checksums (composite, "-2")."""
    data = os.urandom(5 * MIB + 12345)
    halves = (data[:5 * MIB], data[5 * MIB:])
    for algorithm, kind in (("CRC64NVME", "FULL_OBJECT"), ("CRC32C", "FULL_OBJECT"), ("CRC32C", "COMPOSITE"), ("CRC32", "COMPOSITE"),
                            ("SHA1", "COMPOSITE"), ("SHA256", "COMPOSITE")):
        where = {"Bucket": env.bucket, "Key": f"{env.prefix}{algorithm}-{kind}"}
        upload = env.aws.create_multipart_upload(**where, ChecksumAlgorithm=algorithm, ChecksumType=kind)["UploadId"]
        parts = []
        for number, piece in enumerate(halves, 1):
            part = env.aws.upload_part(**where, UploadId=upload, PartNumber=number, Body=piece, ChecksumAlgorithm=algorithm)
            name = f"Checksum{algorithm}"
            parts.append({"PartNumber": number, "ETag": part["ETag"], **({name: part[name]} if name in part else {})})
        done = env.aws.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts}, ChecksumType=kind)
        assert done.get(f"Checksum{algorithm}", "").endswith("-2") == (kind == "COMPOSITE"), done
        ok(env.run("cp", f"s3://{env.bucket}/{where['Key']}", "down", "--part-size", "1MiB", **SUPPORTED))
        assert (env.tmp / "down").read_bytes() == data, where
        assert hashlib.sha256(ok(env.run("cat", f"s3://{env.bucket}/{where['Key']}", **SUPPORTED))).digest() == hashlib.sha256(data).digest()
    (env.tmp / "up").write_bytes(data)
    ok(env.run("cp", "up", env.uri("ours"), "--part-size", "5MiB", **SUPPORTED))
    told = env.aws.head_object(Bucket=env.bucket, Key=f"{env.prefix}ours", ChecksumMode="ENABLED")
    whole = env.aws.put_object(Bucket=env.bucket, Key=f"{env.prefix}whole", Body=data, ChecksumAlgorithm="CRC64NVME")
    assert told["ChecksumCRC64NVME"] == whole["ChecksumCRC64NVME"] and len(base64.b64decode(told["ChecksumCRC64NVME"])) == 8, (told, whole)
