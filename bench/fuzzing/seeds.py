"""Files to begin with: what the readers' own tests read, the small ones, and the samples.

The tests make each format with all its features in both languages; whoever adds
a feature adds a seed. They run once, in a process of their own, with the readers
replaced by ones that keep a copy of what they are given:

    python -m fuzzing.seeds DIRECTORY
"""

import hashlib
import importlib
import os
import re
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reportlab import rl_config

from fuzzing.bend import packed, unpacked

ROOT = Path(__file__).resolve().parent.parent.parent
_READERS = {
    "text": "docs_ingest.readers.text.reader:read_text",
    "markdown": "docs_ingest.readers.markdown:read_markdown",
    "csv": "docs_ingest.readers.delimited:read_delimited",
    "html": "docs_ingest.readers.html.reader:read_html",
    "docx": "docs_ingest.readers.docx.reader:read_docx",
    "xlsx": "docs_ingest.readers.xlsx.reader:read_xlsx",
    "pptx": "docs_ingest.readers.pptx.reader:read_pptx",
    "epub": "docs_ingest.readers.epub:read_epub",
    "pdf": "docs_ingest.readers.pdf.reader:read_pdf",
}
_ENDINGS = {"text": ".txt", "markdown": ".md", "html": ".html", "docx": ".docx", "pdf": ".pdf"}
_MOST_BYTES = 24_000  # larger ones, made to be slow, would take the time of a hundred others
_OF_ONE_TEST = 3  # property tests make hundreds
_FLATE = re.compile(rb"/Filter\s*(?:\[\s*)?/FlateDecode\s*\]?")
_OBJECT_STREAM = re.compile(rb"(<<(?:[^<>]|<<[^<>]*>>)*>>)\s*stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)


def keep(directory: Path, name: str, data: bytes) -> None:
    if name == "pdf":
        data = plain_pdf(data)
    elif parts := unpacked(data):
        data = packed({part: held for part, held in parts.items() if not part.endswith((".jpeg", ".png"))})
    if len(data) <= _MOST_BYTES:
        (directory / name / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def plain_pdf(data: bytes) -> bytes:
    """Streams without compression; the table of offsets is given up, so that its reader makes it anew."""

    def plain(match: re.Match[bytes]) -> bytes:
        head, body = match.groups()
        if _FLATE.search(head) is None or b"/DecodeParms" in head or b"/ObjStm" in head:
            return match.group()
        try:
            body = zlib.decompress(body)
        except zlib.error:
            return match.group()
        return (
            re.sub(rb"/Length\s+\d+", b"/Length %d" % len(body), _FLATE.sub(b"", head))
            + b"\nstream\n"
            + body
            + b"\nendstream"
        )

    if b"/Encrypt" in data:
        return data
    return re.sub(rb"startxref\s+\d+", b"startxref\n0", _OBJECT_STREAM.sub(plain, data))


def _keeping(reader: Callable[..., Any], directory: Path, name: str, seen: Counter[str]) -> Callable[..., Any]:
    def read(data: bytes, *rest: Any, **named: Any) -> Any:
        test = os.environ.get("PYTEST_CURRENT_TEST", "")
        seen[test] += 1
        if seen[test] <= _OF_ONE_TEST or test.partition("::")[2].startswith("test_every"):
            keep(directory, name, data)
        return reader(data, *rest, **named)

    return read


def gather(directory: Path) -> None:
    seen: Counter[str] = Counter()
    for name, place in _READERS.items():
        (directory / name).mkdir(parents=True, exist_ok=True)
        module_name, _, function = place.partition(":")
        module = importlib.import_module(module_name)
        setattr(module, function, _keeping(getattr(module, function), directory, name, seen))
    for name, ending in _ENDINGS.items():
        for path in sorted((ROOT / "samples" / "documents").glob(f"*{ending}")):
            keep(directory, name, path.read_bytes())
    rl_config.pageCompression = 0
    os.chdir(ROOT)
    pytest.main(["-q", "-p", "no:xdist", "tests/docs_ingest/readers"])


if __name__ == "__main__":
    gather(Path(sys.argv[1]))
