"""Exact places: citations, breadcrumbs, labels, boxes."""

import pytest

from navigators.places import cite, lines_of
from navigators.shelf import OpenVersion
from navigators.signposts import Signposts, breadcrumb, place_label
from navigators.statistics import TreeStatistics
from stores.records import Line, Node, Passage, Road, Tree
from tests.navigators.trees import GLOSSARY, POLICY, STATUTE, tree_of

NESTED = """\
第三章 义务
第九条 有下列情形之一的，应当开展客户尽职调查：
（一）建立业务关系；
（二）提供单笔人民币1万元以上的一次性金融服务。
第十条 The Bank keeps the records of Section 9 for ten years. It may keep them longer.
"""


def passage_at(tree: Tree, words: str) -> Passage:
    """The passage that holds these words."""
    at = tree.text.index(words)
    node = next(n for n in tree.nodes if n.passage_key and n.start <= at < n.end)
    version = tree.version
    return Passage(
        "p00", version.id, version.document, version.number, node.address, None, (), None, node.start, node.end,
        tree.text_of(node), 1.0, Road.NAVIGATE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        (NESTED, "提供单笔人民币1万元以上"),
        (NESTED, "It may keep them longer."),
        (STATUTE, "至少保存十年"),
        (GLOSSARY, "(frozen at once)"),
    ],
)
def test_a_citation_is_the_deepest_node_that_holds_the_quote(text: str, quote: str) -> None:
    tree = tree_of(text)
    passage = passage_at(tree, quote)
    start = tree.text.index(quote)
    citation = cite(tree, passage, start, start + len(quote))
    assert citation.quote == quote
    node = tree.by_address[citation.address]
    assert node.start <= start < start + len(quote) <= node.end
    assert node.content_hash == citation.content_hash
    assert not any(c.start <= start and start + len(quote) <= c.end for c in tree.children(node))


@pytest.mark.parametrize("span", [(-1, 3), (5, 5), (0, 10_000)])
def test_a_span_outside_the_passage_is_refused(span: tuple[int, int]) -> None:
    tree = tree_of(NESTED)
    passage = passage_at(tree, "建立业务关系")
    with pytest.raises(ValueError, match="not inside"):
        cite(tree, passage, passage.start + span[0], passage.start + span[1])


def test_labels_name_the_article_with_its_items() -> None:
    tree = tree_of(NESTED)
    at = tree.text.index("提供单笔")
    node = next(n for n in reversed(tree.nodes) if n.start <= at < n.end)
    assert place_label(tree, node) == "第九条（二）"


def test_a_breadcrumb_leads_from_the_title_down_without_groups() -> None:
    tree = tree_of("# 总则\n" + "".join(f"Paragraph {i}. 第{i}段。\n" for i in range(60)), title="Policy 政策")
    leaf = next(n for n in tree.nodes if n.leaf and "Paragraph 37" in tree.text_of(n))
    assert breadcrumb(tree, leaf) == ("Policy 政策", "总则")


def test_lines_are_those_that_a_span_touches_with_their_boxes() -> None:
    lines = (
        Line(0, 10, 1, (1.0, 2.0, 3.0, 4.0)),
        Line(10, 20, 1, (1.0, 5.0, 3.0, 7.0)),
        Line(20, 30, 2, (1.0, 2.0, 3.0, 4.0)),
    )
    tree = tree_of(POLICY, lines=lines)
    assert [line.start for line in lines_of(tree, 12, 22)] == [10, 20]
    assert lines_of(tree, 0, 10) == [lines[0]]
    assert lines_of(tree, 40, 50) == []


def test_signposts_say_the_same_of_a_node_for_every_question() -> None:
    first, second = (Signposts(TreeStatistics(tree_of(STATUTE))) for _ in range(2))
    tree = tree_of(STATUTE)
    for node in tree.nodes:
        assert first.of(node) == second.of(node)
        assert len(first.of(node).opening) <= 160
    root: Node = tree.nodes[0]
    assert first.of(root).leaves == sum(n.leaf for n in tree.nodes)


def test_passages_below_a_node_are_those_inside_it() -> None:
    opened = OpenVersion(tree_of(POLICY))
    for node in opened.tree.nodes:
        inside = [opened.statistics.passages[i] for i in opened.passages_below(node)]
        assert all(node.start <= p.start < node.end for p in inside)
