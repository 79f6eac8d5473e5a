"""What became of each leaf between two versions, and what the indexes are told."""

from hypothesis import HealthCheck, given, settings

from docs_ingest.changes import Side, changes, lineage
from docs_ingest.derive import keyword_entries
from docs_ingest.parsed import BlockKind
from docs_ingest.structure import find_structure
from docs_ingest.tree import build_nodes
from stores.records import LineageState, NodeKind, Tree
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


@quick
@given(documents, documents)
def test_every_leaf_of_both_versions_occurs_once(first: tuple[Spec, ...], second: tuple[Spec, ...]) -> None:
    sides = []
    for specs in (first, second):
        document = parsed(specs)
        sides.append(Side(document.text, build_nodes(document, find_structure(document), "doc")))
    steps = lineage(*sides)
    for name, one in (("old", sides[0]), ("new", sides[1])):
        leaves = [n.address for n in one.nodes if n.leaf and n.kind not in (NodeKind.FURNITURE, NodeKind.HIDDEN)]
        named = [getattr(s, name) for s in steps if getattr(s, name) is not None]
        assert sorted(named) == sorted(leaves)
    assert all((s.old is None) == (s.state is LineageState.INSERTED) for s in steps)
    assert all((s.new is None) == (s.state is LineageState.DELETED) for s in steps)


def put(old: Tree | None, new: Tree, **more: bool) -> set[str]:
    """The keys that the indexes are told."""
    entries = keyword_entries(new.version, "default", new.text, new.nodes, new.tables)
    found = changes(old, Side(new.text, new.nodes), entries, more.pop("indexed", True), **more)
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
    assert put(tree, tree, renamed=True) == keys


def test_furniture_is_never_told() -> None:
    document = parsed((Spec(BlockKind.FURNITURE, "page 1"), Spec(BlockKind.PARAGRAPH, "Words. 内容。")))
    nodes = build_nodes(document, find_structure(document), "doc")
    entries = keyword_entries(tree_of("x").version, "default", document.text, nodes, ())
    assert [e.body for e in entries] == ["Words. 内容。"]
