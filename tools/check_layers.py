#!/usr/bin/env python3
"""Includes go strictly downward, and each outside library has exactly one module that includes it."""

import re
import sys

from cpp_scan import lint, without_comments

# Rank of every module of lib/; equal rank: no includes between them.
RANKS = {"base": 0, "async": 1, "uring": 2, "net": 2, "http": 3, "retry": 4, "codec": 5, "auth": 6, "store": 7,
         "cloud": 8,
         "wrap": 9, "backend/azure": 9, "backend/gcs": 9, "backend/s3": 9, "backend/memory": 9, "backend/file": 9, "transfer": 9, "open": 10, "cli": 11}
# The public headers are the upper side of the modules below; a header that is not named here must be added.
PUBLIC = {"config": "base", "awaitable": "base", "error": "base", "bytes": "base", "byte_range": "base", "checksum": "base", "uri": "base", "log": "base",
          "gcs_credentials": "auth", "azure_credentials": "auth",
          "timeouts": "base", "pool_options": "base", "network_options": "base", "retry_policy": "base", "service_settings": "base", "credentials": "auth", "token": "auth", "object": "store", "options": "store", "presign": "store",
          "body": "store", "upload": "store", "object_store": "store", "memory": "backend/memory", "file": "backend/file", "azure": "backend/azure", "azure_container": "backend/azure", "gcs": "backend/gcs", "gcs_bucket": "backend/gcs", "gcs_sessions": "backend/gcs", "s3": "backend/s3", "s3_bucket": "backend/s3", "range_engine": "transfer", "listing": "transfer",
          "operations": "transfer", "open": "open", "sluice": "umbrella"}
# Outside header, and the only places of lib/ and include/ that may include it. None may include an entry without places.
OUTSIDE = [
    (r"boost/asio\.hpp|boost/beast\.hpp|boost/beast/http\.hpp", []),
    (r"boost/asio/experimental/", []),
    (r"boost/beast/", ["lib/http/response_head.cpp"]),
    (r"boost/asio/(ip|ssl)/|boost/asio/ssl\.hpp|sys/socket\.h|netinet/", ["lib/net/"]),
    (r"openssl/", ["lib/net/", "lib/base/hash.cpp", "lib/base/sign.cpp", "cli/digest.cpp"]),
    (r"pugixml|simdjson", ["lib/codec/"]),
    (r"isa-l", ["lib/base/crc.cpp"]),
    (r"liburing", ["lib/uring/"]),
    (r"CLI/", ["cli/"]),
]
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def module_of(path):
    """The module a file belongs to: of lib/, a public header's, or its top folder."""
    parts = path.split("/")
    if parts[0] == "lib":
        return "/".join(parts[1:3]) if parts[1] == "backend" else parts[1]
    if parts[:2] == ["include", "sluice"]:
        return PUBLIC.get(parts[2].removesuffix(".hpp"), "unknown") if len(parts) == 3 else parts[2]
    return parts[0]


def target_of(header, mark):
    """The module of an included file of ours, or None."""
    if header.startswith("sluice/"):
        return module_of("include/" + header)
    return module_of("lib/" + header) if mark == '"' and "/" in header else None


def edge_problem(path, source, target):
    """What is wrong with an include of `target` in `path`, or None."""
    if target is None or source == target:
        return None
    if target == "unknown":
        return "is a public header tools/check_layers.py does not know"
    if source in ("tests", "benches"):
        return None
    if target == "testing" and source != "examples":
        return "testing is for tests, examples and benches"
    if target == "umbrella" and source not in ("examples", "cli"):
        return "the library itself never includes its umbrella"
    if source in ("testing", "umbrella", "examples"):
        return None
    if source not in RANKS:
        return f"module {source} has no rank in tools/check_layers.py"
    if target in RANKS and RANKS[target] >= RANKS[source]:
        return f"{source} must not include {target}: layers go strictly downward"
    return None


def outside_problem(path, header):
    for pattern, places in OUTSIDE:
        if not re.match(pattern, header):
            continue
        free = path.startswith(("lib/testing/", "tests/", "benches/", "examples/"))
        if not places or not (free or any(path.startswith(p) for p in places)):
            return f"<{header}> is for {' and '.join(places) or 'nobody'}"
        return None
    return None


def check(path, text):
    source = module_of(path)
    for match in INCLUDE.finditer(without_comments(text)):
        mark, header = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        private = mark == '"' and target_of(header, mark) is not None and not header.startswith("sluice/")
        if private and path.startswith(("include/", "cli/", "examples/")) and module_of("lib/" + header) in RANKS:
            if module_of("lib/" + header) != source:
                yield line, f'"{header}" is private to lib/'
                continue
        problem = edge_problem(path, source, target_of(header, mark)) or outside_problem(path, header)
        if problem:
            yield line, f"includes {header}: {problem}"


if __name__ == "__main__":
    sys.exit(lint(check, "include/*.hpp", "lib/*.?pp", "cli/*.?pp", "examples/*.?pp", "tests/*.?pp", "benches/*.?pp"))
