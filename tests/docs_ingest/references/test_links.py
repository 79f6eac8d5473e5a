"""Ties of the format itself beside the references that rules find on the same words."""

from dataclasses import dataclass

import pytest

from docs_ingest.derive import derive
from docs_ingest.parsed import Block, BlockKind, Link, ParsedDocument
from stores.records import Edge, EdgeKind

TEXT = {
    "zh": "第一条 甲应当保存资料。\n第二条 依照第一条和第九条处理，详见操作规程。\n第三条 乙适用《公司法》第三条。",
    "en": "Article 1. A keeps records.\nArticle 2. See Article 1 and Article 9, and the Manual.\n"
    "Article 3. B is under Section 3 of the Companies Act.",
    "mixed": "Article 1. 甲 keeps 资料。\nArticle 2. 依照 Article 1 和 Article 9 处理，see the 手册。\n"
    "Article 3. 乙适用《公司法》第三条。",
}
FIRST = {"zh": "第一条", "en": "Article 1", "mixed": "Article 1"}
MISSING = {"zh": "第九条", "en": "Article 9", "mixed": "Article 9"}
PLAIN = {"zh": "操作规程", "en": "Manual", "mixed": "手册"}
OTHER = {"zh": "《公司法》第三条", "en": "Section 3 of the Companies Act", "mixed": "《公司法》第三条"}
languages = pytest.mark.parametrize("language", TEXT)
OUT = "https://example.test/law"


@dataclass(frozen=True)
class Words:
    """Where words stand in the second line on, so that they are no label."""

    start: int
    end: int


def words_in(text: str, words: str, after: int = 0) -> Words:
    start = text.index(words, after)
    return Words(start, start + len(words))


def references(text: str, *links: Link, hidden: bool = False) -> list[Edge]:
    """The references on the second line and below, of a document of one block for each line."""
    blocks, at = [], 0
    for i, line in enumerate(text.split("\n")):
        kind = BlockKind.HIDDEN if hidden and i == 1 else BlockKind.PARAGRAPH
        blocks.append(Block(kind, at, at + len(line)))
        at += len(line) + 1
    made = derive(ParsedDocument("html", "test", text, tuple(blocks), links=links), "doc")
    return [edge for edge in made.edges if edge.kind is EdgeKind.REFERENCE]


def second_line(text: str) -> int:
    return text.index("\n") + 5


def on(edges: list[Edge], where: Words) -> list[Edge]:
    return [edge for edge in edges if edge.start < where.end and where.start < edge.end]


@languages
def test_without_links_the_words_speak_for_themselves(language: str) -> None:
    text = TEXT[language]
    edges = references(text)
    (found,) = on(edges, words_in(text, FIRST[language], second_line(text)))
    (missing,) = on(edges, words_in(text, MISSING[language]))
    assert found.target is not None and not found.reason
    assert missing.target is None and missing.reason
    assert on(edges, words_in(text, PLAIN[language])) == []


@languages
def test_a_link_leads_where_the_words_lead_nowhere(language: str) -> None:
    text = TEXT[language]
    where = words_in(text, MISSING[language])
    third = text.rindex("\n") + 1
    (edge,) = on(references(text, Link(where.start, where.end, to=third)), where)
    assert (edge.start, edge.end, edge.reason, edge.document) == (where.start, where.end, "", "")
    assert edge.target == "0.2"
    assert edge.label == MISSING[language]


@languages
def test_a_link_on_words_that_were_found_does_not_double_them(language: str) -> None:
    text = TEXT[language]
    where = words_in(text, FIRST[language], second_line(text))
    plain = references(text)
    linked = references(text, Link(where.start, where.end, to=0))
    assert [(e.target, e.label) for e in on(linked, where)] == [(e.target, e.label) for e in on(plain, where)]
    assert len(linked) == len(plain)


@languages
def test_a_link_is_believed_where_it_leads_elsewhere_than_its_words(language: str) -> None:
    text = TEXT[language]
    where = words_in(text, FIRST[language], second_line(text))
    (edge,) = on(references(text, Link(where.start, where.end, to=text.rindex("\n") + 3)), where)
    assert edge.target == "0.2"


@languages
def test_a_link_on_words_that_name_no_place_is_an_edge_of_its_own(language: str) -> None:
    text = TEXT[language]
    where = words_in(text, PLAIN[language])
    plain = references(text)
    inside = references(text, Link(where.start, where.end, to=0))
    assert [e for e in inside if e not in plain] == [
        Edge(EdgeKind.REFERENCE, "0.1", where.start, where.end, PLAIN[language], "0.0")
    ]
    outside = references(text, Link(where.start, where.end, href=OUT))
    (edge,) = [e for e in outside if e not in plain]
    assert (edge.target, edge.document, edge.reason) == (None, OUT, "a link out of this document")


@languages
def test_a_link_out_stands_for_words_that_lead_nowhere_but_not_for_those_that_were_found(language: str) -> None:
    text = TEXT[language]
    missing, first = words_in(text, MISSING[language]), words_in(text, FIRST[language], second_line(text))
    edges = references(text, Link(first.start, first.end, href=OUT), Link(missing.start, missing.end, href=OUT))
    (edge,) = on(edges, missing)
    assert edge.document == OUT
    (edge,) = on(edges, first)
    assert (edge.target, edge.document) == ("0.0", "")


@languages
def test_the_name_of_another_document_is_kept_beside_a_link_out(language: str) -> None:
    text = TEXT[language]
    where = words_in(text, OTHER[language])
    edges = on(references(text, Link(where.start, where.end, href=OUT)), where)
    assert {e.document for e in edges} == {OUT, "Companies Act" if language == "en" else "公司法"}


@languages
def test_a_link_on_a_list_takes_no_member_away(language: str) -> None:
    text = TEXT[language]
    first, missing = words_in(text, FIRST[language], second_line(text)), words_in(text, MISSING[language])
    whole = Words(first.start, missing.end)
    plain = references(text)
    assert references(text, Link(whole.start, whole.end, to=0)) == plain
    more = references(text, Link(whole.start, whole.end, to=text.rindex("\n") + 1))
    assert [e for e in more if e not in plain] == [
        Edge(EdgeKind.REFERENCE, "0.1", whole.start, whole.end, text[whole.start : whole.end], "0.2")
    ]
    assert set(plain) <= set(more)


@languages
@pytest.mark.parametrize("href", ["#top", "page.html", "javascript:alert(1)", "data:text/html,x", ""])
def test_links_that_lead_to_nothing_a_person_can_open_are_none(language: str, href: str) -> None:
    text = TEXT[language]
    where = words_in(text, PLAIN[language])
    assert references(text, Link(where.start, where.end, href=href)) == references(text)


@languages
def test_a_link_to_the_place_it_stands_in_is_none(language: str) -> None:
    text = TEXT[language]
    where = words_in(text, PLAIN[language])
    assert references(text, Link(where.start, where.end, to=text.index("\n") + 3)) == references(text)


@languages
def test_links_in_hidden_words_lead_nowhere(language: str) -> None:
    text = TEXT[language]
    where = words_in(text, PLAIN[language])
    assert on(references(text, Link(where.start, where.end, href=OUT), hidden=True), where) == []


def test_each_of_many_links_on_one_line_leads_to_its_own_place() -> None:
    lines = [f"Article {n}. Words of article {n}." for n in range(1, 41)]
    names = [f"[{n}]" for n in range(1, 41)]
    text = "\n".join([*lines, "See " + " ".join(names)])
    links = []
    for i, name in enumerate(names):
        where = words_in(text, name)
        links.append(Link(where.start, where.end, to=text.index(lines[i])))
    edges = [e for e in references(text, *links) if text[e.start] == "["]
    assert [e.label for e in edges] == names
    assert len({e.target for e in edges}) == 40
