#!/usr/bin/env python3
"""Words that stand for bugs met before. Each ban says why; exceptions are places, never comments in the code."""

import re
import sys

from cpp_scan import closing, code_only, lint, tokens

LIBRARY = ("include/", "lib/", "cli/")
CODE = LIBRARY + ("examples/", "tests/", "benches/")
# pattern, where it is banned, where it is allowed all the same, why
BANS = [
    (r"\bdetached\b", CODE, (), "nothing outlives the operation that started it: use a task_group"),
    (r"\bparallel_group\b", CODE, (), "loses cancellations in this Asio: use a task_group"),
    (r"\bawaitable_operators\b", CODE, (), "two coroutines per read, lost cancellations: use deadlines and task_group"),
    (r"\bBOOST_ASIO_HAS_IO_URING\b", CODE, (), "false end of file after a cancel (docs/design: sockets stay on epoll)"),
    (r"\bstd::j?thread\b(?!::id)", LIBRARY, ("lib/async/runtime.cpp", "lib/testing/"), "no threads but async::runtime's"),
    (r"\bthis_thread::sleep_|\b(usleep|nanosleep|sleep)\s*\(", LIBRARY + ("examples/",), ("lib/testing/",), "wait for the event, not for time"),
    (r"\bthis_thread::sleep_(?!for\((\dms|std::chrono::milliseconds\(\d\))\))|\b(usleep|nanosleep|sleep)\s*\(", ("tests/",), (),
     "tests wait for events; a poll sleeps less than 10 ms"),
    (r"\bsteady_timer\b", ("include/", "lib/"), ("lib/async/clock.cpp", "lib/testing/"), "time goes through async::clock"),
    (r"\b(steady|system)_clock::now\b|\bclock_gettime\b", ("include/", "lib/"), ("lib/async/clock.cpp", "lib/testing/"),
     "time goes through async::clock"),
    (r"\brandom_device\b|\bgetrandom\b|\brand\s*\(", ("include/", "lib/"), ("lib/async/entropy.cpp", "lib/testing/"),
     "chance goes through async::entropy"),
    (r"\bgetenv\b", ("include/", "lib/"), ("lib/auth/", "lib/backend/s3/settings.cpp", "lib/open/", "lib/testing/"),
     "only settings::from_env reads the environment"),
]
# In comments and messages too.
TEXT_BANS = [
    (r"\b(TODO|FIXME|XXX)\b", "finish it, or write it down where work is planned"),
]


def swallowed(text):
    """Lines of catch (...) that neither store, rethrow nor end the program."""
    toks = tokens(text)
    for i in range(len(toks) - 4):
        if [t for t, _ in toks[i:i + 4]] == ["catch", "(", "...", ")"]:
            body = {t for t, _ in toks[i + 5:closing(toks, i + 4)]}
            if not body & {"throw", "current_exception", "terminate", "abort", "rethrow_exception", "rethrow"}:
                yield toks[i][1], "catch (...) swallows cancellation: store the exception, rethrow it, or name what you catch"


def check(path, text):
    code = code_only(text)
    for pattern, banned, allowed, why in BANS:
        if path.startswith(banned) and not path.startswith(allowed or ("\0",)):
            for match in re.finditer(pattern, code):
                yield code.count("\n", 0, match.start()) + 1, f"{match.group().strip()}: {why}"
    for pattern, why in TEXT_BANS:
        for match in re.finditer(pattern, text):
            yield text.count("\n", 0, match.start()) + 1, f"{match.group()}: {why}"
    yield from swallowed(text)


if __name__ == "__main__":
    sys.exit(lint(check, *[d + "*.?pp" for d in CODE]))
