"""Trees of real documents: announced headings found on their page, articles that carry their label, size and time.

.venv/bin/python bench/trees.py --data ../shared/data
"""

import argparse
import gzip
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

from docs_ingest.parsed import ParsedDocument
from docs_ingest.readers.markdown import read_markdown
from docs_ingest.readers.pdf.reader import PdfLimits, read_pdf
from docs_ingest.readers.text.reader import read_text
from docs_ingest.structure import find_structure, read_contents
from docs_ingest.tree import build_nodes
from stores.records import Node

# An article as a Chinese statute prints it: at the start of a line, set apart by a space.
_ARTICLE = re.compile(r"(?m)^(第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五六七八九十]+)?)(?=[\s\u3000])")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    print("outline entries found on their page, with the same words")
    for file in sorted((options.data / "docs" / "en").glob("*.pdf")):
        _outline(file)
    print("articles that carry their label at the place where it is printed")
    statutes = sorted((options.data / "docs" / "zh").glob("*.md"))
    _articles("docs/zh", (read_markdown(file.read_bytes()) for file in statutes))
    _articles("stard_laws", _dev_laws(options.data / "dev" / "stard_laws.dev.documents.jsonl.gz"))


def _outline(file: Path) -> None:
    begun = time.perf_counter()
    parsed = read_pdf(file.read_bytes(), PdfLimits(5_000, 20_000_000), lambda page, pages: None)
    contents = read_contents(parsed)
    structure = find_structure(contents.parsed, contents.lists)
    nodes = build_nodes(contents.parsed, structure, file.stem)
    seconds = time.perf_counter() - begun
    right = sum(_stands(parsed, nodes, title, page) for title, page in {(e.title, e.page) for e in parsed.outline})
    print(
        f"  {file.stem[:44]:46}{right:4} of {len({(e.title, e.page) for e in parsed.outline}):4}  "
        f"{parsed.pages} pages, {len(nodes)} nodes, {seconds:.2f} s, {structure.source} ({structure.confidence})"
    )


def _stands(parsed: ParsedDocument, nodes: tuple[Node, ...], title: str, page: int | None) -> bool:
    """Whether a node of this title begins on this page, and its text begins with these words."""
    return any(
        node.title is not None
        and _letters(node.title) == _letters(title)
        and node.page == page
        and _letters(title) in _letters(parsed.text[node.start : node.start + 400])
        for node in nodes
    )


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _dev_laws(path: Path) -> Iterator[ParsedDocument]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield read_text(json.loads(line)["text"].encode("utf-8", "surrogatepass"))


def _articles(name: str, documents: Iterator[ParsedDocument]) -> None:
    right = total = held = 0
    for parsed in documents:
        nodes = build_nodes(parsed, find_structure(parsed), name)
        labelled = {(n.start, n.label) for n in nodes if n.label}
        printed = [(m.start(), m[1]) for m in _ARTICLE.finditer(parsed.text)]
        right += sum(one in labelled for one in printed)
        total += len(printed)
        held += 1
    print(f"  {name:46}{right:6} of {total:6}  {held} documents")


if __name__ == "__main__":
    main()
