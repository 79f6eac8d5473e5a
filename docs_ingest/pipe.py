"""Messages to and from the reading child: a length of 8 bytes (big endian), then that many bytes."""

import os
import selectors
import subprocess
import time

_CHUNK = 1 << 16


class Pipe:
    """Messages to and from the child, each wait within the deadline."""

    def __init__(self, child: subprocess.Popen[bytes], deadline: float, most: int) -> None:
        assert child.stdin is not None and child.stdout is not None
        self._in, self._out = child.stdin.fileno(), child.stdout.fileno()
        self._deadline = deadline
        self._most = most
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self._send(len(part).to_bytes(8, "big") + part)

    def _send(self, message: bytes) -> None:
        rest = memoryview(message)
        while rest:
            self._wait(self._in, selectors.EVENT_WRITE)
            rest = rest[os.write(self._in, rest[:_CHUNK]) :]

    def receive(self) -> bytes:
        """The next message. Raises EOFError when the child is gone, TimeoutError past the deadline."""
        size = int.from_bytes(self._take(8), "big")
        if size > self._most:
            raise ValueError(f"{size} bytes")
        return self._take(size)

    def _take(self, size: int) -> bytes:
        got = bytearray()
        while len(got) < size:
            self._wait(self._out, selectors.EVENT_READ)
            chunk = os.read(self._out, min(size - len(got), 1 << 20))
            if not chunk:
                raise EOFError
            got += chunk
        return bytes(got)

    def _wait(self, pipe: int, what: int) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, what)
            left = self._deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise TimeoutError
