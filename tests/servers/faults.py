"""A server front that spoils requests on their way, by a schedule: the twin of every check that runs without it."""

import asyncio

from front import Front

KINDS = ("refused", "unheard", "unanswered", "cut")
# refused:    503 SlowDown, the server never sees the request
# unheard:    the connection is closed when the request has come, the server never sees it
# unanswered: the server does what was asked, its answer is thrown away with the connection
# cut:        half of the answer, then the connection is reset
REFUSAL = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
HELD = ("if-none-match", "if-match")  # in a request that writes: without an answer nobody knows what became of it, so it gets one


def parse_head(head):
    """The request's line, and its headers by name in lower case."""
    first, *lines = head.decode("latin-1").split("\r\n")
    return first, {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def length_of(fields):
    return int(fields.get("content-length", "0"))


async def relay_body(reader, writer, length):
    while length > 0:
        piece = await reader.read(min(length, 1 << 18))
        if not piece:
            raise ConnectionError("the client went away")
        length -= len(piece)
        if writer is not None:
            writer.write(piece)
            await writer.drain()


class FaultyFront(Front):
    """In front of 127.0.0.1:`target`. Of all requests one in `every` is spoiled, in turn in each of KINDS; `every` 1 refuses or drops each."""

    def __init__(self, target, every):
        super().__init__()
        self.target, self.every = target, every
        self.requests = self.spoiled = 0
        self.sent = self.came = 0  # bytes of bodies to the server; of whole answers from it

    def _choose(self, writes, held):
        self.requests += 1
        if self.requests % self.every != 0:
            return None
        self.spoiled += 1
        kind = KINDS[self.spoiled % (2 if self.every == 1 else len(KINDS))]
        return "refused" if writes and held else kind

    async def connected(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        first, fields = parse_head(head)
        writes = first.split(" ")[0] not in ("GET", "HEAD")
        kind = self._choose(writes, "ifGeneration" in first or any(name in fields for name in HELD))
        if kind in ("refused", "unheard"):
            if "expect" not in fields:
                await relay_body(reader, None, length_of(fields))
            if kind == "refused":
                body = b"" if first.startswith("HEAD ") else REFUSAL
                writer.write(b"HTTP/1.1 503 Slow Down\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(REFUSAL) + body)
                await writer.drain()
            return
        await self._forward(reader, writer, head, length_of(fields), kind)

    async def _forward(self, reader, writer, head, length, kind):
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        body = None
        try:
            up_writer.write(b"\r\n".join(line for line in head[:-4].split(b"\r\n") if not line.lower().startswith(b"connection:")) +
                            b"\r\nConnection: close\r\n\r\n")
            self.sent += length
            body = asyncio.ensure_future(relay_body(reader, up_writer, length))
            if kind is None:
                while piece := await up_reader.read(1 << 18):
                    self.came += len(piece)
                    writer.write(piece)
                    await writer.drain()
                return
            await body
            answer = await up_reader.read()
            if kind == "cut":
                writer.write(answer[:len(answer) // 2])
                await writer.drain()
        finally:
            if body is not None:
                body.cancel()
                await asyncio.gather(body, return_exceptions=True)
            up_writer.close()
