"""What became of each leaf between two versions, and what the indexes are told."""

import time
from collections import Counter
from dataclasses import replace
from itertools import accumulate, pairwise
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings

from docs_ingest import lineage as lineage_module
from docs_ingest.changes import changes
from docs_ingest.derive import index_entries
from docs_ingest.lineage import Side, changed_words, follow, lineage
from docs_ingest.parsed import BlockKind
from docs_ingest.structure import find_structure
from docs_ingest.tree import build_nodes
from stores.records import IndexEntry, LineageState, NodeKind, Tree
from tests.docs_ingest.random_documents import Spec, documents, parsed
from tests.navigators.trees import tree_of

quick = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])

OLD = "第一条 甲应当保存十年。\n第二条 乙不得开户。\nThe Bank keeps records.\n第三条 丙。\n"


def side(text: str) -> Side:
    tree = tree_of(text)
    return Side(tree.text, tree.nodes)


def states(old: str, new: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for step in lineage(side(old), side(new)):
        counts[step.state.value] = counts.get(step.state.value, 0) + 1
    return counts


def test_nothing_changed_is_the_same_everywhere() -> None:
    assert set(states(OLD, OLD)) == {"same"}


def test_an_edit_an_insertion_and_a_deletion_are_told_apart() -> None:
    new = OLD.replace("十年", "二十年").replace("The Bank keeps records.\n", "") + "第四条 新增的内容 added。\n"
    assert states(OLD, new) == {"edited": 1, "same": 2, "deleted": 1, "inserted": 1}


def test_the_same_words_elsewhere_have_moved() -> None:
    assert states("One paragraph.\n第二段。\nThird.\n", "第二段。\nThird.\nOne paragraph.\n") == {"same": 2, "moved": 1}


def test_a_paragraph_cut_in_two_is_split_and_two_put_together_are_merged() -> None:
    one = "The Bank keeps every record for ten years. The Board approves exceptions in writing.\n"
    two = "The Bank keeps every record for ten years.\nThe Board approves exceptions in writing.\n"
    zh_one = "客户身份资料应当至少保存十年。例外情况由董事会以书面形式批准。\n"
    zh_two = "客户身份资料应当至少保存十年。\n例外情况由董事会以书面形式批准。\n"
    assert states(f"Head.\n{one}Tail.\n", f"Head.\n{two}Tail.\n") == {"same": 2, "split": 2}
    assert states(f"Head.\n{zh_two}Tail.\n", f"Head.\n{zh_one}Tail.\n") == {"same": 2, "merged": 2}


def test_an_article_that_moved_and_was_renumbered_and_edited_is_found_again() -> None:
    kept = "金融机构应当按照规定建立客户身份资料和交易记录保存制度，客户身份资料在业务关系结束后应当至少保存{}。"
    old = f"第一条 甲。\n第二条 {kept.format('五年')}\n第三条 丙。\n第四条 丁。\n"
    new = f"第一条 甲。\n第三条 丙。\n第四条 丁。\n第三十四条 {kept.format('十年')}\n"
    steps = [s for s in lineage(side(old), side(new)) if s.state is LineageState.EDITED]
    assert len(steps) == 1


def test_white_space_alone_changes_nothing() -> None:
    assert set(states("第一条　甲 乙。\nThe  Bank.\n", "第一条 甲乙。\nThe Bank.\n")) == {"same"}


def test_another_number_alone_is_a_move_and_another_width_of_signs_no_change() -> None:
    old = "第一条 金融机构应当设立专门的内设机构。\n第二条 下列情形应当报告：\n(一)单笔交易金额超过规定标准的情形；\n"
    new = "第一条 新增了这一条的全部内容。\n" + old.replace("第二条", "第三条").replace("第一条", "第二条")
    assert states(old, new.replace("(一)", "（一）").replace("：", ":")) == {"inserted": 1, "moved": 2, "same": 1}


def test_changed_words_are_words_in_english_and_characters_in_chinese() -> None:
    assert changed_words("kept for five years", "kept for ten years") == [
        ("same", "kept for "),
        ("deleted", "five"),
        ("inserted", "ten"),
        ("same", " years"),
    ]
    assert changed_words("保存五年", "保存十年") == [
        ("same", "保存"),
        ("deleted", "五"),
        ("inserted", "十"),
        ("same", "年"),
    ]


def test_a_place_is_followed_through_several_versions() -> None:
    texts = [
        "Head 标题.\nThe Bank keeps records for five years. 客户资料保存五年。\nTail.\n",
        "Head 标题.\nThe Bank keeps records for ten years. 客户资料保存十年。\nTail.\n",
        "New first.\nHead 标题.\nTail.\nThe Bank keeps records for ten years. 客户资料保存十年。\n",
    ]
    sides = [side(text) for text in texts]
    steps = [lineage(a, b) for a, b in pairwise(sides)]
    kept = follow(["0.1"], steps)
    assert (kept.state, kept.place) == (LineageState.EDITED, "0.3")
    assert follow(["0.0"], steps).state is LineageState.SAME
    gone = follow(["0.1"], [lineage(sides[0], side("Something else.\n"))])
    assert (gone.state, gone.addresses, gone.place) == (LineageState.DELETED, (), None)


def test_lines_that_repeat_and_rows_of_which_every_second_is_new_take_no_square_of_their_number() -> None:
    row = "account {0:05}, branch {1}, balance {2}"
    rows = [row.format(n, n % 97, n * 7919 % 100_003) for n in range(12_000)]
    new = [one if n % 2 else f"{one} as amended" for n, one in enumerate(rows)]
    begun = time.process_time()
    answers = lineage(flat(["The Bank keeps it.", "Yes."] * 3_000), flat(["The Bank keeps it.", "No."] * 3_000))
    assert Counter(s.state.value for s in answers) == {"same": 3_000, "deleted": 3_000, "inserted": 3_000}
    assert Counter(s.state.value for s in lineage(flat(rows), flat(new))) == {"same": 6_000, "edited": 6_000}
    assert time.process_time() - begun < 20  # a third of the first lines alone took 45 s


def flat(leaves: list[str]) -> Side:
    """A version of these leaves, one below the other."""
    text = "".join(f"{one}\n" for one in leaves)
    ends = list(accumulate((len(one) + 1 for one in leaves), initial=0))
    node = tree_of("x").nodes[-1]
    places = enumerate(pairwise(ends))
    return Side(text, [replace(node, address=f"0.{n}", order=n, start=a, end=b) for n, (a, b) in places])


@pytest.mark.parametrize("old", ["甲乙丙丁戊己庚辛", "The Bank keeps records. " * 3, "a b a b a b", ""])
@pytest.mark.parametrize("new", ["甲乙丁戊新己庚", "The Bank keeps no records. " * 2, "b a b a", "x"])
def test_words_compared_in_a_hurry_are_the_same_words(monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    monkeypatch.setattr(lineage_module, "_MOST_STEPS", 0)
    told = changed_words(old, new)
    assert "".join(words for change, words in told if change != "inserted") == old
    assert "".join(words for change, words in told if change != "deleted") == new


@pytest.mark.parametrize("most_steps", [5_000_000, 0])
@quick
@given(documents, documents)
def test_every_leaf_of_both_versions_has_its_step(
    most_steps: int, first: tuple[Spec, ...], second: tuple[Spec, ...]
) -> None:
    sides = []
    for specs in (first, second):
        document = parsed(specs)
        sides.append(Side(document.text, build_nodes(document, find_structure(document), "doc")))
    with patch.object(lineage_module, "_MOST_STEPS", most_steps):  # with none the leaves are compared in a hurry
        steps = lineage(*sides)
    shared = {"old": LineageState.SPLIT, "new": LineageState.MERGED}
    for name, one in (("old", sides[0]), ("new", sides[1])):
        leaves = [n.address for n in one.nodes if n.leaf and n.kind not in (NodeKind.FURNITURE, NodeKind.HIDDEN)]
        assert {getattr(s, name) for s in steps} - {None} == set(leaves)
        alone = [getattr(s, name) for s in steps if s.state is not shared[name] and getattr(s, name) is not None]
        assert len(alone) == len(set(alone))
    assert all((s.old is None) == (s.state is LineageState.INSERTED) for s in steps)
    assert all((s.new is None) == (s.state is LineageState.DELETED) for s in steps)


def entries_of(tree: Tree) -> tuple[IndexEntry, ...]:
    return index_entries(tree.version, "default", tree.text, tree.nodes, tree.tables)


def put(old: Tree | None, new: Tree, *, indexed: bool = True) -> set[str]:
    """The keys that the indexes are told."""
    told = {e.key: e.fingerprint for e in entries_of(old)} if old is not None and indexed else {}
    found = changes(old, Side(new.text, new.nodes), entries_of(new), told)
    return {e.key for e in found.entries}


def test_the_index_is_told_only_what_changed() -> None:
    text = "".join(f"第{i}段，paragraph {i} says something of its own.\n" for i in range(200))
    old, new = tree_of(text), tree_of(text.replace("paragraph 77 says", "paragraph 77 no longer says"))
    assert len(put(old, new)) == 1


def test_an_unchanged_version_tells_the_index_nothing() -> None:
    assert put(tree_of(OLD), tree_of(OLD)) == set()


def test_the_first_version_tells_it_everything_and_so_does_a_deleted_document_that_comes_back() -> None:
    tree = tree_of(OLD)
    keys = {n.passage_key for n in tree.nodes if n.passage_key}
    assert put(None, tree) == keys
    assert put(tree, tree, indexed=False) == keys


def test_a_changed_title_is_told_for_every_passage() -> None:
    tree = tree_of(OLD)
    keys = {n.passage_key for n in tree.nodes if n.passage_key}
    renamed = replace(tree, version=replace(tree.version, title="another title"))
    assert put(tree, renamed) == keys
    assert put(tree, replace(tree, version=replace(tree.version, collection="elsewhere"))) == keys


def test_furniture_is_never_told() -> None:
    document = parsed((Spec(BlockKind.FURNITURE, "page 1"), Spec(BlockKind.PARAGRAPH, "Words. 内容。")))
    nodes = build_nodes(document, find_structure(document), "doc")
    entries = index_entries(tree_of("x").version, "default", document.text, nodes, ())
    assert [e.body for e in entries] == ["Words. 内容。"]
