"""Presigned URLs as objects: made by `presign`, used by the other verbs, and shown by none."""

import time

from cli_verbs import lines, ok, put

NO_KEYS = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_EC2_METADATA_DISABLED": "true"}


def signed(env, key, method, *more, endpoint=None):
    return ok(env.run("presign", env.uri(key), "--method", method, *more, endpoint=endpoint or env.http)).decode().strip()


def use(env, *arguments, **kw):
    """The verb, in need of no key and of no endpoint, and of which no signature is seen."""
    done = env.run(*arguments, endpoint=None, **NO_KEYS, **kw)
    for text in (done.stdout, done.stderr):
        assert b"X-Amz-Algorithm" not in text and b"Signature=" not in text and env.access_key.encode() not in text, done
    return done


def check_one_object_by_url(env):
    data = bytes(range(256)) * 80000
    for endpoint in (env.http, env.https):
        for key in ("plain", "two words+plus%20", "q?x=1&y=2", "caf\u00e9/x"):
            to, at = signed(env, key, "PUT", endpoint=endpoint), signed(env, key, "GET", endpoint=endpoint)
            ok(use(env, "cp", "-", to, "--content-type", "text/plain", "-vv", stdin=b"by url"))
            assert ok(use(env, "cat", at, "-vv")) == b"by url"
            assert ok(use(env, "cat", at, "--range", "-3")) == b"url"
            [told] = lines(use(env, "stat", "--json", at))
            assert told["key"] == f"{env.bucket}/{env.prefix}{key}" and told["size"] == 6 and told["content_type"] == "text/plain", told
            assert told["uri"] == f"{endpoint}/{told['key']}", told
            (env.tmp / "folder").mkdir(exist_ok=True)
            ok(use(env, "cp", at, "folder/"))
            assert (env.tmp / "folder" / key.rpartition("/")[2]).read_bytes() == b"by url"
    put(env, "big", data)
    big = signed(env, "big", "GET")
    [told] = lines(use(env, "cp", "--json", big, "big", "--part-size", "1MiB"))
    assert told["from"] == big.partition("?")[0] and told["bytes"] == len(data) and (env.tmp / "big").read_bytes() == data, told
    ok(use(env, "cp", "big", signed(env, "copy", "PUT")))
    ok(use(env, "cp", signed(env, "copy", "GET"), signed(env, "again", "PUT")))
    assert ok(env.run("cat", env.uri("again"))) == data
    put(env, "nothing", b"")
    assert ok(use(env, "cat", signed(env, "nothing", "GET"))) == b""
    assert lines(use(env, "stat", "--json", signed(env, "nothing", "GET")))[0]["size"] == 0
    told = ok(use(env, "doctor", big)).decode()
    assert "way out       direct: no proxy is set\n" in told and "reading       allowed: http" in told, told


def check_what_a_url_is_not_for(env):
    put(env, "k", b"x")
    at, to = signed(env, "k", "GET"), signed(env, "k", "PUT")
    for arguments in (("cat", to), ("cp", "-", at), ("stat", at[:-1] + ("1" if at[-1] == "0" else "0"))):
        done = use(env, *arguments, stdin=b"y")
        assert done.returncode == 4 and done.stderr.count(b"\n") == 1, (arguments, done)
    assert ok(env.run("cat", env.uri("k"))) == b"x"
    for arguments in (("ls", at), ("rm", at), ("cp", "-r", at, "folder"), ("cp", "-", to, "--metadata", "a=b")):
        done = use(env, *arguments, stdin=b"y")
        assert done.returncode == 1 and b"unsupported" in done.stderr and done.stderr.count(b"\n") == 1, (arguments, done)
    ok(env.run("stat", env.uri("k")))
    for arguments in (("mb", at), ("presign", at), ("uploads", "ls", at), ("cat", at.partition("?")[0]), ("ls", env.uri(), at), ("cat", at, "--nope")):
        done = use(env, *arguments)
        assert done.returncode == 2 and done.stderr.count(b"\n") == 1, (arguments, done)
    gone = signed(env, "none", "GET")
    assert use(env, "cat", gone).returncode == 3
    short = signed(env, "k", "GET", "--expires", "1s")
    time.sleep(2.5)
    late = use(env, "cat", short)
    assert late.returncode == 4 and b"has expired" in late.stderr, late
