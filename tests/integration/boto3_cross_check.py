"""What AWS's own client wrote is read, and what was written here it reads: bytes, attributes, odd keys, uploads in parts."""

import base64
import hashlib
import json
import os

from cli_verbs import ODD, lines, ok, put

MIB = 1 << 20
ATTRIBUTES = {"ContentType": "text/x-odd; charset=utf-8", "CacheControl": "max-age=60, private", "ContentEncoding": "identity",
              "ContentLanguage": "de, en", "ContentDisposition": 'attachment; filename="a b.txt"',
              "Metadata": {"plain": "value", "with-dash": "two  words", "empty": ""}}


def keys(env):
    """Those of ODD that the server can hold."""
    return [k for k in ODD if env.server != "Versitygw" or not ("//" in k or "/./" in k or "/../" in k or min(map(ord, k)) < 32 or k == "\x7f")]


def check_odd_keys_both_ways(env):
    for key in keys(env):
        env.aws.put_object(Bucket=env.bucket, Key=f"{env.prefix}theirs/{key}", Body=key.encode())
        put(env, f"ours/{key}", key.encode())
    for key in keys(env):
        assert ok(env.run("cat", env.uri(f"theirs/{key}"))) == key.encode(), key
        assert env.aws.get_object(Bucket=env.bucket, Key=f"{env.prefix}ours/{key}")["Body"].read() == key.encode(), key
    listed = [about["key"].removeprefix(f"{env.prefix}theirs/") for about in lines(env.run("ls", "-r", "--json", env.uri("theirs/")))]
    assert listed == sorted(keys(env), key=str.encode), listed
    pages = env.aws.get_paginator("list_objects_v2").paginate(Bucket=env.bucket, Prefix=f"{env.prefix}ours/")
    theirs = [o["Key"].removeprefix(f"{env.prefix}ours/") for page in pages for o in page.get("Contents", [])]
    assert sorted(theirs) == sorted(keys(env)), theirs


def check_attributes_travel_through_a_copy(env):
    env.aws.put_object(Bucket=env.bucket, Key=f"{env.prefix}first", Body=b"content", **ATTRIBUTES)
    [about] = lines(env.run("stat", "--json", env.uri("first")))
    assert about["content_type"] == ATTRIBUTES["ContentType"] and about["metadata"]["plain"] == "value", about
    ok(env.run("cp", env.uri("first"), env.uri("second")))
    head = env.aws.head_object(Bucket=env.bucket, Key=f"{env.prefix}second")
    assert {name: head[name] for name in ATTRIBUTES if name != "Metadata"} == {n: v for n, v in ATTRIBUTES.items() if n != "Metadata"}, head
    kept = {name: value for name, value in head["Metadata"].items() if value}
    assert kept == {name: value for name, value in ATTRIBUTES["Metadata"].items() if value}, head


def check_parts_both_ways(env):
    data = os.urandom(5 * MIB) + os.urandom(6 * MIB) + os.urandom(12345)
    where = {"Bucket": env.bucket, "Key": f"{env.prefix}theirs"}
    upload = env.aws.create_multipart_upload(**where)["UploadId"]
    parts = []
    for number, (begin, end) in enumerate(((0, 5 * MIB), (5 * MIB, 11 * MIB), (11 * MIB, len(data))), 1):
        part = env.aws.upload_part(**where, UploadId=upload, PartNumber=number, Body=data[begin:end])
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    env.aws.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})
    ok(env.run("cp", env.uri("theirs"), "down", "--part-size", "1MiB"))
    assert (env.tmp / "down").read_bytes() == data
    (env.tmp / "up").write_bytes(data)
    ok(env.run("cp", "up", env.uri("ours"), "--part-size", "5MiB"))
    assert env.aws.head_object(Bucket=env.bucket, Key=f"{env.prefix}ours")["ETag"].endswith('-3"')
    got = env.aws.get_object(Bucket=env.bucket, Key=f"{env.prefix}ours")["Body"].read()
    assert hashlib.sha256(got).digest() == hashlib.sha256(data).digest()
    open_uploads = env.aws.list_multipart_uploads(Bucket=env.bucket, Prefix=env.prefix).get("Uploads", [])
    assert open_uploads == [], open_uploads


def check_what_was_removed_is_gone_for_both(env):
    for n in range(3):
        env.aws.put_object(Bucket=env.bucket, Key=f"{env.prefix}gone/{n}", Body=b"x")
    ok(env.run("rm", "-r", env.uri("gone/")))
    assert env.aws.list_objects_v2(Bucket=env.bucket, Prefix=f"{env.prefix}gone/")["KeyCount"] == 0
    put(env, "there", b"x")
    env.aws.delete_object(Bucket=env.bucket, Key=f"{env.prefix}there")
    assert env.run("stat", env.uri("there")).returncode == 3


def check_an_empty_object_both_ways(env):
    env.aws.put_object(Bucket=env.bucket, Key=f"{env.prefix}empty", Body=b"")
    assert ok(env.run("cat", env.uri("empty"))) == b""
    put(env, "ours", b"")
    assert env.aws.head_object(Bucket=env.bucket, Key=f"{env.prefix}ours")["ContentLength"] == 0
    assert json.loads(ok(env.run("stat", "--json", env.uri("empty"))))["size"] == 0


SUPPORTED = {"AWS_REQUEST_CHECKSUM_CALCULATION": "when_supported", "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_supported"}


def check_checksums_both_ways(env):
    """Ceph 16.2 takes them and tells none, which is no reason to fail; versitygw keeps and compares them."""
    data = os.urandom(12 * MIB + 77)
    (env.tmp / "up").write_bytes(data)
    ok(env.run("cp", "up", env.uri("parts"), "--part-size", "5MiB", **SUPPORTED))
    ok(env.run("cp", "-", env.uri("whole"), stdin=data[:MIB], **SUPPORTED))
    for key, wanted in (("parts", data), ("whole", data[:MIB])):
        got = env.aws.get_object(Bucket=env.bucket, Key=env.prefix + key, ChecksumMode="ENABLED")
        assert got["Body"].read() == wanted, key
        [about] = lines(env.run("stat", "--json", env.uri(key), **SUPPORTED))
        assert about.get("crc64nvme") == got.get("ChecksumCRC64NVME"), (about, got)
        assert env.server == "Ceph" or about["crc64nvme"], about
        ok(env.run("cp", env.uri(key), "down", "--part-size", "1MiB", **SUPPORTED))
        assert (env.tmp / "down").read_bytes() == wanted, key
    for algorithm in ("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"):
        digest = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256}.get(algorithm)
        given = {f"Checksum{algorithm}": base64.b64encode(digest(data).digest()).decode()} if digest else {}
        if not given and env.server == "Ceph":
            continue  # it does not understand the trailer in which AWS's client sends these
        if not given:
            given = {"ChecksumAlgorithm": algorithm}
        env.aws.put_object(Bucket=env.bucket, Key=f"{env.prefix}{algorithm}", Body=data, **given)
        ok(env.run("cp", env.uri(algorithm), "down", "--part-size", "1MiB", **SUPPORTED))
        assert (env.tmp / "down").read_bytes() == data, algorithm
        assert hashlib.sha256(ok(env.run("cat", env.uri(algorithm), **SUPPORTED))).digest() == hashlib.sha256(data).digest()


def check_what_cp_says_of_an_object_arrives(env):
    (env.tmp / "big").write_bytes(os.urandom(9 * MIB))
    (env.tmp / "small").write_bytes(b"x")
    tag = "cafe" if env.server == "Minio" else "caf\u00e9"  # whose tags have names in ASCII only
    for name in ("big", "small"):
        ok(env.run("cp", name, env.uri(name), "--part-size", "5MiB", "--content-type", "text/x-t", "--cache-control", "no-store",
                   "--metadata", "colour=light blue", "--metadata", "n=1=2", "--tag", "project=a b", "--tag", f"{tag}=1=2/+", "--create-only"))
        head = env.aws.head_object(Bucket=env.bucket, Key=env.prefix + name)
        assert (head["ContentType"], head["CacheControl"]) == ("text/x-t", "no-store"), head
        wanted = {"colour": "light blue", "n": "1=2"}
        assert {k: v for k, v in head["Metadata"].items() if k != "sluice-put"} == wanted, head
        tags = env.aws.get_object_tagging(Bucket=env.bucket, Key=env.prefix + name).get("TagSet")
        if env.server == "Ceph" and name == "big":
            continue  # Ceph 16.2 passes over the tags of an upload in parts
        assert {t["Key"]: t["Value"] for t in tags} == {"project": "a b", tag: "1=2/+"}, tags
        [about] = lines(env.run("stat", "--json", env.uri(name)))
        assert about["metadata"] == wanted, about
        again = env.run("cp", name, env.uri(name), "--create-only")
        assert again.returncode == 6 and again.stderr.count(b"\n") == 1, again
    bad = env.run("cp", "small", env.uri("never"), "--metadata", "a=b\r\nX: y")
    assert bad.returncode in (1, 2) and env.run("stat", env.uri("never")).returncode == 3, bad
    local = env.run("cp", env.uri("small"), "down", "--tag", "a=b")
    assert local.returncode == 1 and b"unsupported" in local.stderr and not (env.tmp / "down").exists(), local
