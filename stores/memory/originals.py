"""The uploaded bytes in memory."""

import threading
from hashlib import sha256

from stores.errors import NotFound, StoreCorrupt


class MemoryOriginals:
    """The port `Originals`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], bytes] = {}

    def put(self, tenant: str, source_hash: str, data: bytes) -> None:
        if sha256(data).hexdigest() != source_hash:
            raise StoreCorrupt("these bytes do not have the hash they are kept under: nothing was kept")
        with self._lock:
            self._kept.setdefault((tenant, source_hash), data)

    def get(self, tenant: str, source_hash: str) -> bytes:
        with self._lock:
            data = self._kept.get((tenant, source_hash))
        if data is None:
            raise NotFound(f"the original {source_hash[:12]}… is not kept here")
        return data
