"""Uploads to Google Cloud Storage that are killed go on in another process: by a kept session where the service has it, and by their parts.
Against the service of the test kit: fake-gcs-server ends an upload that is asked how far it is."""

import json
import os
import re
import subprocess
import time

MIB = 1 << 20


class SlowGoogle:
    """A service that takes 50 ms for each write, so that there is time to kill; in the end so many sessions are left."""

    def __init__(self, env, sessions=0):
        self.env, self.sessions = env, sessions

    def __enter__(self):
        self.process = subprocess.Popen([self.env.build / "tests" / "integration" / "gcs-service", "pause=50", "anonymous"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.endpoint = self.process.stdout.readline().strip()
        return self

    def __exit__(self, failed, *_):
        left, _ = self.process.communicate(timeout=30)
        assert failed or (self.process.returncode == 0 and f" {self.sessions} sessions, 0 refused: " in left), left

    def ask(self, line):
        print(line, file=self.process.stdin, flush=True)
        return self.process.stdout.readline()

    def so_far(self, what):
        """Bytes of the bodies of requests that came whole, or objects."""
        return int(re.search(rf"(\d+) {what}", self.ask(""))[1])


class Killed:
    """A copy of a file that is killed when so many bytes or objects have come, and what was kept of it. The next one is `finish`."""

    def __init__(self, env, service, size, target, *options, objects=0):
        self.env, self.service, self.target = env, service, target
        self.upload = ("--json", "--progress", "none", "cp", *options, "file", target)
        self.file = env.tmp / "file"
        self.file.write_bytes(os.urandom(size))
        begun = service.so_far("bytes")
        first = subprocess.Popen([env.build / "cli" / "sluice", *self.upload], cwd=env.tmp, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 env=env.environ(STORAGE_EMULATOR_HOST=service.endpoint))
        while service.so_far("bytes") - begun < size // 4 or service.so_far("objects") < objects:
            assert first.poll() is None, (first.returncode, first.communicate())
            time.sleep(0.01)
        first.kill()
        first.communicate(timeout=30)
        assert first.returncode == -9
        time.sleep(0.2)  # what was under way comes whole, or is dropped
        self.sent = service.so_far("bytes") - begun
        assert size // 4 <= self.sent < size
        self.kept = sorted((env.tmp / "kept").iterdir()) if options else []

    def finish(self):
        """How much more was sent, and what was told."""
        before = self.service.so_far("bytes")
        told = self.env.ok(*self.upload, STORAGE_EMULATOR_HOST=self.service.endpoint)
        sent = self.service.so_far("bytes") - before
        self.env.ok("cp", self.target, "back", STORAGE_EMULATOR_HOST=self.service.endpoint)
        assert (self.env.tmp / "back").read_bytes() == self.file.read_bytes()
        print(f"{self.file.stat().st_size} bytes to {self.target}: {self.sent} before the kill, {sent} behind it", flush=True)
        return sent, told


def kill_a_kept_session(env, service, size=256 * MIB):
    killed = Killed(env, service, size, "gs://sluice-test/session", "--sessions", "kept")
    assert [path.suffix for path in killed.kept] == [".session"], killed.kept
    return killed


def check_a_kept_session_goes_on_where_the_service_has_it(env):
    with SlowGoogle(env) as service:
        size = 1024 * MIB
        killed = kill_a_kept_session(env, service, size)
        assert (env.tmp / "kept").stat().st_mode & 0o777 == 0o700 and killed.kept[0].stat().st_mode & 0o777 == 0o600
        rest, _ = killed.finish()
        assert size <= killed.sent + rest < size + 4096, (killed.sent, rest)
        assert not list((env.tmp / "kept").iterdir())


def check_a_file_that_was_changed_begins_anew(env):
    with SlowGoogle(env, sessions=1) as service:
        killed = kill_a_kept_session(env, service)
        with killed.file.open("r+b") as file:
            file.write(os.urandom(4096))
        rest, _ = killed.finish()
        assert rest >= 256 * MIB, rest
        assert list((env.tmp / "kept").iterdir()) == killed.kept  # of a file that is no more: the service forgets it within a week


def check_a_session_that_has_expired_begins_anew(env):
    with SlowGoogle(env) as service:
        killed = kill_a_kept_session(env, service)
        assert service.ask("expire") == "expired\n"
        rest, _ = killed.finish()
        assert rest >= 256 * MIB, rest
        assert not list((env.tmp / "kept").iterdir())


def check_what_was_kept_and_is_damaged_begins_anew(env):
    with SlowGoogle(env, sessions=2) as service:
        for spoil in (lambda text: text[:-20], lambda text: text.replace(b"upload_id=", b"upload_id=x")):
            killed = kill_a_kept_session(env, service)
            killed.kept[0].write_bytes(spoil(killed.kept[0].read_bytes()))
            rest, _ = killed.finish()
            assert rest >= 256 * MIB, rest
            assert not list((env.tmp / "kept").iterdir())


def check_parts_that_are_there_are_not_sent_again(env):
    with SlowGoogle(env) as service:
        killed = Killed(env, service, 256 * MIB, "gs://sluice-test/parts", objects=4)
        rest, told = killed.finish()
        resumed = json.loads(told)["resumed"]
        assert resumed >= 4 * 8 * MIB and rest < 256 * MIB - resumed + MIB, (resumed, rest)


def check_sessions_are_for_gs_and_for_what_can_be_read_again(env):
    (env.tmp / "file").write_bytes(b"x")
    for arguments in [("file", "copy"), ("file", "s3://bucket/key"), ("-", "gs://sluice-test/key"), ("gs://sluice-test/key", "-")]:
        done = env.run("cp", "--sessions", "kept", *arguments)
        assert done.returncode == 2 and b"--sessions" in done.stderr, (arguments, done)
        assert not (env.tmp / "kept").exists()
