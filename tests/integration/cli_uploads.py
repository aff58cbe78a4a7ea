"""Uploads in parts that nobody ended: what a killed copy leaves, and how it is found and taken away."""

import json
import time

MIB = 1 << 20


def lines(done):
    assert done.returncode == 0, (done.returncode, done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def orphans(env, prefix=""):
    return lines(env.run("uploads", "ls", "--json", "--size", env.uri(prefix)))


def killed_upload(env, key):
    """Kills `sluice cp` by SIGKILL when the service has got some of its parts."""
    with open(env.tmp / "source", "wb") as f:
        f.truncate(1024 * MIB)
    child = env.start("cp", "source", env.uri(key), "--progress", "none")
    end = time.monotonic() + 60
    while time.monotonic() < end and child.poll() is None:
        found = orphans(env, key)
        if found and found[0].get("bytes", 0) >= 16 * MIB:
            break
    assert child.poll() is None, "the upload was over before it could be killed"
    child.kill()
    child.wait()


def check_an_upload_that_is_killed_is_found_and_aborted(env):
    killed_upload(env, "big")
    here = "big" if env.server == "Minio" else ""  # which lists uploads by the whole key only
    assert env.run("stat", env.uri("big")).returncode == 3
    [orphan] = orphans(env, here)
    assert orphan["key"] == env.prefix + "big" and orphan["uri"] == env.uri("big") and orphan["upload_id"], orphan
    assert orphan["parts"] > 0 and orphan["bytes"] >= 16 * MIB and orphan["initiated"].startswith("20"), orphan
    # For people: one line with all of it.
    text = env.run("uploads", "ls", env.uri(here)).stdout.decode()
    assert text.count("\n") == 1 and orphan["upload_id"] in text and text.endswith(env.prefix + "big\n"), text
    # AWS's own client sees the same.
    theirs = env.aws.list_multipart_uploads(Bucket=env.bucket, Prefix=env.prefix + here)["Uploads"]
    assert [(u["Key"], u["UploadId"]) for u in theirs] == [(orphan["key"], orphan["upload_id"])], theirs
    # Nothing is thrown away by mistake: too young, another key, only a look.
    assert env.run("uploads", "abort", "--older-than", "1h", env.uri("big")).stdout == b""
    assert env.run("uploads", "abort", env.uri("bi")).returncode == 3
    told = env.run("uploads", "abort", "--dry-run", env.uri("big")).stdout
    assert told.startswith(b"would abort "), told
    assert len(orphans(env, here)) == 1
    [done] = lines(env.run("uploads", "abort", "--json", env.uri("big")))
    assert done["aborted"] is True and done["upload_id"] == orphan["upload_id"], done
    assert orphans(env, here) == []
    assert not env.aws.list_multipart_uploads(Bucket=env.bucket, Prefix=env.prefix + here).get("Uploads")


def check_uploads_of_any_key_are_listed_and_aborted(env):
    keys = ["a b", "a+b", "caf\u00e9/x", "per%20cent", "same", "same", "same", "dir/1", "dir/2", "dirt"]
    ids = {}
    for key in keys:
        begun = env.aws.create_multipart_upload(Bucket=env.bucket, Key=env.prefix + key)
        ids.setdefault(key, []).append(begun["UploadId"])
    listed = lines(env.run("uploads", "ls", "--json", env.uri()))
    assert sorted(u["key"] for u in listed) == sorted(env.prefix + key for key in keys), listed
    assert {u["upload_id"] for u in listed} == {i for some in ids.values() for i in some}
    one = ids["same"][1]
    done = env.run("uploads", "abort", "--id", one, env.uri("same"))
    assert done.returncode == 0 and one.encode() in done.stdout, done
    again = env.run("uploads", "abort", "--id", one, env.uri("same"))
    assert again.returncode in (0, 3) and again.stderr.count(b"\n") == (again.returncode != 0), again
    assert len(lines(env.run("uploads", "abort", "--json", env.uri("same")))) == 2
    assert len(lines(env.run("uploads", "abort", "-r", "--json", env.uri("dir")))) == 2
    left = {u["key"] for u in lines(env.run("uploads", "ls", "--json", env.uri()))}
    assert left == {env.prefix + key for key in ("a b", "a+b", "caf\u00e9/x", "per%20cent", "dirt")}, left
    assert len(lines(env.run("uploads", "abort", "-r", "--json", env.uri()))) == 5
    assert lines(env.run("uploads", "ls", "--json", env.uri())) == []


def check_uploads_say_what_is_wrong_in_one_line(env):
    for arguments, code in [(("uploads", "ls", "/tmp"), 2), (("uploads", "ls", "mem://x/y"), 2), (("uploads", "abort", f"s3://{env.bucket}"), 2),
                            (("uploads", "abort", env.uri("nothing")), 3), (("uploads", "ls", "s3://no-such-bucket-here"), 3)]:
        done = env.run(*arguments)
        assert done.returncode == code and done.stdout == b"" and done.stderr.count(b"\n") == 1, (arguments, done)
    assert env.run("uploads", "ls", env.uri(), endpoint=env.dead, AWS_MAX_ATTEMPTS="1", limit=60).returncode == 5
