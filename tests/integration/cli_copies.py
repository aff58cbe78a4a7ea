"""Copies within one bucket: the service does them, the bytes do not come here."""

from cli_verbs import lines, ok
from faults import FaultyFront

NEVER = 10**9


def check_copies_stay_with_the_service(env):
    size = 6 << 20
    (env.tmp / "source").write_bytes(bytes(range(256)) * (size // 256))
    ok(env.run("cp", "source", env.uri("tree/x"), "--content-type", "text/x", "--cache-control", "no-store", "--metadata", "colour=blue"))
    with FaultyFront(env.port, NEVER) as front:
        ok(env.run("cp", env.uri("tree/x"), env.uri("tree/y"), endpoint=front.url))
        ok(env.run("cp", env.uri("tree/x"), env.uri("tree/z/"), endpoint=front.url))
        ok(env.run("cp", "-r", env.uri("tree"), env.uri("twin"), endpoint=front.url))
        ok(env.run("cp", env.uri("tree/x"), env.uri("other"), "--content-type", "text/other", endpoint=front.url))
        assert front.requests >= 7, front.requests
        assert front.sent == 0 and front.came < 64 << 10, (front.sent, front.came)
        assert len(ok(env.run("cat", env.uri("tree/y"), endpoint=front.url))) == size and front.came > size  # it does count
    [first] = lines(env.run("stat", "--json", env.uri("tree/x")))
    for key in ("tree/y", "tree/z/x", "twin/x", "twin/y", "twin/z/x"):
        [told] = lines(env.run("stat", "--json", env.uri(key)))
        for name in ("size", "content_type", "cache_control", "metadata"):
            assert told[name] == first[name], (key, name, told)
    assert first["metadata"] == {"colour": "blue"} and first["content_type"] == "text/x" and first["size"] == size, first
    [other] = lines(env.run("stat", "--json", env.uri("other")))
    assert other["content_type"] == "text/other" and other["size"] == size and other["metadata"] == {}, other
