"""An HTTP proxy: tunnels for CONNECT, forwards the rest; wants the user it was given, and remembers who went where."""

import asyncio
import base64

from front import Front, pump


class Proxy(Front):
    def __init__(self, user="user:pass word"):
        super().__init__()
        self.asked = []
        self.wanted = "Basic " + base64.b64encode(user.encode()).decode()

    async def connected(self, reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.split("\r\n")[0].split(" ")
            self.asked.append((method, target))
            if f"\r\nProxy-Authorization: {self.wanted}\r\n" not in head:
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 4\r\n\r\nwho?")
                writer.close()
                return
            tunnel = method == "CONNECT"
            authority, slash, rest = (target if tunnel else target.removeprefix("http://")).partition("/")
            host, port = authority.rsplit(":", 1)
            origin_reader, origin_writer = await asyncio.open_connection(host, int(port))
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:  # one request a connection: what follows on it is for the same origin, and must say so itself
                lines = head.split("\r\n")
                lines[0] = f"{method} {slash}{rest} HTTP/1.1"
                lines = [line for line in lines if not line.startswith("Proxy-Authorization:")]
                lines.insert(1, "Connection: close")
                origin_writer.write("\r\n".join(lines).encode("latin-1"))
            await asyncio.gather(pump(reader, origin_writer), pump(origin_reader, writer))
        except (ConnectionError, OSError, asyncio.IncompleteReadError, ValueError):
            writer.close()
