"""A network that has become slow: a proxy in front of a server that holds back what the server says."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class SlowProxy:
    """Listens on 127.0.0.1; `delay` seconds may be changed at any time."""

    host: str
    port: int
    delay: float = 0.0
    at: int = 0  # where it listens
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.at = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        for writer in self._writers:
            writer.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(OSError):
            theirs, ours = await asyncio.open_connection(self.host, self.port)
            self._writers.add(ours)
            with closing(ours), closing(writer):
                await asyncio.gather(self._pump(reader, ours, slow=False), self._pump(theirs, writer, slow=True))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if slow and self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()
            writer.close()


@contextmanager
def slow_proxy(host: str, port: int) -> Iterator[SlowProxy]:
    """A proxy in a thread of its own, so that it is slow whatever the test's own loop does."""
    proxy, ready = SlowProxy(host, port), threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(proxy.serve(ready, stop))
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.05))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
