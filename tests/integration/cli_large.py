"""Large objects: whole, interrupted, and cut off."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import time

MIB = 1 << 20


def write_file(path, size):
    """Bytes that differ from block to block; their SHA-256."""
    digest, seed = hashlib.sha256(), os.urandom(MIB)
    with open(path, "wb") as f:
        for i in range(size // MIB):
            block = i.to_bytes(8, "big") + seed[8:]
            f.write(block)
            digest.update(block)
    return digest.hexdigest()


def digest_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(MIB):
            digest.update(block)
    return digest.hexdigest()


def measured(env, endpoint, *arguments):
    """Runs the tool to its end; its peak memory in bytes."""
    child = subprocess.Popen([env.sluice, *map(str, arguments)], cwd=env.tmp, env=env.environ(endpoint), stderr=subprocess.PIPE)
    told = child.stderr.read()
    child.stderr.close()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, told
    return usage.ru_maxrss * 1024


def upload(env, key, size):
    digest = write_file(env.tmp / "source", size)
    measured(env, env.http, "cp", "source", env.uri(key))
    return digest


def check_one_gib_up_and_down(env):
    digest = write_file(env.tmp / "source", 1024 * MIB)
    try:
        assert measured(env, env.http, "cp", "source", env.uri("gib")) < 200 * MIB
        (env.tmp / "source").unlink()
        for endpoint in [env.http, env.https]:
            assert measured(env, endpoint, "cp", env.uri("gib"), "copy") < 400 * MIB
            assert digest_of(env.tmp / "copy") == digest
            assert [p.name for p in env.tmp.iterdir()] == ["copy"]
            (env.tmp / "copy").unlink()
        reader = subprocess.Popen([env.sluice, "cat", env.uri("gib")], env=env.environ(env.http), stdout=subprocess.PIPE)
        streamed = hashlib.sha256()
        while block := reader.stdout.read(MIB):
            streamed.update(block)
        assert reader.wait() == 0 and streamed.hexdigest() == digest
    finally:
        env.run("rm", env.uri("gib"))


def check_one_gib_past_the_page_cache(env):
    digest = upload(env, "gib", 1024 * MIB)
    (env.tmp / "source").unlink()
    here = f"direct://{env.tmp}"
    assert measured(env, env.http, "cp", env.uri("gib"), f"{here}/copy") < 400 * MIB
    assert digest_of(env.tmp / "copy") == digest
    assert measured(env, env.https, "cp", f"{here}/copy", env.uri("back")) < 400 * MIB
    (env.tmp / "copy").unlink()
    env.run("rm", env.uri("gib"))
    assert env.run("cp", env.uri("back"), "again").returncode == 0 and digest_of(env.tmp / "again") == digest
    env.run("rm", env.uri("back"))


def check_a_download_that_is_killed_is_gone_on_with(env):
    digest = upload(env, "gib", 1024 * MIB)
    for there in ["copy", f"direct://{env.tmp}/copy"]:
        child = env.start("cp", env.uri("gib"), there)
        until(lambda: sum(blocks(p) for p in partial(env)) > 400 * MIB or child.poll() is not None)
        child.kill()
        child.wait()
        assert not (env.tmp / "copy").exists() and len(partial(env)) == 2, list(env.tmp.iterdir())  # the file and its journal
        done = env.run("cp", "--json", env.uri("gib"), there)
        told = json.loads(done.stdout)
        assert done.returncode == 0 and told["resumed"] > 200 * MIB, (told, done.stderr)
        assert digest_of(env.tmp / "copy") == digest and not partial(env)
        (env.tmp / "copy").unlink()
    # Another version: nothing of the old one is used.
    child = env.start("cp", env.uri("gib"), "copy")
    until(lambda: sum(blocks(p) for p in partial(env)) > 100 * MIB or child.poll() is not None)
    child.kill()
    child.wait()
    digest = upload(env, "gib", 200 * MIB + 1)
    told = json.loads(env.run("cp", "--json", env.uri("gib"), "copy").stdout)
    assert "resumed" not in told and digest_of(env.tmp / "copy") == digest, told
    env.run("rm", "--stale", ".")
    assert not partial(env)
    env.run("rm", env.uri("gib"))


def check_an_interrupted_download_may_be_kept(env):
    digest = upload(env, "big", 512 * MIB)
    child = env.start("cp", "--keep-partial", env.uri("big"), "copy")
    until(lambda: sum(blocks(p) for p in partial(env)) > 200 * MIB or child.poll() is not None)
    child.send_signal(signal.SIGINT)
    assert ended(child, 1) == (130, b"sluice: interrupted\n") and len(partial(env)) == 2
    told = json.loads(env.run("cp", "--json", env.uri("big"), "copy").stdout)
    assert told["resumed"] > 0 and digest_of(env.tmp / "copy") == digest and not partial(env), told
    env.run("rm", env.uri("big"))


def until(condition, limit=30):
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.005)


def partial(env):
    return [p for p in env.tmp.iterdir() if p.name.startswith(".sluice-")]


def blocks(path):
    """Bytes on the disk."""
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_blocks * 512
    return 0


def under_way(env):
    """Whether a download has written some of its temporary file."""
    with contextlib.suppress(FileNotFoundError):
        return any(p.stat().st_size > 0 for p in partial(env))
    return False


def ended(child, limit):
    """Exit code and standard error of a child that ends within `limit` seconds."""
    began = time.monotonic()
    _, told = child.communicate(timeout=30)
    assert time.monotonic() - began < limit, f"took {time.monotonic() - began:.1f} s to end"
    return child.returncode, told


def check_a_server_killed_in_the_middle(env):
    upload(env, "big", 512 * MIB)
    (env.tmp / "copy").write_bytes(b"old")
    with env.front() as front:
        child = env.start("cp", env.uri("big"), "copy", "--timeout", "5", "--progress", "none", endpoint=front.url("plain"))
        until(lambda: under_way(env) or child.poll() is not None)
        front.kill()
        code, told = ended(child, 8)
    assert code == 5 and told.count(b"\n") == 1 and env.uri("big").encode() in told, (code, told)
    assert not partial(env) and (env.tmp / "copy").read_bytes() == b"old"
    env.run("rm", env.uri("big"))


def interrupted_download(env, number, code):
    upload(env, "big", 512 * MIB)
    child = env.start("cp", env.uri("big"), "copy")
    until(lambda: under_way(env) or child.poll() is not None)
    child.send_signal(number)
    got, told = ended(child, 1)
    assert got == code and told == b"sluice: interrupted\n", (got, told)
    assert not partial(env) and not (env.tmp / "copy").exists()
    env.run("rm", env.uri("big"))


def check_ctrl_c_while_downloading(env):
    interrupted_download(env, signal.SIGINT, 130)


def check_sigterm_while_downloading(env):
    interrupted_download(env, signal.SIGTERM, 143)


def check_ctrl_c_while_the_reader_sleeps(env):
    upload(env, "big", 64 * MIB)
    child = env.start("cat", env.uri("big"))
    assert child.stdout.read(1) != b""
    child.send_signal(signal.SIGINT)
    began = time.monotonic()
    child.wait(10)
    assert time.monotonic() - began < 1 and child.returncode == 130, child.returncode
    env.run("rm", env.uri("big"))


def check_ctrl_c_while_uploading(env):
    write_file(env.tmp / "source", 512 * MIB)
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as stuck:  # takes some bytes, then no more
        child = env.start("cp", "source", env.uri("up"), endpoint=f"http://127.0.0.1:{stuck.getsockname()[1]}")
        connection, _ = stuck.accept()
        with connection:
            assert connection.recv(1000).startswith(b"POST ")
            child.send_signal(signal.SIGINT)
            code, told = ended(child, 1)
    assert code == 130 and told == b"sluice: interrupted\n", (code, told)


def check_ctrl_c_in_the_middle_of_an_upload_leaves_nothing(env):
    write_file(env.tmp / "source", 2048 * MIB)
    child = env.start("cp", "-vv", "source", env.uri("up"), "--progress", "none")
    log = b""
    while log.count(b"partNumber") < 5:
        log += child.stderr.read1(65536)
    child.send_signal(signal.SIGINT)
    _, rest = child.communicate(timeout=30)
    log += rest
    assert child.returncode == 130 and log.endswith(b"sluice: interrupted\n"), log[-500:]
    assert b"\nDELETE " in log, log[-2000:]  # the upload was aborted
    assert env.run("stat", env.uri("up")).returncode == 3


def check_ctrl_c_while_waiting_for_input_or_an_answer(env):
    child = subprocess.Popen([env.sluice, "cp", "-", env.uri("in")], env=env.environ(env.http), stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    with child, contextlib.closing(socket.create_server(("127.0.0.1", 0))) as silent:
        waiting = env.start("stat", env.uri("key"), endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}")
        connection, _ = silent.accept()
        with connection:
            assert connection.recv(1000).startswith(b"HEAD ")
            waiting.send_signal(signal.SIGINT)
            assert ended(waiting, 1)[0] == 130
        child.stdin.write(b"some")
        child.stdin.flush()
        child.send_signal(signal.SIGINT)
        child.wait(1)
        assert child.returncode == 130, child.returncode
        child.stdin.close()
    assert env.run("stat", env.uri("in")).returncode == 3
