"""A Redis of a test's own: to be stopped, stalled, filled or given another password without harm to anybody."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

PASSWORD = "pässword:@/?#"  # all that an address would have to escape


class OwnRedis:
    """One `redis-server` on a free port of this machine; `options` as on its command line, without the dashes."""

    def __init__(self, folder: Path, *, tls: bool = False, **options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.password = PASSWORD
        self._folder = folder
        self._options = {"port": "0" if tls else str(self.port), "requirepass": PASSWORD, **options}
        if tls:
            self._options["tls-port"] = str(self.port)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--dir",
            str(self._folder),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        for name, value in self._options.items():
            command += [f"--{name}", value]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                assert self._process.poll() is None, "redis-server ended at once"
                time.sleep(0.05)
        raise AssertionError("redis-server did not come up in 10 s")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def stalled(self) -> Iterator[None]:
        """Alive, its port open, and it answers nothing."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)

    @contextmanager
    def asked(self) -> Iterator["redis.Redis"]:
        """A plain client, to look at what is there, or to put something there."""
        with redis.Redis(port=self.port, password=self.password, protocol=2) as client:
            yield client


@contextmanager
def own_redis(folder: Path, *, tls: bool = False, **options: str) -> Iterator[OwnRedis]:
    server = OwnRedis(folder, tls=tls, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
