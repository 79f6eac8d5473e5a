"""How far reading one file may go."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024
MAX_NODES = 1_000_000  # of one version's tree
_UNPACKED = 8  # a packed file (DOCX) may hold this many times the bytes a file may have


@dataclass(frozen=True, slots=True)
class Limits:
    """All of them are settings; the messages of `LimitExceeded` name the one that was met."""

    max_bytes: int = 200_000_000
    max_pages: int = 5_000
    max_characters: int = 20_000_000
    max_nodes: int = MAX_NODES
    wall_seconds: float = 300.0
    cpu_seconds: float = 300.0
    memory_bytes: int = 950 * MEGABYTE  # of address space
    helpers: int = 1  # processes that one long file may be shared out to, each under these limits

    @property
    def max_unpacked_bytes(self) -> int:
        return self.max_bytes * _UNPACKED

    @property
    def megabytes(self) -> int:
        return self.memory_bytes // MEGABYTE

    @property
    def too_much_memory(self) -> str:
        return (
            f"this file needs more than {self.megabytes} MB of memory to be read: "
            "split it, or raise CITEPATH_READ_MEMORY_MB"
        )

    @property
    def too_much_processor(self) -> str:
        return (
            f"reading took more than {self.cpu_seconds:g} s of processor time and was stopped: "
            "split the file, or raise CITEPATH_READ_SECONDS"
        )
