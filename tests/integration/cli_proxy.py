"""Through an HTTP proxy: tunnels for https, forwarded requests for http, and what is said when it will not have us."""

from cli_verbs import ok
from proxy import Proxy


def check_through_a_proxy(env):
    data = bytes(range(256)) * 4096
    (env.tmp / "up").write_bytes(data)
    for endpoint, variable in ((env.https, "HTTPS_PROXY"), (env.http, "http_proxy")):
        with Proxy() as proxy:
            via = {variable: f"http://user:pass%20word@127.0.0.1:{proxy.port}"}
            ok(env.run("cp", env.tmp / "up", env.uri("up"), endpoint=endpoint, **via))
            ok(env.run("cp", env.uri("up"), env.tmp / "down", endpoint=endpoint, **via))
            assert (env.tmp / "down").read_bytes() == data
            assert b"up" in ok(env.run("ls", env.uri(), endpoint=endpoint, **via))
            where = endpoint.split("://")[1]
            wanted = ("CONNECT", where) if variable == "HTTPS_PROXY" else ("GET", f"http://{where}/{env.bucket}/{env.prefix}up")
            assert wanted in proxy.asked and len(proxy.asked) >= 3, proxy.asked
            before = len(proxy.asked)
            ok(env.run("ls", env.uri(), endpoint=endpoint, NO_PROXY="example, localhost, 127.0.0.0/8", **via))
            assert len(proxy.asked) == before, proxy.asked


def check_options_say_the_way(env):
    """--proxy wins over the environment, NO_PROXY included; `doctor` tells the way without the password."""
    for endpoint, variable, seen in ((env.https, "HTTPS_PROXY", "sees no more"), (env.http, "http_proxy", "sees all")):
        with Proxy() as proxy:
            where, url = endpoint.split("://")[1], f"http://user:pass%20word@127.0.0.1:{proxy.port}"
            told = ok(env.run("doctor", env.uri(), "--proxy", url, endpoint=endpoint, NO_PROXY="*")).decode()
            assert f"way out       through the proxy 127.0.0.1:{proxy.port}, which {seen}" in told and "pass" not in told, told
            assert len(proxy.asked) == 1, proxy.asked
            told = ok(env.run("doctor", env.uri(), endpoint=endpoint, **{variable: url})).decode()
            assert f"through the proxy 127.0.0.1:{proxy.port}" in told and "pass" not in told, told
            told = ok(env.run("doctor", env.uri(), endpoint=endpoint, NO_PROXY="localhost 127.0.0.1", **{variable: url})).decode()
            assert f"way out       direct: NO_PROXY names {where}\n" in told, told
            told = ok(env.run("doctor", env.uri(), "--proxy", "none", endpoint=endpoint, **{variable: url})).decode()
            assert "way out       direct: --proxy none\n" in told, told
            assert len(proxy.asked) == 2, proxy.asked
        odd = env.run("ls", env.uri(), "--proxy", "https://user:CANARY@h", endpoint=endpoint)
        assert odd.returncode == 2 and b"CANARY" not in odd.stderr, odd
    assert "way out       direct: no proxy is set\n" in ok(env.run("doctor", env.uri())).decode()


def check_client_certificates(env):
    certificate, key = env.ca / "client.pem", env.ca / "client.key"
    told = ok(env.run("doctor", env.uri(), "--certificate", certificate, "--key-file", key, endpoint=env.mutual)).decode()
    assert f"certificate   {certificate}\n" in told, told
    both = env.tmp / "both.pem"
    ok(env.run("cp", "-", env.uri("k"), stdin=b"x"))
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    ok(env.run("ls", env.uri(), "--certificate", both, endpoint=env.mutual))
    none = env.run("ls", env.uri(), endpoint=env.mutual)
    assert none.returncode != 0 and none.stderr.count(b"\n") == 1, none
    for bad in ((env.tmp / "missing.pem", key), (certificate, env.ca / "server.key")):
        wrong = env.run("ls", env.uri(), "--certificate", bad[0], "--key-file", bad[1], endpoint=env.mutual)
        assert wrong.returncode == 2 and wrong.stderr.count(b"\n") == 1, wrong


def check_a_proxy_that_refuses(env):
    for endpoint, variable in ((env.https, "https_proxy"), (env.http, "http_proxy")):
        with Proxy() as proxy:
            wrong = env.run("ls", env.uri(), endpoint=endpoint, **{variable: f"http://user:CANARY@127.0.0.1:{proxy.port}"})
            assert wrong.returncode == 4 and wrong.stderr.count(b"\n") == 1 and b"407" in wrong.stderr, wrong
            assert b"CANARY" not in wrong.stdout + wrong.stderr and len(proxy.asked) == 1, (wrong, proxy.asked)
        gone = env.run("ls", env.uri(), endpoint=endpoint, AWS_MAX_ATTEMPTS=1, **{variable: env.dead})
        assert gone.returncode == 5 and b"no connection to the proxy" in gone.stderr, gone
        odd = env.run("ls", env.uri(), endpoint=endpoint, **{variable: "socks5://user:CANARY@127.0.0.1:1"})
        assert odd.returncode == 2 and b"SOCKS" in odd.stderr and b"CANARY" not in odd.stderr, odd
