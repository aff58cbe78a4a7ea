"""Bad input and bad servers: one clear line on standard error, the right exit code, nothing half-written."""

import contextlib
import re
import socket
import time

from cli_verbs import put

USAGE, NOT_FOUND, DENIED, GAVE_UP = 2, 3, 4, 5
FAILED = 1


def refused(env, code, words, *arguments, **settings):
    """Runs the tool and checks that it fails as it should: exit code, one line that holds `words`, no output, no file touched."""
    before = {p: p.read_bytes() for p in env.tmp.rglob("*") if p.is_file()}
    done = env.run(*arguments, **settings)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    assert done.stdout == b"", (arguments, done.stdout)
    text = done.stderr.decode()
    assert text.startswith("sluice: ") and text.endswith("\n") and text.count("\n") == 1, (arguments, text)
    for word in words.split("|"):
        assert word in text, (arguments, word, text)
    assert env.secret_key not in text, text
    assert {p: p.read_bytes() for p in env.tmp.rglob("*") if p.is_file()} == before, arguments


def every_verb(env, code, words, uri, **settings):
    """All verbs that go to the service fail alike."""
    source, copy = env.tmp / "source", env.tmp / "copy"
    source.write_bytes(b"data")
    copy.write_bytes(b"old")
    for arguments in [("ls", uri), ("cat", uri), ("stat", uri), ("cp", uri, copy), ("cp", uri, env.tmp / "fresh"), ("cp", source, uri),
                      ("bench", "get", uri)]:
        refused(env, code, words, *arguments, **settings)


def check_wrong_bucket(env):
    every_verb(env, NOT_FOUND, "s3://no-such-bucket/|not found|bucket", "s3://no-such-bucket/key")
    refused(env, NOT_FOUND, "no-such-bucket", "rm", "s3://no-such-bucket/key")


def check_wrong_key(env):
    put(env, "there", b"x")
    (env.tmp / "copy").write_bytes(b"old")
    for arguments in [("cat",), ("stat",), ("ls",), ("bench", "get")]:
        refused(env, NOT_FOUND, f"{env.uri('missing')}|not found", *arguments, env.uri("missing"))
    refused(env, NOT_FOUND, env.uri("missing"), "cp", env.uri("missing"), env.tmp / "copy")
    refused(env, NOT_FOUND, env.uri("missing"), "cp", env.uri("missing"), env.tmp / "fresh")
    refused(env, NOT_FOUND, "no key matches", "ls", "--glob", env.uri("missing*"))
    refused(env, NOT_FOUND, env.uri("missing"), "rm", "-r", env.uri("missing"))
    refused(env, FAILED, "range", "cat", env.uri("there"), "--range", "1-")


def check_one_of_several_missing(env):
    put(env, "there", b"x")
    done = env.run("stat", env.uri("missing"), env.uri("there"), "--json")
    assert done.returncode == NOT_FOUND and done.stdout.count(b"\n") == 1 and done.stderr.count(b"\n") == 1, done


def check_denied(env):
    every_verb(env, DENIED, env.uri("key"), env.uri("key"), AWS_SECRET_ACCESS_KEY="wrong")
    every_verb(env, DENIED, env.uri("key"), env.uri("key"), AWS_ACCESS_KEY_ID="NOBODY")
    refused(env, DENIED, env.uri("key"), "cat", "--no-sign-request", env.uri("key"))


def answer(status, body, *headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def fault(code, *more):
    return b'<?xml version="1.0"?><Error><Code>' + code.encode() + b"</Code><Message>no</Message>" + "".join(more).encode() + b"</Error>"


def region_of(request):
    """The region a request is signed for."""
    return re.search(rb"Credential=[^/]+/[0-9]{8}/([^/]+)/s3/aws4_request", request)[1].decode()


def aws_in(home, refusal, seen):
    """Answers as AWS does when a bucket is in region `home`: refuses what is signed for another, gives what is signed for this one."""
    def reply(request):
        seen.append(region_of(request))
        head_only, get = request.startswith(b"HEAD "), b"/key HTTP" in request
        if seen[-1] != home:
            status, body, headers = refusal
            text = answer(status, body, *headers)
            return text[: len(text) - len(body)] if head_only else text
        listing = b"<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>%b</Key><Size>4</Size></Contents></ListBucketResult>"
        key = re.search(rb"s3://[^/]+/(.*)", reply.uri.encode())[1]
        whole = answer("200 OK", b"data" if get else listing % key, 'ETag: "e"')
        if request.startswith(b"PUT "):
            return answer("200 OK", b"", 'ETag: "e"')
        if b"\r\nRange: " in request:
            return answer("206 Partial Content", b"data", 'ETag: "e"', "Content-Range: bytes 0-3/4")
        return whole[: len(whole) - 4] if head_only else whole
    return reply


def check_another_region_is_learned_from_what_aws_answers(env):
    (env.tmp / "source").write_bytes(b"data")
    malformed = "400 Bad Request", fault("AuthorizationHeaderMalformed", "<Region>mars-1</Region>"), ("x-amz-bucket-region: mars-1",)
    moved = "301 Moved Permanently", fault("PermanentRedirect", "<Endpoint>b.s3.mars-1.example</Endpoint>"), ("x-amz-bucket-region: mars-1",)
    for refusal in [malformed, moved, (malformed[0], malformed[1], ())]:
        for arguments in [("cat", env.uri("key")), ("stat", env.uri("key")), ("ls", env.uri("key")), ("cp", env.uri("key"), env.tmp / "copy"),
                          ("cp", "source", env.uri("key"))]:
            if arguments[0] == "stat" and not refusal[2]:
                continue  # the answer to a HEAD has no body to learn from
            seen = []
            reply = aws_in("mars-1", refusal, seen)
            reply.uri = env.uri("key")
            with env.answering(reply) as url:
                done = env.run(*arguments, endpoint=url)
            assert done.returncode == 0, (arguments, done)
            assert seen == [env.region, "mars-1"], (arguments, seen)
    assert (env.tmp / "copy").read_bytes() == b"data"


def check_wrong_region_that_stays_wrong(env):
    malformed = answer("400 Bad Request", fault("AuthorizationHeaderMalformed", "<Region>mars-1</Region>"))
    with env.answering(lambda request: answer("403 Forbidden", b"") if request.startswith(b"HEAD ") else malformed) as url:
        every_verb(env, DENIED, "s3://|region", env.uri("key"), endpoint=url)
    with env.answering(answer("301 Moved Permanently", fault("PermanentRedirect"), "x-amz-bucket-region: mars-1")) as url:
        every_verb(env, FAILED, "s3://|region", env.uri("key"), endpoint=url)
    for region in ["mars.example/", "mars-1#x", "m" * 100, "Mars 1"]:
        seen = []
        refusal = "301 Moved Permanently", fault("PermanentRedirect"), (f"x-amz-bucket-region: {region}", "Location: http://127.0.0.1:1/")
        with env.answering(aws_in("nowhere", refusal, seen)) as url:
            refused(env, FAILED, env.uri("key"), "cat", env.uri("key"), endpoint=url)
        assert seen == [env.region], seen


def check_dead_endpoint(env):
    began = time.monotonic()
    every_verb(env, GAVE_UP, "unreachable|refused", env.uri("key"), endpoint=env.dead, AWS_MAX_ATTEMPTS=None)
    assert time.monotonic() - began < 200
    began = time.monotonic()
    refused(env, GAVE_UP, env.uri("key"), "cat", env.uri("key"), "--timeout", "1", endpoint=env.dead)
    assert time.monotonic() - began < 3
    refused(env, GAVE_UP, "no.such.host.invalid", "cat", env.uri("key"), "--timeout", "3", endpoint="http://no.such.host.invalid:80")


def check_a_server_that_never_answers(env):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        refused(env, GAVE_UP, env.uri("key") + "|timed out", "cat", env.uri("key"), "--timeout", "1s", endpoint=url)
        assert time.monotonic() - began < 3


def check_not_http(env):
    for noise in [b"SSH-2.0-OpenSSH_9.2p1\r\n", b"\x15\x03\x01\x00\x02\x02\x16", b"220 mail.example ESMTP\r\n", bytes(1000)]:
        with env.answering(noise) as url:
            every_verb(env, FAILED, env.uri("key") + "|protocol", env.uri("key"), endpoint=url)


def check_tls_and_plain_mixed_up(env):
    refused(env, FAILED, env.uri("key"), "cat", env.uri("key"), endpoint=env.http.replace("http://", "https://"))
    done = env.run("cat", env.uri("key"), "--timeout", "3", endpoint=env.https.replace("https://", "http://"))
    assert done.returncode != 0 and done.stdout == b"" and done.stderr.count(b"\n") == 1, done


def check_expired_certificate(env):
    every_verb(env, FAILED, "untrusted peer|expired", env.uri("key"), endpoint=env.expired)


def check_wrong_host_name(env):
    every_verb(env, FAILED, "untrusted peer|host", env.uri("key"), endpoint=env.other_host)


def check_unknown_authority(env):
    every_verb(env, FAILED, "untrusted peer|AWS_CA_BUNDLE", env.uri("key"), endpoint=env.https, AWS_CA_BUNDLE=None)


def check_ca_bundle_that_is_none(env):
    (env.tmp / "bundle").write_text("no certificate\n")
    refused(env, USAGE, "bundle", "cat", env.uri("key"), "--ca-bundle", env.tmp / "bundle", endpoint=env.https)
    refused(env, USAGE, "missing.pem", "cat", env.uri("key"), "--ca-bundle", env.tmp / "missing.pem", endpoint=env.https)


def check_garbage_listings(env):
    for body in [b"<html><body>Welcome</body></html>", b"<ListBucketResult><Contents><Key>a", b"", b"\xff\xfe\x00", b"{}",
                 b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
                 b"<ListBucketResult><Contents><Key>a</Key><Size>many</Size></Contents></ListBucketResult>"]:
        with env.answering(answer("200 OK", body, "Content-Type: application/xml")) as url:
            refused(env, FAILED, "protocol", "ls", env.uri(), endpoint=url)


def check_garbage_errors(env):
    for status, code in [("404 Not Found", NOT_FOUND), ("403 Forbidden", DENIED), ("412 Precondition Failed", 6)]:
        with env.answering(answer(status, b"<Error><Code>")) as url:
            refused(env, code, env.uri("key"), "cat", env.uri("key"), endpoint=url)
    with env.answering(answer("503 Slow Down", b"\x00\xff")) as url:
        # the time may be over while an attempt waits, or between two: only then the last answer is named
        refused(env, GAVE_UP, env.uri("key") + "|attempts", "cat", env.uri("key"), "--timeout", "1", endpoint=url)


def check_a_hostile_error_text_stays_on_one_line(env):
    with env.answering(answer("403 Forbidden", fault("Access\x1b]0;x\x07Denied\r\nsluice: all is well"))) as url:
        done = env.run("cat", env.uri("key"), endpoint=url)
        assert done.returncode == DENIED and done.stderr.count(b"\n") == 1 and b"\x1b" not in done.stderr and b"\r" not in done.stderr, done


def check_a_short_body_is_never_taken_for_whole(env):
    # It always sends the same ten bytes, also when asked for the rest: neither is ever taken for the whole.
    body = answer("206 Partial Content", b"x" * 10, 'ETag: "e"', "Content-Range: bytes 0-99/100").replace(b"Length: 10\r", b"Length: 100\r")
    with env.answering(body) as url:
        for target in ["fresh", "."]:
            refused(env, FAILED, env.uri("key") + "|another range", "cp", env.uri("key"), target, "--timeout", "2", endpoint=url)


def check_a_server_that_cuts_and_never_goes_on(env):
    """Half of the body, then nothing but closed connections: at the time limit an error, and no file."""
    def half_then_nothing():
        given = []

        def reply(request):
            given.append(1)
            status, *range_ = ("206 Partial Content", "Content-Range: bytes 0-99/100") if b"\r\nRange: " in request else ("200 OK",)
            half = answer(status, b"x" * 50, 'ETag: "e"', *range_).replace(b"Length: 50\r", b"Length: 100\r")
            return half if len(given) == 1 else b""
        return reply

    (env.tmp / "copy").write_bytes(b"old")
    for target in ["fresh", "copy"]:
        for strategy in ["ranges", "single"]:
            with env.answering(half_then_nothing()) as url:
                refused(env, GAVE_UP, env.uri("key"), "cp", env.uri("key"), target, "--timeout", "1", "--strategy", strategy, endpoint=url)
    with env.answering(half_then_nothing()) as url:
        done = env.run("cat", env.uri("key"), "--timeout", "1", endpoint=url)
    assert done.returncode == GAVE_UP and b"x" * 50 == done.stdout + b"x" * (50 - len(done.stdout)) and done.stderr.count(b"\n") == 1, done


def check_garbage_answers_to_writes(env):
    (env.tmp / "source").write_bytes(b"data")
    page = answer("200 OK", b"<html><body>Welcome to the hotel</body></html>", "Content-Type: text/html")
    with env.answering(page) as url:
        refused(env, FAILED, env.uri("key") + "|protocol", "cp", "source", env.uri("key"), endpoint=url)
        refused(env, FAILED, "protocol", "rm", "-r", env.uri("key"), endpoint=url)
    silent = [b"<DeleteResult></DeleteResult>", b"<DeleteResult><Deleted><Key>another</Key></Deleted></DeleteResult>"]
    for body in [b"", b"<DeleteResult>", b"<html/>", b"\xff\xfe\x00", *silent]:
        listing = (f"<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>{env.prefix}a</Key><Size>1</Size></Contents>"
                   f"<Contents><Key>{env.prefix}b</Key><Size>1</Size></Contents></ListBucketResult>").encode()

        def reply(request):
            return answer("200 OK", listing if request.startswith(b"GET ") else body)
        with env.answering(reply) as url:
            if body not in silent:
                refused(env, FAILED, "protocol", "rm", "--glob", env.uri("*"), endpoint=url)
            else:  # a line for each key that it says nothing about
                done = env.run("rm", "--glob", env.uri("*"), endpoint=url)
                assert done.returncode == GAVE_UP and done.stdout == b"" and done.stderr.count(b"\n") == 2, done


def check_keys_that_cannot_be_are_refused_before_anything_is_sent(env):
    (env.tmp / "source").write_bytes(b"data")
    broken = [bytes([b]) for b in range(0x80, 0x100)] + [b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\xe2\x82", b"k" * 1025]
    for key in broken:
        uri = env.uri(key.decode(errors="surrogateescape"))
        done = env.run("cat", uri, endpoint=env.dead)
        assert done.returncode == USAGE and done.stdout == b"" and done.stderr.count(b"\n") == 1, (key, done)
        assert done.stderr.decode().isprintable() or done.stderr.endswith(b"\n"), done
    for uri in [env.uri("\udcff"), env.uri("k" * 1025)]:
        for arguments in [("stat", uri), ("cp", uri, "copy"), ("cp", "source", uri), ("rm", uri), ("bench", "get", uri)]:
            done = env.run(*arguments, endpoint=env.dead)
            assert done.returncode == USAGE and done.stdout == b"" and done.stderr.count(b"\n") == 1, (arguments, done)
    assert [p.name for p in env.tmp.iterdir()] == ["source"]


def check_usage(env):
    for words, *arguments in [("frobnicate", "frobnicate"), ("--frob", "ls", "--frob", env.uri()), ("URI", "cat"), ("--frob", "--frob"),
                              ("--frob", "ls", "--frob"), ("--frob", "bench", "get", "--frob"),
                              ("verb", ), ("FROM", "cp"), ("TO", "cp", "a"), ("size", "cp", "a", env.uri("a"), "--part-size", "8X"),
                              ("size", "cp", "a", env.uri("a"), "--part-size", "0"), ("4096", "cp", "a", env.uri("a"), "--in-flight", "5000"),
                              ("single", "cp", "a", env.uri("a"), "--strategy", "both"), ("range", "cat", env.uri("a"), "--range", "9-1"),
                              ("excludes", "cat", env.uri("a"), "--range", "1-2", "--offset", "1"), ("time", "ls", env.uri(), "--timeout", "0"),
                              ("bar", "ls", env.uri(), "--progress", "loud"), ("object", "cp", "-", "-"),
                              ("name", "cp", "-", env.uri("a/")), ("bucket", "rm", "s3://"),
                              ("bucket", "ls", "s3://UPPER CASE/x"), ("ftp", "ls", "ftp://host/x"), ("key", "cat", f"s3://{env.bucket}"),
                              ("key", "stat", f"s3://{env.bucket}/"), ("--glob", "rm", f"s3://{env.bucket}"),
                              ("--glob", "rm", "-r", f"s3://{env.bucket}/"), ("--stale", "rm", "--stale", f"s3://{env.bucket}/"),
                              ("excludes", "rm", "--stale", "-r", "."), ("file name", "cp", env.uri("a/"), "."),
                              ("file name", "cp", env.uri("a/.."), ".")]:
        refused(env, USAGE, words if arguments else "required", *arguments)
    refused(env, USAGE, "endpoint", "ls", env.uri(), endpoint="127.0.0.1")
    refused(env, USAGE, "endpoint", "ls", env.uri(), endpoint="ftp://127.0.0.1")


def check_a_password_in_a_uri_is_not_repeated(env):
    for verb in [("ls",), ("cat",), ("stat",), ("rm",), ("cp", "a"), ("bench", "get")]:
        refused(env, USAGE, "s3://...@bucket/key|a bucket name has", *verb, f"s3://someone:{env.secret_key}@bucket/key")


def check_bad_local_files(env):
    put(env, "there", b"x")
    (env.tmp / "folder").mkdir()
    (env.tmp / "file").write_bytes(b"x")
    refused(env, NOT_FOUND, "nowhere", "cp", "nowhere", env.uri("x"))
    refused(env, USAGE, "folder", "cp", "folder", env.uri("x"))
    refused(env, USAGE, "file/x", "cp", env.uri("there"), "file/x")
    refused(env, NOT_FOUND, "nowhere/x", "cp", "nowhere/x", env.uri("x"))
    assert env.run("stat", env.uri("x")).returncode == NOT_FOUND
