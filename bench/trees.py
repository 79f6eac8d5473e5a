"""Trees of real documents: announced headings found on their page, articles labelled and found by their label.

    .venv/bin/python bench/trees.py --data ../shared/data

A bookmark is anchored where its section begins on its page, with words that are
the bookmark's but for a slip (rapidfuzz ratio of the letters of at least 90);
`same words` wants the very same letters. An article is
what a pattern finds at the start of a line, without the product. `found by
label` looks each of them up as `citepath show --label 第十二条` does: it must
give the place where the article is printed, and no other.
"""

import argparse
import gzip
import json
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from rapidfuzz import fuzz

from docs_ingest.parsed import ParsedDocument
from docs_ingest.readers.markdown import read_markdown
from docs_ingest.readers.pdf.reader import PdfLimits, read_pdf
from docs_ingest.readers.text.reader import read_text
from docs_ingest.references.lookup import look_up
from docs_ingest.structure import find_structure, read_contents
from docs_ingest.tree import build_nodes
from stores.records import Node

# An article as a Chinese statute prints it: at the start of a line, set apart by a space.
_ARTICLE = re.compile(r"(?m)^(第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五六七八九十]+)?)(?=[\s\u3000])")

_ANCHORED = 90.0  # rapidfuzz ratio, 0..100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    print(f"{'bookmarks':48}{'titles':>7}{'anchored on its page':>22}{'same words':>12}")
    for file in sorted((options.data / "docs" / "en").glob("*.pdf")):
        _outline(file)
    print(f"\n{'articles':48}{'printed':>8}{'labelled there':>16}{'found by label':>16}")
    statutes = sorted((options.data / "docs" / "zh").glob("*.md"))
    for file in statutes:
        _articles(file.stem, [read_markdown(file.read_bytes())])
    _articles("all of docs/zh", (read_markdown(file.read_bytes()) for file in statutes))
    _articles("stard_laws", _dev_laws(options.data / "dev" / "stard_laws.dev.documents.jsonl.gz"))


def _outline(file: Path) -> None:
    begun = time.perf_counter()
    parsed = read_pdf(file.read_bytes(), PdfLimits(5_000, 20_000_000), lambda page, pages: None)
    contents = read_contents(parsed)
    structure = find_structure(contents.parsed, contents.lists)
    nodes = build_nodes(contents.parsed, structure, file.stem)
    seconds = time.perf_counter() - begun
    entries = sorted({(e.title, e.page) for e in parsed.outline}, key=str)
    anchored = [one for one in entries if _stands(parsed, nodes, *one, alike=_ANCHORED)]
    same = [one for one in entries if _stands(parsed, nodes, *one, alike=100.0)]
    print(
        f"  {file.stem[:44]:46}{len(entries):7}{len(anchored):22}{len(same):12}  "
        f"{parsed.pages} pages, {len(nodes)} nodes, {seconds:.2f} s, {structure.source} ({structure.confidence})"
    )
    for title, page in entries:
        if (title, page) not in same:
            print(f"    {'other words' if (title, page) in anchored else 'not there'}: page {page}, {title!r}")


def _stands(parsed: ParsedDocument, nodes: tuple[Node, ...], title: str, page: int | None, alike: float) -> bool:
    """Whether a section of this title begins on this page, with words that are so much alike."""
    return any(
        node.title is not None
        and node.page == page
        and _letters(node.title) == _letters(title)
        and fuzz.ratio(_letters(title), _letters(parsed.text[node.start :][: len(title)])) >= alike
        for node in nodes
    )


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _dev_laws(path: Path) -> Iterator[ParsedDocument]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield read_text(json.loads(line)["text"].encode("utf-8", "surrogatepass"))


def _articles(name: str, documents: Iterable[ParsedDocument]) -> None:
    labelled = found = total = held = 0
    for parsed in documents:
        nodes = build_nodes(parsed, find_structure(parsed), name)
        begin = {n.address: n.start for n in nodes}
        labels = {(n.start, n.label) for n in nodes if n.label}
        printed = [(m.start(), m[1]) for m in _ARTICLE.finditer(parsed.text)]
        labelled += sum(one in labels for one in printed)
        for label in {label for _, label in printed}:
            places = {begin[address] for address in look_up(nodes, label).addresses}
            due = {at for at, other in printed if other == label}
            found += len(due) if places == due else 0
        total += len(printed)
        held += 1
    print(f"  {name:46}{total:8}{labelled:16}{found:16}  {held} document{'s' * (held != 1)}", flush=True)


if __name__ == "__main__":
    main()
