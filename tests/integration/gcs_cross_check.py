"""What Google's own client wrote is read, and what was written here it reads: bytes, attributes, odd names, checksums, composed objects.

Against fake-gcs-server: `env.bucket_of_client` is the bucket as Google's client sees it."""

import base64
import gzip
import hashlib
import json
import os

import google_crc32c

from cli_verbs import ODD

MIB = 1 << 20
ATTRIBUTES = {"cache_control": "max-age=60, private", "content_language": "de, en", "content_disposition": 'attachment; filename="a b.txt"'}
METADATA = {"plain": "value", "with-dash": "two  words", "n": "1=2"}


def keys():
    """Those of ODD that an object of Google's can have."""
    return [k for k in ODD if "\n" not in k and "\r" not in k and k not in (".", "..")]


def crc32c(data):
    return base64.b64encode(google_crc32c.Checksum(data).digest()).decode()


def md5(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def theirs(env, key):
    return env.bucket_of_client.blob(env.prefix + key)


def got(env, key):
    """With what they know of it. They compare its checksum with what has come."""
    blob = env.bucket_of_client.get_blob(env.prefix + key)
    return blob, blob.download_as_bytes(raw_download=True, checksum="crc32c")


def about(env, key):
    return json.loads(env.ok("stat", "--json", env.uri(key)))


def check_odd_names_both_ways(env):
    for key in keys():
        theirs(env, f"theirs/{key}").upload_from_string(key.encode())
        env.ok("cp", "-", env.uri(f"ours/{key}"), "--progress", "none", stdin=key.encode())
    for key in keys():
        assert env.ok("cat", env.uri(f"theirs/{key}")) == key.encode(), key
        assert got(env, f"ours/{key}")[1] == key.encode(), key
    listed = [json.loads(line)["key"] for line in env.ok("ls", "-r", "--json", env.uri("theirs/")).splitlines()]
    assert listed == sorted((f"{env.prefix}theirs/{k}" for k in keys()), key=str.encode), listed
    of_theirs = [blob.name for blob in env.client.list_blobs(env.bucket, prefix=f"{env.prefix}ours/")]
    assert sorted(of_theirs) == sorted(f"{env.prefix}ours/{k}" for k in keys()), of_theirs


def check_attributes_and_metadata_both_ways(env):
    blob = theirs(env, "theirs")
    for name, value in ATTRIBUTES.items():
        setattr(blob, name, value)
    blob.metadata = METADATA
    blob.upload_from_string(b"content", content_type="text/x-odd; charset=utf-8")
    seen = about(env, "theirs")
    assert {name: seen[name] for name in ATTRIBUTES} == ATTRIBUTES and seen["metadata"] == METADATA, seen
    assert seen["content_type"] == "text/x-odd; charset=utf-8" and seen["version"] == str(blob.generation), (seen, blob.generation)
    given = [part for name, value in ATTRIBUTES.items() for part in ("--" + name.replace("_", "-"), value)]
    given += [part for pair in METADATA.items() for part in ("--metadata", "=".join(pair))]
    env.ok("cp", "-", env.uri("ours"), "--content-type", "image/x-odd", "--progress", "none", *given, stdin=b"content")
    blob, data = got(env, "ours")
    assert data == b"content" and blob.content_type == "image/x-odd" and blob.metadata == METADATA, (blob.content_type, blob.metadata)
    assert {name: getattr(blob, name) for name in ATTRIBUTES} == ATTRIBUTES, blob._properties
    env.ok("cp", env.uri("theirs"), env.uri("copy"))
    blob, data = got(env, "copy")
    assert data == b"content" and blob.metadata == METADATA and {name: getattr(blob, name) for name in ATTRIBUTES} == ATTRIBUTES, blob._properties


def check_checksums_both_ways(env):
    data = os.urandom(3 * MIB + 17)
    theirs(env, "theirs").upload_from_string(data, checksum="crc32c")
    theirs(env, "by md5").upload_from_string(data, checksum="md5")
    for key in ("theirs", "by md5"):
        assert about(env, key)["crc32c"] == crc32c(data), key
        assert env.ok("cat", env.uri(key)) == data, key
    env.ok("cp", "-", env.uri("ours"), "--progress", "none", stdin=data)
    blob, came = got(env, "ours")
    assert came == data and (blob.crc32c, blob.md5_hash) == (crc32c(data), md5(data)), (blob.crc32c, blob.md5_hash)
    assert blob.download_as_bytes(checksum="md5") == data


def temporary_parts(env):
    return {blob.name for blob in env.client.list_blobs(env.bucket, prefix=".sluice-parts/")}


def check_large_objects_both_ways(env):
    before = temporary_parts(env)  # of uploads that were dropped on purpose
    data = os.urandom(20 * MIB + 12345)
    (env.tmp / "up").write_bytes(data)
    blob = theirs(env, "theirs")
    blob.chunk_size = MIB  # so it is a resumable upload of 21 requests
    blob.upload_from_filename(str(env.tmp / "up"))
    env.ok("cp", env.uri("theirs"), "down", "--progress", "none", "--part-size", "3MiB")
    assert (env.tmp / "down").read_bytes() == data
    assert env.ok("cat", env.uri("theirs"), "--range", "1000000-3000000") == data[1000000:3000001]
    for name, options in [("in parts", ("--part-size", "5MiB")), ("by a session", ("--part-size", "32MiB"))]:
        env.ok("cp", "up", env.uri(name), "--progress", "none", *options)
        blob, came = got(env, name)
        assert came == data and blob.crc32c == crc32c(data) and blob.size == len(data), name
    left = temporary_parts(env) - before
    assert not left, left


def check_what_they_compose_is_read(env):
    data = os.urandom(2 * MIB)
    pieces = [theirs(env, f"piece {n}") for n in range(4)]
    for n, piece in enumerate(pieces):
        piece.upload_from_string(data[n * MIB // 2:(n + 1) * MIB // 2])
    whole = theirs(env, "whole")
    whole.content_type = "application/x-whole"
    whole.compose(pieces)
    seen = about(env, "whole")
    assert seen["size"] == len(data) and seen["content_type"] == "application/x-whole" and seen["crc32c"] == crc32c(data), seen
    assert env.ok("cat", env.uri("whole")) == data
    env.ok("cp", env.uri("whole"), "down", "--progress", "none", "--part-size", "1MiB")
    assert (env.tmp / "down").read_bytes() == data


def check_what_is_stored_in_gzip_stays_so(env):
    plain = b"the same words again and again, " * 10_000
    packed = gzip.compress(plain)
    blob = theirs(env, "theirs")
    blob.content_encoding = "gzip"
    blob.upload_from_string(packed, content_type="text/plain")
    seen = about(env, "theirs")
    assert seen["content_encoding"] == "gzip" and seen["size"] == len(packed) and seen["crc32c"] == crc32c(packed), seen
    assert env.ok("cat", env.uri("theirs")) == packed
    assert env.ok("cat", env.uri("theirs"), "--range", "10-99") == packed[10:100]
    env.ok("cp", env.uri("theirs"), "down", "--progress", "none", "--part-size", "1KiB")
    assert (env.tmp / "down").read_bytes() == packed
    env.ok("cp", "-", env.uri("ours"), "--content-encoding", "gzip", "--progress", "none", stdin=packed)
    blob, raw = got(env, "ours")
    assert raw == packed and blob.content_encoding == "gzip" and blob.crc32c == crc32c(packed), blob._properties
    env.ok("cp", env.uri("theirs"), env.uri("copy"))
    blob, raw = got(env, "copy")
    assert raw == packed and blob.content_encoding == "gzip", blob._properties


def check_what_was_removed_is_gone_for_both(env):
    for n in range(3):
        theirs(env, f"gone/{n}").upload_from_string(b"x")
    env.ok("rm", "-r", env.uri("gone/"))
    assert list(env.client.list_blobs(env.bucket, prefix=f"{env.prefix}gone/")) == []
    env.ok("cp", "-", env.uri("there"), "--progress", "none", stdin=b"x")
    theirs(env, "there").delete()
    assert env.run("stat", env.uri("there")).returncode == 3


def check_an_empty_object_both_ways(env):
    theirs(env, "empty").upload_from_string(b"")
    assert env.ok("cat", env.uri("empty")) == b"" and about(env, "empty")["size"] == 0
    env.ok("cp", "-", env.uri("ours"), "--progress", "none", stdin=b"")
    assert got(env, "ours")[1] == b""


def check_a_version_is_kept_to(env):
    env.ok("cp", "-", env.uri("key"), "--progress", "none", stdin=b"first")
    blob, _ = got(env, "key")
    assert about(env, "key")["version"] == str(blob.generation)
    blob.upload_from_string(b"second", if_generation_match=blob.generation)
    assert env.ok("cat", env.uri("key")) == b"second"
    again = env.run("cp", "-", env.uri("key"), "--create-only", "--progress", "none", stdin=b"third")
    assert again.returncode == 6 and again.stderr.count(b"\n") == 1, again
