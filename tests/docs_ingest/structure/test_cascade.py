"""Which source of structure is believed, and how far."""

from docs_ingest.parsed import Block, BlockKind, OutlineEntry, ParsedDocument, TextLine
from docs_ingest.readers.text.reader import read_text
from docs_ingest.structure import Structure, find_structure, read_contents


def document(*rows: tuple[str, dict[str, object]], outline: tuple[OutlineEntry, ...] = ()) -> ParsedDocument:
    """A line is a block; the dict says how it looks and on which page it stands."""
    text = ""
    blocks: list[Block] = []
    lines: list[TextLine] = []
    for i, (words, looks) in enumerate(rows):
        start = len(text)
        page = int(str(looks.get("page", 1)))
        kind = BlockKind(str(looks.get("kind", "paragraph")))
        level = looks.get("level")
        blocks.append(
            Block(
                kind,
                start,
                start + len(words),
                level=int(str(level)) if level else None,
                page=page,
                size=float(str(looks.get("size", 10))),
                bold=bool(looks.get("bold", False)),
            )
        )
        top = float(20 + 15 * (i % 40))
        lines.append(TextLine(start, start + len(words), page, (50.0, top, 300.0, top + 10)))
        text += words + "\n"
    pages = max(line.page or 1 for line in lines)
    return ParsedDocument("pdf", "test", text, tuple(blocks), tuple(lines), outline, pages)


def sections(found: Structure) -> list[str]:
    return [p.title or (p.label.text if p.label else "") for p in found.pieces if p.rank is not None]


BODY = "The Bank must keep every record for ten years after the end of the relationship. 应当保存十年。"


def test_native_headings_come_first() -> None:
    found = find_structure(
        document(("总则 General", {"kind": "heading", "level": 1}), (BODY, {}), ("Scope", {"bold": True}), (BODY, {}))
    )
    assert sections(found) == ["总则 General"]
    assert found.source == "native"


def test_an_outline_is_found_on_its_page_by_its_letters() -> None:
    outline = (OutlineEntry("1. Scope  of policy", 1, 1), OutlineEntry("保存期限", 1, 2), OutlineEntry("Nowhere", 1, 2))
    found = find_structure(
        document(
            (BODY, {}),
            ("1.  SCOPE OF POLICY", {}),
            (BODY, {}),
            ("保存期限", {"page": 2}),
            (BODY, {"page": 2}),
            outline=outline,
        )
    )
    assert "保存期限" in sections(found)
    assert (found.announced, found.anchored) == (3, 2)
    assert "outline" in found.source


def test_an_outline_that_is_mostly_not_there_is_not_believed() -> None:
    outline = tuple(OutlineEntry(f"Invented heading {i}", 1, 1) for i in range(5))
    found = find_structure(document((BODY, {}), (BODY, {}), outline=outline))
    assert "outline" not in found.source


def test_a_printed_contents_gives_headings_with_its_page_offset_found_by_vote() -> None:
    titles = ["Scope", "Duties of the Bank", "保存期限", "Reports", "Penalties", "附则"]
    contents = [(f"{title} ........ {i + 1}", {"page": 1}) for i, title in enumerate(titles)]
    body = [row for i, title in enumerate(titles) for row in ((title, {"page": i + 4}), (BODY, {"page": i + 4}))]
    printed = read_contents(document(*contents, *body))
    found = find_structure(printed.parsed, printed.lists)
    assert [s for s in sections(found) if s in titles] == titles
    assert "contents" in found.source


def test_chinese_grammar_without_any_heading_style() -> None:
    found = find_structure(
        document(("第一章 总则", {}), ("第一条 甲应当保存。", {}), ("第二章 附则", {}), ("第二条 乙。", {}))
    )
    assert len(sections(found)) == 4
    assert found.source == "grammar"


def test_numbered_headings() -> None:
    found = find_structure(
        document(("1. Scope", {}), (BODY, {}), ("1.1 Purpose", {}), (BODY, {}), ("2. Duties", {}), (BODY, {}))
    )
    assert len(sections(found)) == 3
    assert found.source == "numbering"


def test_headings_by_their_looks_come_last() -> None:
    found = find_structure(
        document(
            ("Scope", {"size": 14, "bold": True}),
            *[(BODY, {})] * 4,
            ("保存期限", {"size": 14, "bold": True}),
            *[(BODY, {})] * 4,
        )
    )
    assert sections(found) == ["Scope", "保存期限"]
    assert found.source == "typography"


def test_text_without_shape_is_balanced_with_low_confidence() -> None:
    found = find_structure(document(*[(BODY, {})] * 5))
    assert sections(found) == []
    assert found.source == "balanced"
    assert found.confidence < 0.5


def test_a_label_alone_on_its_line_takes_the_next_line_as_its_title() -> None:
    found = find_structure(document(("ARTICLE IV", {}), ("Duties of the Bank", {}), (BODY, {})))
    assert sections(found) == ["ARTICLE IV Duties of the Bank"]


def test_an_exhibit_on_a_new_page_opens_a_section_though_its_text_goes_on_in_the_line() -> None:
    body = (
        "Attachment A   Sponsor Benefits Schedule   The sponsor provides the following to the club: tickets and seats."
    )
    parted = find_structure(read_text(f"1. Term. {BODY}\n\n{BODY}\n\n\n\n\n{body}\n".encode()))
    assert [p.label.text for p in parted.pieces if p.label and p.label.family == "attachment"] == ["Attachment A"]
    passing = find_structure(read_text(f"1. Term. {BODY}\n\n{body}\n".encode()))
    assert [p for p in passing.pieces if p.label and p.label.family == "attachment"] == []
