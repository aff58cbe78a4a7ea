"""A server front whose way to the server is as slow as it is told to be."""

import asyncio
import time

from front import Front, pump


class SlowFront(Front):
    """In front of 127.0.0.1:`target`; all connections together send it `rate` bytes a second at most. Answers come as they are."""

    def __init__(self, target, rate):
        super().__init__()
        self.target, self.rate, self.sent, self.free_at = target, rate, 0, 0.0

    async def connected(self, reader, writer):
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(self._slowly(reader, up_writer), pump(up_reader, writer))

    async def _slowly(self, reader, writer):
        try:
            while piece := await reader.read(1 << 16):
                now = time.monotonic()
                self.free_at = max(now, self.free_at) + len(piece) / self.rate
                await asyncio.sleep(self.free_at - now)
                writer.write(piece)
                await writer.drain()
                self.sent += len(piece)
        except OSError:
            pass
        finally:
            writer.close()
