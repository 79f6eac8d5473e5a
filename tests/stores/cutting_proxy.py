"""A TCP proxy before MySQL that cuts a connection at its COMMIT: before the server heard of it, or after."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

from sqlalchemy import URL

Side = Literal["before", "after"]
_COMMIT = b"\x07\x00\x00\x00\x03COMMIT"  # a packet of seven bytes, the first of its command: a query, COMMIT

_WORK = (b"INSERT INTO", b"UPDATE outbox", b"UPDATE documents", b"DELETE FROM", b"FROM versions")


class CuttingProxy:
    """Passes everything on until `cut_at` is set; then cuts the connection at the next COMMIT of some work, once."""

    def __init__(self, url: URL) -> None:
        self._server = (url.host or "127.0.0.1", url.port or 3306)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = url.set(host="127.0.0.1", port=self._listener.getsockname()[1])
        self.cut_at: Side | None = None
        self.cuts = 0
        self._clients: list[socket.socket] = []

    def serve(self) -> None:
        """Until the listener is closed; each connection in a thread that ends with it."""
        threads = []
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._clients.append(client)
                threads.append(threading.Thread(target=self._pass_on, args=(client,)))
                threads[-1].start()
        for thread in threads:
            thread.join()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in self._clients:
            with suppress(OSError):  # it has ended
                client.shutdown(socket.SHUT_RDWR)

    def _pass_on(self, client: socket.socket) -> None:
        worked = False  # SQLAlchemy sends a COMMIT to set up a connection, too
        with client, socket.create_connection(self._server) as server, suppress(OSError):
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(1 << 16)
                    if not data or (data == _COMMIT and worked and self._cut(server)):
                        return
                    worked = data != _COMMIT and (worked or any(word in data for word in _WORK))
                    (client if source is server else server).sendall(data)

    def _cut(self, server: socket.socket) -> bool:
        side, self.cut_at = self.cut_at, None
        if side is None:
            return False
        self.cuts += 1
        if side == "after":
            server.sendall(_COMMIT)
            server.recv(1 << 16)  # the server's answer, which nobody hears
        return True


@contextmanager
def cutting_proxy(url: URL) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(url)
    thread = threading.Thread(target=proxy.serve)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()
