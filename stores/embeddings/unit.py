"""What all embedders do to texts before, and to vectors afterwards."""

import math
import zlib
from collections.abc import Sequence

NOTHING = "."
"""What an empty text is embedded as: servers refuse the empty one, and every text needs a vector."""


def unit(vector: Sequence[float], dimensions: int) -> tuple[float, ...]:
    """The same direction with length 1.

    Raises ValueError for a vector that has other dimensions, numbers that are
    none (NaN, infinite), or no direction (all zero).
    """
    if len(vector) != dimensions:
        raise ValueError(f"a vector has {len(vector)} dimensions instead of {dimensions}")
    length = math.hypot(*vector)  # NaN if a number is NaN, infinite if one is infinite, and safe from overflow between
    if not math.isfinite(length):
        raise ValueError("a vector has numbers that are not finite")
    if length == 0:
        raise ValueError("a vector is all zero")
    return tuple([number / length for number in vector])


def readable(text: str, prefix: str, most_characters: int) -> str:
    """A text as it is embedded: cut, never empty, and fit for UTF-8 (half characters become question marks)."""
    cut = text[:most_characters].strip() or NOTHING
    return (prefix + cut).encode("utf-8", "replace").decode("utf-8")


def named(model: str, dimensions: int, *choices: object) -> str:
    """The name of vectors: the model, the dimensions, and a short sign for what else changes them, if anything does."""
    told = "\0".join(str(choice) for choice in choices)
    sign = f"-{zlib.crc32(told.encode('utf-8', 'replace')):08x}" if told.strip("\0") else ""
    return f"{model}-{dimensions}{sign}"
