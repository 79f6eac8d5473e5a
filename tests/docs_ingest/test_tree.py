"""Trees: the promises every later part rests on, on random documents in both languages."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from docs_ingest.balance import FAN_OUT
from docs_ingest.parsed import Block, BlockKind, ParsedDocument
from docs_ingest.structure import find_structure
from docs_ingest.tree import build_nodes
from stores.records import Node, NodeKind, ancestors, parent_address
from tests.docs_ingest.random_documents import Spec, documents, edited, paragraphs, parsed

ROOT = Path(__file__).resolve().parent.parent.parent
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def nodes_of(document: ParsedDocument, name: str = "doc") -> tuple[Node, ...]:
    return build_nodes(document, find_structure(document), name)


def children(nodes: tuple[Node, ...], node: Node) -> list[Node]:
    return [n for n in nodes if parent_address(n.address) == node.address]


@quick
@given(documents)
def test_addresses_are_unique_and_a_prefix_is_the_true_ancestor(specs: tuple[Spec, ...]) -> None:
    nodes = nodes_of(parsed(specs))
    by_address = {n.address: n for n in nodes}
    assert len(by_address) == len(nodes)
    for node in nodes:
        for address in ancestors(node.address):
            above = by_address[address]
            assert above.start <= node.start <= node.end <= above.end


@quick
@given(documents)
def test_children_tile_their_parent_and_the_root_is_the_whole_text(specs: tuple[Spec, ...]) -> None:
    document = parsed(specs)
    nodes = nodes_of(document)
    assert (nodes[0].address, nodes[0].start, nodes[0].end) == ("0", 0, len(document.text))
    for node in nodes:
        below = children(nodes, node)
        assert len(below) == node.children
        at = node.start
        for child in below:
            assert child.start == at
            assert child.end > child.start
            at = child.end
        assert not below or at == node.end


def test_furniture_that_stands_together_is_one_node_where_it_would_push_chapters_into_groups() -> None:
    text, blocks = "", []
    for kind, line in [
        *((BlockKind.FURNITURE, f"{n} Chapter . . . . {n}") for n in range(1, 31)),
        *((BlockKind.HEADING, f"Chapter {n}") for n in range(1, 9)),
    ]:
        blocks.append(Block(kind, len(text), len(text) + len(line), level=1 if kind is BlockKind.HEADING else None))
        text += line + "\n"
    nodes = nodes_of(ParsedDocument("text", "test", text, tuple(blocks)))
    top = children(nodes, nodes[0])
    assert [n.kind for n in top][:2] == [NodeKind.FURNITURE, NodeKind.SECTION]
    assert len(top) == 9
    below = [n for n in nodes if n.address.startswith("0.0.")]
    assert len([n for n in below if n.leaf]) == 30
    assert {n.kind for n in below} == {NodeKind.FURNITURE}


@quick
@given(documents)
def test_no_node_has_more_than_twenty_children_and_order_is_document_order(specs: tuple[Spec, ...]) -> None:
    nodes = nodes_of(parsed(specs))
    assert all(n.children <= FAN_OUT for n in nodes)
    assert [n.order for n in nodes] == list(range(len(nodes)))
    starts = [(n.start, n.address.count(".")) for n in nodes]
    assert starts == sorted(starts)


@quick
@given(documents)
def test_hashes_can_be_computed_again_from_what_they_stand_for(specs: tuple[Spec, ...]) -> None:
    document = parsed(specs)
    nodes = nodes_of(document)
    for node in nodes:
        words = document.text[node.start : node.end].encode("utf-8", "surrogatepass")
        assert node.content_hash == hashlib.sha256(words).hexdigest()
        own = "" if node.children else node.content_hash
        parts = [node.kind.value, node.label or "", own, *(c.subtree_hash for c in children(nodes, node))]
        assert node.subtree_hash == hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@quick
@given(documents)
def test_passages_hold_every_citable_word_once_and_nothing_hidden(specs: tuple[Spec, ...]) -> None:
    document = parsed(specs)
    nodes = nodes_of(document)
    passages = [n for n in nodes if n.passage_key is not None]
    assert len({n.passage_key for n in passages}) == len(passages)
    at = 0
    for passage in passages:
        assert passage.start >= at
        at = passage.end
    covered = [(n.start, n.end) for n in passages]
    for block in document.blocks:
        inside = [(s, e) for s, e in covered if s < block.end and block.start < e]
        if block.kind in (BlockKind.FURNITURE, BlockKind.HIDDEN):
            assert not inside
        else:
            assert inside
            assert inside[0][0] <= block.start
            assert inside[-1][1] >= block.end


@quick
@given(documents)
def test_a_heading_stays_with_its_body(specs: tuple[Spec, ...]) -> None:
    nodes = nodes_of(parsed(specs))
    by_address = {n.address: n for n in nodes}
    for node in nodes:
        if node.kind is NodeKind.HEADING:
            above = by_address[parent_address(node.address) or ""]
            assert above.kind is NodeKind.SECTION
            assert above.start == node.start


@quick
@given(documents, st.data())
def test_editing_one_paragraph_changes_that_leaf_and_its_ancestors_only(
    specs: tuple[Spec, ...], data: st.DataObject
) -> None:
    plain = [
        i
        for i, s in enumerate(specs)
        if s.kind is BlockKind.PARAGRAPH and 0 < len(s.words.encode("utf-8", "surrogatepass")) < 900
    ]
    assume(plain)
    at = data.draw(st.sampled_from(plain))
    before_doc = parsed(edited(specs, at, "Old words stood here. 旧的内容。"))
    after_doc = parsed(edited(specs, at, "New words now stand here. 新的内容。"))
    before, after = nodes_of(before_doc), nodes_of(after_doc)
    changed = {a.address for a, b in zip(before, after, strict=True) if a.content_hash != b.content_hash}
    assert [(a.address, a.kind, a.label) for a in before] == [(b.address, b.kind, b.label) for b in after]
    block = before_doc.blocks[at]
    leaf = next(n for n in before if n.leaf and n.start <= block.start < n.end)
    assert changed == {leaf.address, *ancestors(leaf.address)}
    held = {n.address for n in before if n.passage_key and n.start <= block.start < n.end}
    # A passage whose own words and headings stayed keeps its key, unless it is one of several with the very same words.
    words = [before_doc.text[n.start : n.end].strip() for n in before if n.passage_key]
    for a, b in zip(before, after, strict=True):
        if a.passage_key and a.address not in held and words.count(before_doc.text[a.start : a.end].strip()) == 1:
            assert a.passage_key == b.passage_key


@quick
@given(documents, paragraphs, st.data())
def test_inserting_a_paragraph_changes_no_other_passage_key(
    specs: tuple[Spec, ...], words: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(specs)))
    fresh = Spec(BlockKind.FOOTNOTE, f"Put in later 后来加入的注释 {words}")
    before = nodes_of(parsed(specs))
    after_doc = parsed((*specs[:at], fresh, *specs[at:]))
    keys_before = {n.passage_key for n in before if n.passage_key and n.leaf}
    keys_after = {n.passage_key for n in nodes_of(after_doc) if n.passage_key}
    # Small neighbours that were read together may now be read apart, and the other way round.
    lost = keys_before - keys_after
    assert len(lost) <= FAN_OUT + 1


def test_one_more_line_on_top_of_a_long_list_of_short_ones_makes_one_new_passage() -> None:
    lines = tuple(Spec(BlockKind.PARAGRAPH, f"第{n}号 terminal 终端编号 {n * 7}") for n in range(100))
    before = {n.passage_key for n in nodes_of(parsed(lines)) if n.passage_key}
    after = {
        n.passage_key for n in nodes_of(parsed((Spec(BlockKind.PARAGRAPH, "新增的一行"), *lines))) if n.passage_key
    }
    assert len(after - before) == 1
    assert before <= after


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(documents, min_size=3, max_size=3))
def test_the_same_bytes_give_the_same_tree_in_another_process(many: list[tuple[Spec, ...]]) -> None:
    script = (
        "import json, sys\n"
        "from docs_ingest.derive import derive\n"
        "from docs_ingest.parsed import Block, BlockKind, ParsedDocument\n"
        "for line in sys.stdin:\n"
        "    text, rows = json.loads(line)\n"
        "    blocks = [Block(BlockKind(k), s, e, level, group=group) for k, s, e, level, group in rows]\n"
        "    n = derive(ParsedDocument('text', 'random', text, tuple(blocks)), 'doc').nodes\n"
        "    print(n[0].subtree_hash, [(x.address, x.passage_key, x.eid) for x in n])\n"
    )
    sent = "\n".join(
        json.dumps([d.text, [[b.kind, b.start, b.end, b.level, b.group] for b in d.blocks]])
        for d in (parsed(specs) for specs in many)
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], input=sent.encode(), capture_output=True, env=environment, check=True
    )
    here = []
    for specs in many:
        nodes = nodes_of(parsed(specs))
        here.append(f"{nodes[0].subtree_hash} {[(n.address, n.passage_key, n.eid) for n in nodes]}")
    assert done.stdout.decode().splitlines() == here


def test_a_document_without_text_has_no_tree() -> None:
    with pytest.raises(ValueError, match="without text"):
        nodes_of(ParsedDocument("text", "test", "  \n ", ()))


def shape(text_blocks: list[Spec]) -> list[str]:
    document = parsed(tuple(text_blocks))
    return [
        f"{n.address} {n.kind.value} {n.label or ''} {document.text[n.start : n.end].strip()[:14]}".strip()
        for n in nodes_of(document)[1:]
    ]


def test_articles_nest_below_chapters_and_items_stay_with_their_stem() -> None:
    lines = [
        "第一章 总则",
        "第一条 为了预防洗钱。",
        "第二条 下列机构：",
        "（一）商业银行；",
        "（二）证券公司。",
        "第二章 义务",
        "第三条 应当保存。",
    ]
    document = parsed(tuple(Spec(BlockKind.PARAGRAPH, w) for w in lines))
    nodes = {n.eid: n for n in nodes_of(document) if n.eid}
    assert nodes["chp_1__art_2"].label == "第二条"
    assert nodes["chp_2__art_3"].address.startswith(nodes["chp_2"].address)
    items = [n for n in nodes_of(document) if n.kind is NodeKind.ITEM]
    assert [i.label for i in items] == ["（一）", "（二）"]
    assert all(i.address.startswith(nodes["chp_1__art_2"].address) for i in items)


def test_english_sections_nest_by_their_numbers() -> None:
    lines = [
        "Article 5 Duties",
        "5.1 The Bank must keep records.",
        "5.2 It must report:",
        "(a) every incident;",
        "(b) every loss.",
    ]
    document = parsed(tuple(Spec(BlockKind.PARAGRAPH, w) for w in lines))
    labels = [(n.label, n.address) for n in nodes_of(document) if n.label]
    assert [label for label, _ in labels] == ["Article 5", "5.1", "5.2", "(a)", "(b)"]
    assert labels[3][1].startswith(labels[2][1])


def test_rows_of_one_table_stand_together_over_a_page_break() -> None:
    rows = [Spec(BlockKind.ROW, f"甲 | {i}", group=1) for i in range(4)]
    kinds = shape([*rows[:2], Spec(BlockKind.FURNITURE, "page 3"), *rows[2:]])
    assert sum(" table " in k for k in kinds) == 1
    assert sum(" row " in k for k in kinds) == 4


def test_a_hundred_flat_paragraphs_are_grouped() -> None:
    document = parsed(tuple(Spec(BlockKind.PARAGRAPH, f"Paragraph {i}. 第{i}段内容。") for i in range(100)))
    nodes = nodes_of(document)
    groups = [n for n in nodes if n.kind is NodeKind.GROUP]
    assert nodes[0].children == len(groups) <= 20
    assert sum(n.kind is NodeKind.PARAGRAPH for n in nodes) == 100
    assert all(g.title for g in groups)


def test_items_nested_without_end_are_flattened_in_good_time() -> None:
    text = "目录 list:\n" + "点a\n" * 20_000
    start = text.index("点")
    items = [Block(BlockKind.ITEM, start + 3 * n, start + 3 * n + 2, level=n + 1, group=1) for n in range(20_000)]
    began = time.perf_counter()
    nodes = nodes_of(ParsedDocument("docx", "test", text, (Block(BlockKind.PARAGRAPH, 0, start - 1), *items)))
    assert time.perf_counter() - began < 20
    assert max(n.address.count(".") for n in nodes) < 200
    assert sum("点a" in text[n.start : n.end] and not n.children for n in nodes) == 20_000
