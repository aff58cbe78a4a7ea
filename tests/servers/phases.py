"""A front before a Google Cloud Storage that lets chosen requests fail at a chosen phase; and a desk that gives tokens."""

import json

from faults import FaultyFront, length_of, parse_head, relay_body
from front import Front

PHASES = ("connect", "head", "body", "unheard", "unanswered", "cut")
# connect:    the connection is closed before a byte has come
# head:       it is closed when the head has come
# body:       ... when half of the body has come
# unheard:    ... when all has come, the server never sees it
# unanswered: the server does what was asked, its answer is thrown away
# cut:        half of the answer, then the connection is reset


class PhasedFront(FaultyFront):
    """`plan(number)` says what befalls a request: one of PHASES, a refusal (status, reason, message), or None."""

    def __init__(self, target, plan):
        super().__init__(target, 0)
        self.plan = plan

    async def connected(self, reader, writer):
        if self.plan(self.requests + 1) == "connect":
            self.requests += 1
            return
        head = await reader.readuntil(b"\r\n\r\n")
        first, fields = parse_head(head)
        length = length_of(fields)
        self.requests += 1
        kind = self.plan(self.requests)
        if kind == "head":
            return
        if kind == "body":
            return await relay_body(reader, None, length // 2)
        if kind in ("unheard", None, "unanswered", "cut"):
            return await (relay_body(reader, None, length) if kind == "unheard" else self._forward(reader, writer, head, length, kind))
        status, reason, message = kind
        await relay_body(reader, None, length)
        await answer(writer, f"{status} Refused", {"error": {"code": status, "message": message, "errors": [{"reason": reason}]}})


class TokenDesk(Front):
    """Gives `token` to everybody, and counts how often."""

    def __init__(self):
        super().__init__()
        self.token, self.given = "ya29.example", 0

    async def connected(self, reader, writer):
        _, fields = parse_head(await reader.readuntil(b"\r\n\r\n"))
        await relay_body(reader, None, length_of(fields))
        self.given += 1
        await answer(writer, "200 OK", {"access_token": self.token, "expires_in": 3600, "token_type": "Bearer"})


async def answer(writer, status, document):
    body = json.dumps(document).encode()
    writer.write(f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
    await writer.drain()
