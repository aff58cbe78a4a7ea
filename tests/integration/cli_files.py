"""Files of this machine as stores: every verb on plain paths, file:// and direct://, copies between them and a service, trees."""

import os
import pathlib
import subprocess
import tempfile
import threading

from cli_verbs import lines, ok, put

NOT_FOUND, USAGE = 3, 2


def folders(env):
    """The same folder as a user may name it."""
    return ["tree", "./tree", env.tmp / "tree", f"file://{env.tmp}/tree", f"direct://{env.tmp}/tree"]


def tree(env, name="tree"):
    top = env.tmp / name
    (top / "sub" / "deep").mkdir(parents=True)
    content = {"one": b"1", "two words": b"22", "sub/three": bytes(3000), "sub/deep/empty": b"", "sub/deep/big": os.urandom(9 << 20)}
    for path, data in content.items():
        (top / path).write_bytes(data)
    return content


def read_tree(top):
    return {str(p.relative_to(top)): p.read_bytes() for p in pathlib.Path(top).rglob("*") if p.is_file()}


def check_ls_cat_stat_and_bench(env):
    content = tree(env)
    for folder in folders(env):
        listed = lines(env.run("ls", "--json", "-r", folder))
        assert {o["key"]: o["size"] for o in listed} == {k: len(v) for k, v in content.items()}, (folder, listed)
        assert [o["key"] for o in listed] == sorted(content, key=str.encode), (folder, listed)
        level = lines(env.run("ls", "--json", f"{folder}/"))
        assert [o.get("key", o.get("prefix")) for o in level] == ["sub/", "one", "two words"], (folder, level)
        for key, data in content.items():
            assert ok(env.run("cat", f"{folder}/{key}")) == data, (folder, key)
            [about] = lines(env.run("stat", "--json", f"{folder}/{key}"))
            assert about["access"] == ("direct" if str(folder).startswith("direct") else "buffered"), about
            assert about["size"] == len(data) and about["etag"] and about["uri"].endswith(f"{env.tmp}/tree/{key}"), about
        assert ok(env.run("cat", f"{folder}/sub/deep/big", "--range", "4095-5000")) == content["sub/deep/big"][4095:5001]
        [told] = lines(env.run("bench", "get", f"{folder}/sub/deep/big", "--range-size", "1MiB", "--repeat", "2", "--verify"))
        assert told["bytes"] == 2 * len(content["sub/deep/big"]) and told["requests"] == 18, told
        matched = lines(env.run("ls", "--json", "--glob", f"{folder}/sub/**e*"))
        assert [o["key"].rpartition("/")[2] for o in matched] == ["empty", "three"], matched


def check_what_is_not_there(env):
    tree(env)
    for arguments, code in [(("cat", "tree/none"), NOT_FOUND), (("stat", "tree/none"), NOT_FOUND), (("ls", "tree/none"), NOT_FOUND),
                            (("ls", "none/"), NOT_FOUND), (("cp", "tree/none", "x"), NOT_FOUND), (("cp", "-r", "none", "x"), NOT_FOUND),
                            (("stat", "tree/sub"), NOT_FOUND), (("cp", "tree/sub", "x"), USAGE), (("rm", "tree/sub"), USAGE),
                            (("rm", "tree"), USAGE), (("cp", "-r", "tree", "tree/sub/x"), USAGE), (("cp", "tree/one", "tree/one/x"), USAGE),
                            (("cp", "tree/one", "tree/.sluice-0123456789abcdef0123456789abcdef.partial"), USAGE), (("cat", "tree/one/x"), USAGE),
                            (("rm", "--stale", env.uri("x")), USAGE), (("cp", "-", "x/"), USAGE)]:
        done = env.run(*arguments)
        assert done.returncode == code and done.stdout == b"" and done.stderr.count(b"\n") == 1, (arguments, done)
    assert sorted(p.name for p in env.tmp.iterdir()) == ["tree"]


def check_copies_between_files_and_objects(env):
    data = os.urandom(20_000_003)
    (env.tmp / "source").write_bytes(data)
    for kind in ["", f"file://{env.tmp}/", f"direct://{env.tmp}/"]:
        ok(env.run("cp", f"{kind}source", env.uri("up")))
        assert ok(env.run("cat", env.uri("up"))) == data
        ok(env.run("cp", env.uri("up"), f"{kind}down"))
        assert (env.tmp / "down").read_bytes() == data, kind
        ok(env.run("cp", f"{kind}down", f"{kind}new/folder/"))
        assert (env.tmp / "new/folder/down").read_bytes() == data, kind
        [told] = lines(env.run("cp", "--json", env.uri("up"), f"{kind}new"))
        assert told["bytes"] == len(data) and told["to"] == f"{env.tmp}/new/up" if kind else told["to"] == "new/up", told
        ok(env.run("rm", "-r", f"{kind}new"))
        assert not (env.tmp / "new").exists()
    ok(env.run("cp", env.uri("up"), env.uri("other")))
    assert ok(env.run("cat", env.uri("other"))) == data
    ok(env.run("cp", env.uri("up"), env.uri("folder/")))
    assert ok(env.run("cat", env.uri("folder/up"))) == data
    ok(env.run("cp", "source", "mem://scratch/x"))
    assert sorted(p.name for p in env.tmp.iterdir()) == ["down", "source"]


def check_modes_and_links(env):
    (env.tmp / "source").write_bytes(b"new")
    (env.tmp / "old").write_bytes(b"old")
    (env.tmp / "old").chmod(0o640)
    (env.tmp / "link").symlink_to("old")
    ok(env.run("cp", "source", "link"))
    assert (env.tmp / "link").is_symlink() and (env.tmp / "old").read_bytes() == b"new"
    assert (env.tmp / "old").stat().st_mode & 0o777 == 0o640


def check_streams_of_unknown_length(env):
    data = os.urandom(30_000_001)
    ok(env.run("cp", "-", "from-stdin", stdin=data))
    assert (env.tmp / "from-stdin").read_bytes() == data
    os.mkfifo(env.tmp / "pipe")
    for target in ["from-pipe", f"direct://{env.tmp}/from-pipe", env.uri("from-pipe")]:
        writer = threading.Thread(target=lambda: (env.tmp / "pipe").write_bytes(data))
        writer.start()
        ok(env.run("cp", "pipe", target))
        writer.join()
        assert ok(env.run("cat", target)) == data, target
    done = env.run("cp", "-", "-", stdin=b"x")
    assert done.returncode == USAGE and done.stdout == b"", done
    done = env.run("cp", "/dev/zero", "endless", "--timeout", "1")
    assert done.returncode == 5 and not (env.tmp / "endless").exists(), done
    assert not [p for p in env.tmp.iterdir() if p.name.startswith(".")]


def check_trees(env):
    content = tree(env)
    for source in folders(env):
        ok(env.run("cp", "-r", source, env.uri("there")))
        listed = lines(env.run("ls", "-r", "--json", env.uri("there/")))
        assert {o["key"].removeprefix(env.prefix + "there/"): o["size"] for o in listed} == {k: len(v) for k, v in content.items()}
        ok(env.run("cp", "-r", env.uri("there/"), "back"))
        assert read_tree(env.tmp / "back") == content, source
        told = lines(env.run("cp", "-r", "--json", "back", f"direct://{env.tmp}/again"))
        assert len(told) == len(content) and sum(o["bytes"] for o in told) == sum(map(len, content.values())), told
        assert read_tree(env.tmp / "again") == content, source
        assert ok(env.run("rm", "-r", "back", "again", env.uri("there"))).count(b"removed ") == 3 * len(content)
        assert sorted(p.name for p in env.tmp.iterdir()) == ["tree"]


def check_a_tree_with_names_no_file_can_have(env):
    for key in ["good", "sub/good", "../out", "a//b", "x/./y"]:
        put(env, f"t/{key}", b"data")
    env.aws.put_object(Bucket=env.bucket, Key=f"{env.prefix}t/marker/")  # as consoles make folders: nothing to copy, and no failure
    done = env.run("cp", "-r", env.uri("t"), "copy")
    assert done.returncode == USAGE and done.stderr.count(b"invalid argument") == 3, done
    assert read_tree(env.tmp / "copy") == {"good": b"data", "sub/good": b"data"}
    assert sorted(p.name for p in env.tmp.iterdir()) == ["copy"]


def check_many_small_files(env):
    (env.tmp / "many").mkdir()
    for i in range(2000):
        (env.tmp / "many" / f"{i:04}").write_bytes(str(i).encode())
    done = env.run("cp", "-r", "many", "copy")
    assert ok(done) == b"" and b"2000 objects, " in done.stderr, done
    assert read_tree(env.tmp / "copy") == read_tree(env.tmp / "many")


def check_what_dead_processes_left_is_swept(env):
    tree(env)
    for name in ["tree/.sluice-0123456789abcdef0123456789abcdef.partial", "tree/sub/.sluice-fedcba9876543210fedcba9876543210.partial"]:
        (env.tmp / name).write_bytes(b"half")
    assert len(lines(env.run("ls", "-r", "--json", "tree"))) == 5
    [told] = lines(env.run("rm", "--stale", "--json", "tree"))
    assert told["stale_removed"] == 2 and told["in_use"] == 0, told
    assert ok(env.run("rm", "--stale", "tree")).startswith(b"removed 0 half-written files")
    assert len(read_tree(env.tmp / "tree")) == 5


def check_a_folder_that_must_not_be_written(env):
    if os.geteuid() == 0 and not as_nobody_works(env):
        raise AssertionError("no other user to be")
    (env.tmp / "closed").mkdir()
    (env.tmp / "closed" / "old").write_bytes(b"old")
    (env.tmp / "source").write_bytes(b"new")
    (env.tmp / "closed").chmod(0o555)
    for path in [env.tmp, *env.tmp.parents]:
        assert path.stat().st_mode & 0o001 or os.geteuid() != 0 or path == env.tmp, path
    env.tmp.chmod(0o755)
    done = as_nobody(env, "cp", "source", "closed/old")
    assert done.returncode == 4 and done.stderr.count(b"\n") == 1 and (env.tmp / "closed/old").read_bytes() == b"old", done
    done = as_nobody(env, "rm", "closed/old")
    assert done.returncode == 4 and (env.tmp / "closed/old").exists(), done


def as_nobody(env, *arguments):
    user = dict(user=65534, group=65534, extra_groups=[]) if os.geteuid() == 0 else {}
    return subprocess.run([env.sluice, *arguments], capture_output=True, cwd=env.tmp, env=env.environ(env.http), timeout=60, **user)


def as_nobody_works(env):
    env.tmp.chmod(0o755)
    return as_nobody(env, "--version").returncode == 0


def check_a_file_system_that_has_only_its_cache(env):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        here = f"direct://{memory}/x"
        (env.tmp / "source").write_bytes(b"data")
        done = env.run("cp", "source", here)
        assert done.returncode == 1 and done.stderr.count(b"\n") == 1 and b"unsupported" in done.stderr, done
        assert not os.listdir(memory)
        ok(env.run("cp", "--direct", "preferred", "source", here))
        [about] = lines(env.run("stat", "--json", "--direct", "preferred", here))
        assert about["access"] == "buffered" and about["size"] == 4, about
        assert b"page cache" in env.run("cat", "-v", "--direct", "preferred", here).stderr
        done = env.run("stat", here)
        assert done.returncode == 1 and done.stderr.count(b"\n") == 1, done


def check_the_log_tells_what_serves_files(env):
    (env.tmp / "source").write_bytes(b"x")
    told = env.run("cp", "-v", "source", "copy").stderr.decode()
    assert "io_uring" in told or "thread pool" in told, told
