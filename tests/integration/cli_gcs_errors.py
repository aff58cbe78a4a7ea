"""What the command says when Google Cloud Storage refuses, or the network fails at any phase: the twins of gcs_errors_test.cpp and its
siblings. One line on standard error, the right exit code, nothing half-written; what fails once only is overcome without a word."""

import json
import os
import subprocess
import time

from cli_bad_input import DENIED, FAILED, GAVE_UP, NOT_FOUND, USAGE, refused
from daemon import free_port
from phases import PHASES, PhasedFront, TokenDesk

KEY = "gs://sluice-test/key"
MIB = 1 << 20
QUOTAS = [(429, "rateLimitExceeded"), (403, "rateLimitExceeded"), (403, "userRateLimitExceeded"), (403, "quotaExceeded")]


class Google:
    """A strict service behind a front, a desk that gives tokens, and the file of an account that says so."""

    def __init__(self, env, plan=lambda number: None, payer=()):
        self.env, self.plan, self.payer = env, plan, payer

    def __enter__(self):
        self.service = subprocess.Popen([self.env.build / "tests" / "integration" / "gcs-service", *self.payer], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.front = PhasedFront(int(self.service.stdout.readline().rpartition(":")[2]), self.plan)
        self.front.__enter__()
        self.desk = TokenDesk().__enter__()
        account = {"type": "authorized_user", "client_id": "id", "client_secret": "ya29.secret", "refresh_token": "ya29.refresh",
                   "token_uri": f"{self.desk.url}/token"}
        (self.env.tmp / "account.json").write_text(json.dumps(account))
        return self

    def __exit__(self, *_):
        self.desk.__exit__()
        self.front.__exit__()
        self.left, _ = self.service.communicate(timeout=30)  # "2 objects, 0 sessions, 0 refused: "
        assert self.service.returncode == 0, self.left

    def rotate(self, token):
        """The service takes that one from now on."""
        self.service.stdin.write(token + "\n")
        self.service.stdin.flush()
        assert self.service.stdout.readline() == "rotated\n"

    def set(self, plan):
        self.front.requests, self.front.plan = 0, plan

    @property
    def how(self):
        return {"GOOGLE_APPLICATION_CREDENTIALS": self.env.tmp / "account.json", "STORAGE_EMULATOR_HOST": None}

    def run(self, *arguments, **more):
        return self.env.run(*arguments, "--endpoint-url", self.front.url, **self.how, **more)

    def ok(self, *arguments, **more):
        done = self.run(*arguments, **more)
        assert done.returncode == 0 and done.stderr == b"", (arguments, done)
        return done.stdout

    def refused(self, code, words, *arguments):
        refused(self.env, code, words, *arguments, "--endpoint-url", self.front.url, **self.how)

    def refused_all(self, code, words, uri):
        """All verbs that go to the service fail alike."""
        for arguments in [("ls", uri), ("cat", uri), ("stat", uri), ("cp", uri, "copy"), ("cp", "source", uri), ("cp", uri, uri + "2"), ("rm", uri)]:
            self.refused(code, words, *arguments)


def at(number, kind):
    """A plan: only that request fails."""
    return lambda n: kind if n == number else None


def from_on(number, kind):
    return lambda n: kind if n >= number else None


def files(env):
    (env.tmp / "source").write_bytes(b"data")
    (env.tmp / "copy").write_bytes(b"old")


def check_an_upload_whose_network_fails_once_is_whole(env):
    data = os.urandom(12 * MIB)
    (env.tmp / "small").write_bytes(data[:50_000])
    (env.tmp / "large").write_bytes(data)
    # A put in one request; a resumable session: its begin and its only chunk.
    with Google(env) as google:
        for name, requests, options in [("small", 1, ()), ("large", 2, ("--part-size", "16MiB"))]:
            for number in range(1, requests + 1):
                for phase in PHASES:
                    google.set(at(number, phase))
                    google.ok("cp", name, KEY, "--progress", "none", *options)
                    assert google.front.requests > requests or (phase == "cut" and number == 1), (name, number, phase, google.front.requests)
                    google.set(at(0, None))
                    assert google.ok("cat", KEY) == (env.tmp / name).read_bytes(), (name, number, phase)


def check_a_download_whose_network_fails_once_is_whole(env):
    data = os.urandom(3 * MIB + 17)
    (env.tmp / "source").write_bytes(data)
    with Google(env) as google:
        google.ok("cp", "source", KEY, "--progress", "none")
        for phase in [p for p in PHASES if p != "body"]:
            google.set(at(1, phase))
            google.ok("cp", KEY, "copy", "--progress", "none")
            assert google.front.requests > 1 and (env.tmp / "copy").read_bytes() == data, phase


def check_a_network_that_fails_for_good_is_given_up(env):
    files(env)
    with Google(env) as google:
        google.ok("cp", "source", KEY, "--progress", "none")
        for phase in PHASES:
            google.set(from_on(1, phase))
            began = time.monotonic()
            for arguments in [("cp", "source", KEY), ("cp", KEY, "copy"), ("cp", KEY, "fresh"), ("cat", KEY)]:
                if phase != "body" or arguments[1] == "source":
                    google.refused(GAVE_UP, KEY, *arguments, "--timeout", "1")
            assert time.monotonic() - began < 10, phase
        google.set(at(0, None))
        assert google.ok("cat", KEY) == b"data"


def check_nobody_listens(env):
    files(env)
    with Google(env) as google:
        dead = ("--endpoint-url", f"http://127.0.0.1:{free_port()}", "--timeout", "1")
        for arguments in [("ls", KEY), ("cat", KEY), ("stat", KEY), ("cp", KEY, "copy"), ("cp", "source", KEY), ("rm", KEY)]:
            refused(env, GAVE_UP, KEY, *arguments, *dead, **google.how)


def check_a_token_that_expires_in_the_middle_is_fetched_anew_once(env):
    data = os.urandom(12 * MIB)
    (env.tmp / "large").write_bytes(data)
    with Google(env) as google:
        def expire(number):
            if number == 2 and google.desk.token == "ya29.example":
                google.rotate("ya29.second")
                google.desk.token = "ya29.second"
        google.set(expire)
        google.ok("cp", "large", KEY, "--progress", "none", "--part-size", "16MiB")
        assert google.desk.given == 2, google.desk.given
        google.set(at(0, None))
        assert google.ok("cat", KEY) == data


def check_a_token_that_is_refused_twice_is_denied(env):
    files(env)
    with Google(env) as google:
        google.rotate("ya29.of another")
        for arguments in [("ls", KEY), ("cat", KEY), ("stat", KEY), ("cp", KEY, "copy"), ("cp", "source", KEY)]:
            google.desk.given = 0
            google.set(at(0, None))
            google.desk.token = "ya29.example"
            google.refused(DENIED, "not authenticated|credentials", *arguments)
            assert (google.desk.given, google.front.requests) == (2, 2), (arguments, google.desk.given, google.front.requests)


def check_names_that_cannot_be_are_refused_by_the_rule_they_break(env):
    files(env)
    with Google(env) as google:
        for name, rule in [("ab", "3 to 63 characters"), ("a" * 64, "3 to 63 characters"), ("Upper", "lower-case letters"),
                           ("sp ace", "a bucket name has letters"), ("-begins", "begins and ends with a letter or a digit"),
                           ("192.168.5.4", "no IP address"), ("a..b", "between the dots")]:
            google.refused_all(USAGE, rule, f"gs://{name}/key")
            google.refused(USAGE, rule, "mb", f"gs://{name}")
        for key, rule in [("k" * 1025, "1024 bytes"), ("line\nfeed", "no CR and no LF"), ("\udcff", "UTF-8"), (".", "neither"),
                          (".well-known/acme-challenge/x", "acme-challenge")]:
            for arguments in [("cat",), ("stat",), ("cp", "source")]:
                google.refused(USAGE, rule, *arguments, f"gs://sluice-test/{key}")
        assert google.front.requests == 0


def check_no_permission(env):
    files(env)
    with Google(env, from_on(1, (403, "forbidden", "no storage.objects.get"))) as google:
        google.refused_all(DENIED, "gs://sluice-test/|denied|forbidden", KEY)
        google.set(from_on(1, (403, "forbidden", "no")))
        google.refused(DENIED, "roles", "cat", KEY)
        assert google.front.requests == 1


def check_a_quota_is_waited_for_and_then_told(env):
    files(env)
    with Google(env) as google:
        google.ok("cp", "source", KEY, "--progress", "none")
        for status, reason in QUOTAS:
            spent = (status, reason, "used up")
            google.set(lambda number: spent if number <= 2 else None)
            assert google.ok("cat", KEY) == b"data"
            assert google.front.requests == 3
            google.set(from_on(1, spent))
            google.refused(GAVE_UP, KEY, "cat", KEY, "--timeout", "1")
            assert google.front.requests > 1
        google.set(from_on(1, spent))
        google.refused(GAVE_UP, f"{KEY}|throttled|quotaExceeded|quota is used up|8 attempts", "cat", KEY)
        assert google.front.requests == 8


def check_who_pays_is_missing(env):
    files(env)
    with Google(env, payer=("payer=payer",)) as google:
        google.refused_all(USAGE, "gs://sluice-test/|requester pays", KEY)


def check_a_project_without_billing(env):
    files(env)
    with Google(env, from_on(1, (403, "accountDisabled", "The billing account for the owning project is disabled in state absent"))) as google:
        google.refused_all(DENIED, "billing", KEY)


def check_what_is_not_there(env):
    files(env)
    with Google(env) as google:
        for arguments in [("cat", KEY), ("stat", KEY), ("cp", KEY, "copy"), ("cp", KEY, KEY + "2"), ("ls", "gs://no-such-bucket/"),
                          ("cp", "source", "gs://no-such-bucket/key")]:
            google.refused(NOT_FOUND, "not found", *arguments)


def check_an_account_that_cannot_be_used(env):
    files(env)
    with Google(env) as google:
        for text in ["no json", "{}", '{"type": "authorized_user"}', '{"type": "service_account", "private_key": "ya29."}']:
            (env.tmp / "account.json").write_text(text)
            google.refused(USAGE, "account.json", "cat", KEY)
        (env.tmp / "account.json").unlink()
        done = google.run("cat", KEY)
        assert done.returncode in (NOT_FOUND, USAGE, FAILED) and done.stderr.count(b"\n") == 1, done
        assert google.front.requests == 0
