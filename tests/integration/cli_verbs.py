"""What each verb of the command line tool does when all is well."""

import contextlib
import hashlib
import json
import pathlib
import socket
import subprocess

ODD = ["plain", "two words", " blanks ", "a+b", "100%", "%2F", "a%20b", "q?x=1&y=2", "hash#tag", "semi;colon", "am&per", "eq=al", "at@sign",
       "quo\"te", "apos'trophe", "back\\slash", "star*", "[set]", "{brace}", "tilde~", "dollar$", "comma,", "colon:", "<tag>", "pipe|", "^`",
       "double//slash", "dot/./dot", "dot/../dot", "caf\u00e9", "\u65e5\u672c", "\U0001f600", "e\u0301", "tab\there", "line\nbreak",
       "".join(map(chr, range(1, 32))), "\x7f", "\u0085\u2028", "-dash", "--json"]


def ok(done):
    assert done.returncode == 0, (done.returncode, done.stderr)
    return done.stdout


def lines(done):
    return [json.loads(line) for line in ok(done).splitlines()]


def put(env, key, data, **kw):
    ok(env.run("cp", "-", env.uri(key), stdin=data, **kw))


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(f.read()).hexdigest()


def round_trip(env, endpoint):
    data = bytes(range(256)) * 5000
    source = env.tmp / "source"
    source.write_bytes(data)
    assert ok(env.run("cp", source, env.uri("file"), endpoint=endpoint)) == b""
    [about] = lines(env.run("stat", "--json", env.uri("file"), endpoint=endpoint))
    assert about["uri"] == env.uri("file") and about["key"] == env.prefix + "file", about
    assert about["size"] == len(data) and about["etag"] == hashlib.md5(data).hexdigest(), about
    [listed] = lines(env.run("ls", env.uri("file"), "--json", endpoint=endpoint))
    assert {k: listed[k] for k in ("uri", "key", "size", "etag")} == {k: about[k] for k in ("uri", "key", "size", "etag")}, listed
    assert listed["last_modified"][:19] == about["last_modified"][:19] and listed["last_modified"].endswith("Z"), (listed, about)
    assert ok(env.run("cat", env.uri("file"), endpoint=endpoint)) == data
    done = env.run("cp", env.uri("file"), env.tmp / "copy", "--part-size", "64KiB", endpoint=endpoint)
    ok(done)
    assert done.stderr.startswith(b"sluice: 1280000 bytes in ") and done.stderr.count(b"\n") == 1, done.stderr
    assert (env.tmp / "copy").read_bytes() == data
    ok(env.run("cp", env.uri("file"), env.tmp / "single", "--strategy", "single", endpoint=endpoint))
    assert (env.tmp / "single").read_bytes() == data
    assert ok(env.run("rm", env.uri("file"), endpoint=endpoint)).decode() == f"removed {env.uri('file')}\n"
    assert env.run("stat", env.uri("file"), endpoint=endpoint).returncode == 3
    assert sorted(p.name for p in env.tmp.iterdir()) == ["copy", "single", "source"]


def check_round_trip_over_http(env):
    round_trip(env, env.http)


def check_round_trip_over_https(env):
    round_trip(env, env.https)


def check_round_trip_over_tls12(env):
    round_trip(env, env.tls12)


def check_keys_with_odd_bytes_are_literal(env):
    for key in ODD:
        put(env, key, key.encode())
        assert ok(env.run("cat", env.uri(key))) == key.encode(), key
        [about] = lines(env.run("stat", "--json", env.uri(key)))
        assert about["key"] == env.prefix + key, about
    listed = lines(env.run("ls", "-r", "--json", env.uri()))
    assert sorted(o["key"] for o in listed) == sorted(env.prefix + key for key in ODD)
    text = ok(env.run("ls", "-r", env.uri()))
    assert text.count(b"\n") == len(ODD) and b"\t" not in text and b"\x7f" not in text
    for key in ODD:
        ok(env.run("rm", env.uri(key)))
    assert env.run("ls", "-r", env.uri()).returncode == 3


def check_a_folder_as_target_takes_the_name(env):
    put(env, "a/name", b"1")
    (env.tmp / "folder").mkdir()
    ok(env.run("cp", env.uri("a/name"), env.tmp / "folder"))
    assert (env.tmp / "folder" / "name").read_bytes() == b"1"
    ok(env.run("cp", env.uri("a/name"), "."))
    assert (env.tmp / "name").read_bytes() == b"1"
    ok(env.run("cp", env.tmp / "name", env.uri("b/")))
    assert ok(env.run("cat", env.uri("b/name"))) == b"1"


def check_download_follows_a_link_and_spares_devices(env):
    put(env, "x", b"new")
    (env.tmp / "real").write_bytes(b"old")
    (env.tmp / "link").symlink_to(env.tmp / "real")
    ok(env.run("cp", env.uri("x"), env.tmp / "link"))
    assert (env.tmp / "link").is_symlink() and (env.tmp / "real").read_bytes() == b"new"
    ok(env.run("cp", env.uri("x"), "/dev/null"))
    with open("/dev/null", "rb") as f:
        assert f.read() == b""


def check_standard_input_and_output(env):
    data = bytes(range(256)) * 40000
    put(env, "piped", data)
    assert ok(env.run("cp", env.uri("piped"), "-", "--part-size", "1MiB")) == data
    put(env, "nothing", b"")
    assert ok(env.run("cat", env.uri("nothing"))) == b""
    assert ok(env.run("cat", env.uri("nothing"), env.uri("piped"))) == data
    [told] = lines(env.run("cp", "-", env.uri("told"), "--json", stdin=b"12345"))
    assert told == {"from": "-", "to": env.uri("told"), "bytes": 5, "etag": hashlib.md5(b"12345").hexdigest()}, told


def check_cat_ranges(env):
    put(env, "ten", b"0123456789")
    for arguments, expected in [(("--range", "2-4"), b"234"), (("--range", "7-"), b"789"), (("--range", "-3"), b"789"),
                                (("--offset", "8"), b"89"), (("--length", "3"), b"012"), (("--length", "3", "--offset", "4"), b"456"),
                                (("--offset", "4", "--length", "100"), b"456789"), (("--range", "0-0"), b"0")]:
        assert ok(env.run("cat", env.uri("ten"), *arguments)) == expected, arguments
    assert ok(env.run("cat", env.uri("ten"), env.uri("ten"), "--range", "0-1")) == b"0101"


def check_ls_shows_one_level(env):
    for key in ["top", "dir/one", "dir/two", "dir/sub/three"]:
        put(env, key, b"x")
    level = lines(env.run("ls", "--json", env.uri()))
    assert [o.get("key") for o in level if "key" in o] == [env.prefix + "top"]
    assert [o["prefix"] for o in level if "prefix" in o] == [env.prefix + "dir/"]
    assert [o["uri"] for o in level if "prefix" in o] == [env.uri("dir/")]
    assert len(lines(env.run("ls", "--json", "--recursive", env.uri("dir/")))) == 3
    text = ok(env.run("ls", env.uri("dir/"))).decode().splitlines()
    assert len(text) == 3 and "DIR" in text[0] and text[0].endswith("dir/sub/") and text[1].split()[0] == "1", text


def check_globs(env):
    for key in ["a/1.txt", "a/2.txt", "a/2.bin", "a/b/3.txt", "a/*.txt", "c/1.txt"]:
        put(env, key, b"x")

    def found(pattern):
        return [o["key"].removeprefix(env.prefix) for o in lines(env.run("ls", "--json", "--glob", env.uri(pattern))) if "key" in o]

    assert found("a/*.txt") == ["a/*.txt", "a/1.txt", "a/2.txt"]
    assert found("a/**.txt") == ["a/*.txt", "a/1.txt", "a/2.txt", "a/b/3.txt"]
    assert found("*/1.txt") == ["a/1.txt", "c/1.txt"]
    assert found("a/[0-9].*") == ["a/1.txt", "a/2.bin", "a/2.txt"]
    assert found("a/?.bin") == ["a/2.bin"]
    # Without --glob the star is a star.
    assert [o["key"] for o in lines(env.run("ls", "--json", env.uri("a/*.txt")))] == [env.prefix + "a/*.txt"]
    ok(env.run("rm", env.uri("a/*.txt")))
    assert found("a/*.txt") == ["a/1.txt", "a/2.txt"]
    ok(env.run("rm", "--glob", env.uri("a/*.txt")))
    assert found("**") == ["a/2.bin", "a/b/3.txt", "c/1.txt"]


def check_rm_recursive_and_dry_run(env):
    for key in ["dir", "dir/one", "dir/sub/two", "directory", "other"]:
        put(env, key, b"x")
    would = lines(env.run("rm", "-r", "--dry-run", "--json", env.uri("dir")))
    assert sorted(o["key"].removeprefix(env.prefix) for o in would) == ["dir", "dir/one", "dir/sub/two"]
    assert not any(o["removed"] for o in would)
    assert len(lines(env.run("ls", "-r", "--json", env.uri()))) == 5
    assert ok(env.run("rm", "-r", env.uri("dir"))).count(b"removed s3://") == 3
    assert [o["key"].removeprefix(env.prefix) for o in lines(env.run("ls", "-r", "--json", env.uri()))] == ["directory", "other"]
    ok(env.run("rm", env.uri("other"), env.uri("never-was")))


def check_rm_many(env):
    keys = [f"many/{i:02}" for i in range(40)]
    for key in keys:
        put(env, key, b"x")
    assert len(lines(env.run("rm", "--json", "-r", env.uri("many")))) == len(keys)
    assert env.run("ls", env.uri("many/")).returncode == 3


def bench(env, *arguments):
    data = hashlib.sha256(env.prefix.encode()).digest() * 100000
    for key in ["one", "two"]:
        put(env, key, data)
    put(env, "empty", b"")
    uris = [env.uri(k) for k in ["one", "two", "empty"]]
    [told] = lines(env.run("bench", "get", *uris, "--range-size", "1MiB", "--repeat", "3", "--json", *arguments))
    assert told["bytes"] == 2 * 3 * len(data) and told["repeat"] == 3, told
    for name in ["wall_s", "cpu_user_s", "cpu_sys_s", "peak_rss_bytes", "gb_per_s", "cpu_s_per_gib"]:
        assert isinstance(told[name], (int, float)) and told[name] >= 0, (name, told)
    latency = told["latency_ms"]
    assert 0 < latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["max"], latency
    return told


def check_bench_ranges(env):
    told = bench(env, "--in-flight", "4", "--verify")
    assert told["requests"] == 3 * (4 + 4 + 1) and told["strategy"] == "ranges" and told["verified"] is True, told


def check_bench_single_on_two_threads(env):
    told = bench(env, "--strategy", "single", "--threads", "2", "--verify", "--in-flight", "5")
    assert told["requests"] == 9 and told["threads"] == 2 and told["in_flight"] == 5, told


def check_a_closed_reader_ends_it_quietly(env):
    put(env, "much", bytes(4 << 20))
    with subprocess.Popen([env.sluice, "cat", env.uri("much")], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=env.environ(env.http)) as child:
        assert child.stdout.read(10) == bytes(10)
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 141, child.returncode


def check_a_full_standard_output_is_told(env):
    put(env, "some", bytes(1 << 20))
    with open("/dev/full", "wb") as full:
        done = subprocess.run([env.sluice, "cat", env.uri("some")], stdout=full, stderr=subprocess.PIPE, env=env.environ(env.http))
    assert done.returncode == 1 and done.stderr.count(b"\n") == 1 and b"No space left" in done.stderr, done


def check_the_log_tells_requests_and_no_secret(env):
    put(env, "logged", b"x")
    quiet, loud = env.run("cat", env.uri("logged")), env.run("cat", "-vv", env.uri("logged"))
    assert ok(quiet) == ok(loud) == b"x"
    assert quiet.stderr == b"" and b"GET" in loud.stderr, loud.stderr
    assert env.secret_key.encode() not in loud.stderr and b"Signature=" not in loud.stderr.replace(b"Signature=REDACTED", b""), loud.stderr


def check_no_threads_but_the_runtime_s_and_a_small_pool(env):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as silent:
        for host, threads in [("127.0.0.1", 1 + 1), ("localhost", 1 + 1 + 4)]:  # main's, the runtime's, those that look names up
            child = env.start("stat", env.uri("key"), endpoint=f"http://{host}:{silent.getsockname()[1]}")
            connection, _ = silent.accept()
            with connection:
                assert connection.recv(1000).startswith(b"HEAD ")
                running = len(list(pathlib.Path(f"/proc/{child.pid}/task").iterdir()))
                assert running <= threads, (host, running)
                child.kill()
                child.communicate()


def check_global_options_stand_before_or_behind_the_verb(env):
    put(env, "here", b"x")
    settings = dict(endpoint=None, AWS_REGION=None)
    for arguments in [("--endpoint-url", env.http, "--region", env.region, "cat", env.uri("here")),
                      ("cat", env.uri("here"), f"--endpoint-url={env.http}", "--path-style"),
                      ("cat", "--ca-bundle", env.ca_file, env.uri("here"), "--endpoint-url", env.https)]:
        assert ok(env.run(*arguments, **settings, AWS_CA_BUNDLE=None)) == b"x", arguments


def check_a_profile_gives_the_keys(env):
    put(env, "mine", b"x")
    (env.tmp / "credentials").write_text(f"[other]\naws_access_key_id = {env.access_key}\naws_secret_access_key = {env.secret_key}\n")
    no_keys = dict(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None, AWS_SHARED_CREDENTIALS_FILE=env.tmp / "credentials")
    assert ok(env.run("cat", env.uri("mine"), "--profile", "other", **no_keys)) == b"x"
    others = {**no_keys, "AWS_ACCESS_KEY_ID": "NOBODY", "AWS_SECRET_ACCESS_KEY": "wrong"}
    assert ok(env.run("cat", env.uri("mine"), "--profile", "other", **others)) == b"x"
    assert env.run("cat", env.uri("mine"), "--profile", "nobody", **no_keys).returncode == 2
    assert env.run("cat", env.uri("mine"), **no_keys).returncode == 4
