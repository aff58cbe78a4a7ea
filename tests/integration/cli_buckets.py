"""Buckets made and removed, and URLs that are used without keys."""

import json
import ssl
import urllib.error
import urllib.request


def ok(done):
    assert done.returncode == 0, (done.returncode, done.stderr)
    return done.stdout


def check_buckets_are_made_listed_and_removed(env):
    name = "sluice-mb-test"
    uri = f"s3://{name}"
    assert ok(env.run("mb", uri)).decode() == f"made {uri}/\n"
    listed = [json.loads(line) for line in ok(env.run("ls", "--json", "s3://")).splitlines()]
    assert {name, env.bucket} <= {b["bucket"] for b in listed}, listed
    assert name in {b["Name"] for b in env.aws.list_buckets()["Buckets"]}
    ok(env.run("cp", "-", f"{uri}/key", stdin=b"x", AWS_REGION=env.region))
    full = env.run("rb", uri)
    assert full.returncode == 6 and b"BucketNotEmpty" in full.stderr and full.stderr.count(b"\n") == 1, full
    ok(env.run("rm", f"{uri}/key"))
    assert ok(env.run("rb", uri)).decode() == f"removed {uri}/\n"
    gone = env.run("rb", uri)
    assert gone.returncode == 3 and gone.stderr.count(b"\n") == 1, gone
    for arguments, code in [(("mb", "s3://ab"), 2), (("mb", env.uri("key")), 2), (("mb", "/tmp/x"), 2), (("rb", "mem://x"), 2)]:
        done = env.run(*arguments)
        assert done.returncode == code and done.stderr.count(b"\n") == 1 and done.stdout == b"", (arguments, done)


def fetch(env, url, method="GET", data=None):
    trust = ssl.create_default_context(cafile=str(env.ca_file))
    request = urllib.request.Request(url, data=data, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def check_presigned_urls_do_one_thing_and_no_other(env):
    for endpoint in (env.http, env.https):
        for key in ("plain", "two words+plus%20", "caf\u00e9/x"):
            def url(method, key=key, endpoint=endpoint):
                return ok(env.run("presign", env.uri(key), "--method", method, "--expires", "5m", endpoint=endpoint)).decode().strip()
            assert url("GET").startswith(endpoint), url("GET")
            assert fetch(env, url("PUT"), "PUT", b"by url")[0] == 200
            assert ok(env.run("cat", env.uri(key))) == b"by url"
            assert fetch(env, url("GET")) == (200, b"by url")
            assert fetch(env, url("HEAD"), "HEAD")[0] == 200
            assert fetch(env, url("GET"), "DELETE")[0] == 403
            assert fetch(env, url("GET").replace("plain", "other").replace("two", "one").replace("caf", "cuf"))[0] == 403
            assert fetch(env, url("GET")[:-1] + ("0" if url("GET")[-1] != "0" else "1"))[0] == 403
            assert fetch(env, url("DELETE"), "DELETE")[0] == 204
            assert env.run("stat", env.uri(key)).returncode == 3
    told = json.loads(ok(env.run("presign", "--json", env.uri("k"))))
    assert told["uri"] == env.uri("k") and told["method"] == "GET" and told["url"].startswith(env.http), told
    for arguments in [("presign", env.uri("k"), "--expires", "169h"), ("presign", env.uri("k"), "--method", "POST"), ("presign", f"s3://{env.bucket}")]:
        done = env.run(*arguments)
        assert done.returncode == 2 and done.stderr.count(b"\n") == 1 and done.stdout == b"", (arguments, done)
    assert env.run("presign", "--no-sign-request", env.uri("k")).returncode == 4
