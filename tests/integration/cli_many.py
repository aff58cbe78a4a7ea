"""Many small files."""

import hashlib
import random


def digests(root):
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).digest() for p in root.rglob("*") if p.is_file()}


def check_ten_thousand_files_up_and_down(env):
    draw = random.Random(1)
    for i in range(10_000):
        path = env.tmp / "up" / f"d{i % 100:02}" / f"f{i:05}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(draw.randbytes(draw.choice((0, 1, 100, 4096))))
    try:
        for source, target in (("up/", env.uri("many/")), (env.uri("many/"), "down/")):
            done = env.run("cp", "-r", source, target, limit=300)
            assert done.returncode == 0 and b"10000 objects" in done.stderr, done
        assert digests(env.tmp / "up") == digests(env.tmp / "down")
    finally:
        env.run("rm", "-r", env.uri("many/"), limit=300)
