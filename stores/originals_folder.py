"""The uploaded bytes in a folder: one file each, named by its hash, written whole or not at all.

originals/TENANT/ab/abcdef...     TENANT is itself a hash: names of tenants are no file names

A file that was damaged is mended when the same bytes are sent again. Whoever is killed
while writing one leaves `.new-abcdef...` beside its place: the same bytes sent again
take that up.
"""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from stores.errors import NotFound, StoreCorrupt, StoreUnavailable


class FolderOriginals:
    """The port `Originals` on a file system; any number of processes may share the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, tenant: str, source_hash: str, data: bytes) -> None:
        if sha256(data).hexdigest() != source_hash:
            raise StoreCorrupt("these bytes do not have the hash they are kept under: nothing was kept")
        path = self._path(tenant, source_hash)
        try:
            if path.exists() and path.read_bytes() == data:
                return
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (path.parent.parent, path.parent):
                folder.mkdir(mode=0o700, exist_ok=True)
            _write(path, data)
        except OSError as error:
            raise StoreUnavailable(f"the original could not be kept in {self._folder} ({error.strerror})") from error

    def get(self, tenant: str, source_hash: str) -> bytes:
        try:
            data = self._path(tenant, source_hash).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(f"the original {source_hash[:12]}… is not kept in {self._folder}") from error
        except OSError as error:
            raise StoreUnavailable(f"the original could not be read in {self._folder} ({error.strerror})") from error
        if sha256(data).hexdigest() != source_hash:
            raise StoreCorrupt(
                f"the original {source_hash[:12]}… in {self._folder} is damaged: restore it from a backup"
            )
        return data

    def _path(self, tenant: str, source_hash: str) -> Path:
        if len(source_hash) != 64 or not source_hash.isalnum():
            raise NotFound("there is no original of that hash")
        owner = sha256(tenant.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return self._folder / owner / source_hash[:2] / source_hash


def _write(path: Path, data: bytes) -> None:
    """Write beside the place and move there: nobody ever reads half a file, not even after a crash.

    The name beside it is one for all who write these bytes, so nothing piles up. Nobody
    empties what another one has written there: whoever moves it, it is whole.
    """
    beside = path.parent / f".new-{path.name}"
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(data)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        _move(beside, path)
        _keep_names(path.parent, path.parent.parent, path.parent.parent.parent)
    except BaseException:
        with suppress(FileNotFoundError):
            beside.unlink()
        raise


def _move(beside: Path, path: Path) -> None:
    try:
        beside.replace(path)
    except FileNotFoundError:
        if not path.exists():  # else another one who keeps the same bytes was first
            raise


def _keep_names(*folders: Path) -> None:
    """Until a folder itself is on disk, a crash may lose the names in it."""
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
