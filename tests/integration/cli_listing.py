"""Listings of many keys, parts of which are asked for at once."""

import json


def check_many_keys_are_listed_in_order_each_once(env):
    names = [f"{i % 7}/{i * 7919 % 100003:06d} caf\u00e9+%" for i in range(9000)]
    for name in names:
        path = env.tmp / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    done = env.run("cp", "-r", "tree", env.uri("many"), "--progress", "none", limit=300)
    assert done.returncode == 0, done.stderr
    listed = env.run("ls", "-r", "--json", env.uri("many/"))
    assert listed.returncode == 0, listed.stderr
    keys = [json.loads(line)["key"] for line in listed.stdout.splitlines()]
    assert keys == sorted((env.prefix + "many/" + name for name in names), key=str.encode), (len(keys), len(set(keys)))
    requests = env.run("ls", "-r", "-vv", env.uri("many/")).stderr.count(b"GET ")
    assert 9 <= requests <= 2 * 10, requests  # parts of it at once, and yet not many more than the pages there are
    assert env.run("rm", "-r", env.uri("many"), limit=300).returncode == 0
