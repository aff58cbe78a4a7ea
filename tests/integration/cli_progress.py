"""Progress of a transfer: a bar on a terminal, plain lines elsewhere, always on standard error, and never in the way of a message."""

import contextlib
import http.server
import os
import re
import threading

PART, PARTS = 100, 1000  # many small parts: one at a time, each may move the bar
FIGURES = rb" +\d+%  [0-9.]+ \w+ of [0-9.]+ \w+  [0-9.]+ MB/s"
BAR = rb"\r\x1b\[K\[#*\.*\]" + FIGURES
ERASE = rb"\r\x1b\[K"
SUMMARY = rb"sluice: %d bytes in [0-9.]+ s, [0-9.]+ MB/s" % (PART * PARTS)
PLAIN = rb"(sluice: %b\r?\n)*%b\r?\n" % (FIGURES, SUMMARY)  # a line for every three seconds, on a slow machine


class Object(http.server.BaseHTTPRequestHandler):
    """One object, whose parts come slowly until a bar was drawn; then quickly, or not at all."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        first, last = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"]).groups())
        drawn = self.server.drawn.wait(0.008)  # a bar comes after 100 ms at the earliest
        if drawn and self.server.refuses:
            self.reply("403 Forbidden", b"<Error><Code>AccessDenied</Code></Error>")
        else:
            self.reply("206 Partial Content", bytes(last + 1 - first), f"Content-Range: bytes {first}-{last}/{PART * PARTS}", 'ETag: "one"')

    def reply(self, status, body, *headers):
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        self.wfile.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(refuses=False):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Object) as server:
        server.drawn, server.refuses = threading.Event(), refuses
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server, f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.drawn.set()
            server.shutdown()
            thread.join()


def download(env, *arguments, terminal=True, refuses=False, wait=True):
    """Exit code and what came on a terminal, or a pipe, that is its standard error; `wait`: the server goes slowly until a bar is there."""
    ours, theirs = os.openpty() if terminal else os.pipe()
    with serving(refuses) as (server, url), open(ours, "rb", buffering=0) as screen:
        if not wait:
            server.drawn.set()
        child = env.start("cp", env.uri("slow"), "copy", "--part-size", PART, "--in-flight", 1, *arguments, endpoint=url, stderr=theirs)
        os.close(theirs)
        seen = b""
        with contextlib.suppress(OSError):  # a terminal without writers is an error to read from
            while piece := screen.read(65536):
                seen += piece
                if b"] " in seen:
                    server.drawn.set()
        told = child.communicate(timeout=60)[0]
    assert told == b"", told
    return child.returncode, seen


def check_a_bar_on_a_terminal_gives_way_to_the_summary(env):
    code, seen = download(env)
    assert code == 0 and re.fullmatch(rb"(%b)+%b%b\r\n" % (BAR, ERASE, SUMMARY), seen), (code, seen)
    assert (env.tmp / "copy").read_bytes() == bytes(PART * PARTS)


def check_a_bar_gives_way_to_a_failure(env):
    code, seen = download(env, refuses=True)
    assert code == 4 and re.fullmatch(rb"(%b)+%bsluice: [^\r\n\x1b]*slow: permission denied[^\r\n\x1b]*\r\n" % (BAR, ERASE), seen), (code, seen)
    assert not list(env.tmp.iterdir())


def check_no_bar_without_a_terminal_beside_a_log_or_when_asked_for_none(env):
    code, seen = download(env, terminal=False, wait=False)
    assert code == 0 and re.fullmatch(PLAIN, seen), (code, seen)
    code, seen = download(env, "--progress", "plain", wait=False)
    assert code == 0 and re.fullmatch(PLAIN, seen), (code, seen)
    code, seen = download(env, "-v", wait=False)
    assert code == 0 and b"\x1b" not in seen and re.search(SUMMARY + rb"\r\n$", seen), (code, seen[-500:])
    code, seen = download(env, "--progress", "none", wait=False)
    assert (code, seen) == (0, b"")
    code, seen = download(env, "--progress", "bar", terminal=False)
    assert code == 0 and re.fullmatch(rb"(%b)+%b%b\n" % (BAR, ERASE, SUMMARY), seen), (code, seen)
