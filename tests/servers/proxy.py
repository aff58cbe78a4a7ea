"""An HTTP proxy: tunnels for CONNECT, forwards the rest; wants the user it was given, and remembers who went where."""

import asyncio
import base64
import threading

from daemon import free_port


async def pump(reader, writer):
    try:
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    except (ConnectionError, OSError):
        pass
    finally:
        writer.close()


class Proxy:
    def __init__(self, user="user:pass word"):
        self.port, self.asked = free_port(), []
        self.wanted = "Basic " + base64.b64encode(user.encode()).decode()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.ready = threading.Event()

    def __enter__(self):
        self.thread.start()
        self.ready.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.thread.join()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def _serve(self):
        self.stopped = asyncio.Event()
        server = await asyncio.start_server(self._client, "127.0.0.1", self.port)
        self.ready.set()
        await self.stopped.wait()
        server.close()

    async def _client(self, reader, writer):
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
