"""A server of our own on 127.0.0.1, in a thread of its own: what the fronts have in common."""

import asyncio
import threading

from daemon import free_port


class Front:
    """`with` starts and ends it; what it does for one connection is `connected`."""

    longest_head = 1 << 18

    def __init__(self):
        self.port = free_port()
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

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    async def connected(self, reader, writer):
        raise NotImplementedError

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self):
        self.stopped, connections = asyncio.Event(), set()

        async def connection(reader, writer):
            connections.add(asyncio.current_task())
            try:
                await self.connected(reader, writer)
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                pass
            finally:
                connections.discard(asyncio.current_task())
                writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()

        server = await asyncio.start_server(connection, "127.0.0.1", self.port, limit=self.longest_head)
        self.ready.set()
        await self.stopped.wait()
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def pump(reader, writer):
    """Bytes of one direction, to their end."""
    try:
        while piece := await reader.read(1 << 18):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
