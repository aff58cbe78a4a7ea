"""`sluice doctor`: where keys come from, and what comes of them."""

from cli_verbs import ok


def check_doctor_tells_source_key_and_outcome(env):
    told = ok(env.run("doctor", env.uri())).decode()
    assert "credentials   from the environment\n" in told, told
    assert f"access key    ...{env.access_key[-3:]}\n" in told and env.secret_key not in told, told
    assert f"endpoint      {env.http}\n" in told and "HTTP 200" in told and "listing       allowed: s3://" in told, told


def check_doctor_tells_why_not(env):
    bad = env.run("doctor", env.uri(), AWS_SECRET_ACCESS_KEY="CANARY")
    assert bad.returncode == 4 and b"HTTP 403" in bad.stdout and b"listing       failed" in bad.stdout, bad
    assert bad.stderr.count(b"\n") == 1 and b"CANARY" not in bad.stdout + bad.stderr, bad
    dead = env.run("doctor", env.uri(), endpoint=env.dead, AWS_MAX_ATTEMPTS=1)
    assert dead.returncode == 5 and b"no answer, unreachable" in dead.stdout, dead
    none = env.run("doctor", env.uri(), AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None, AWS_EC2_METADATA_DISABLED="true")
    assert none.returncode == 4, none
    told = none.stdout.decode()
    assert "not from      the environment: AWS_ACCESS_KEY_ID is not set\n" in told, told
    assert "credentials   none: requests go unsigned\n" in told, told


def check_keys_by_a_process(env):
    (env.tmp / ".aws").mkdir()
    (env.tmp / "tool").write_text(f'#!/bin/sh\necho \'{{"Version":1,"AccessKeyId":"{env.access_key}","SecretAccessKey":"{env.secret_key}"}}\'\n')
    (env.tmp / "tool").chmod(0o755)
    (env.tmp / ".aws" / "config").write_text(f"[default]\ncredential_process = {env.tmp}/tool 'an argument'\n")
    told = ok(env.run("doctor", env.uri(), AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)).decode()
    assert 'credentials   from profile "default", by a process\n' in told and "listing       allowed" in told, told
