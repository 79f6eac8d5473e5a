"""Real files of every format, in both languages, through the reading child: what every tree promises.

The promises are those of the design's section on documents; what is random is the story that the file tells
(`written_files.py`). The child reads them as it reads an upload.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docs_ingest.balance import FAN_OUT
from docs_ingest.derive import Derived
from docs_ingest.ingest import ingest
from docs_ingest.sandbox import ReadingProcess, Request
from docs_ingest.tables import row_reading
from docs_ingest.uploads import Upload, new_version
from stores.ids import FixedClock
from stores.memory import MemoryLedger
from stores.records import IngestStatus, Node, NodeKind, Tree, ancestors, parent_address
from tests.docs_ingest.written_files import WRITERS, Story, stories

ROOT = Path(__file__).resolve().parents[2]
CLOCK = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
few = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
once = settings(max_examples=1, deadline=None, suppress_health_check=[HealthCheck.too_slow])
every_format = pytest.mark.parametrize("name", WRITERS)
tables_kept = pytest.mark.parametrize("name", ["a.md", "a.html", "a.docx", "a.epub", "utf-8.txt"])
either = st.sampled_from(("en", "zh")).flatmap(stories)


@pytest.fixture(scope="module")
def child() -> Iterator[ReadingProcess]:
    with ReadingProcess() as process:
        yield process


def read(child: ReadingProcess, name: str, story: Story) -> Derived:
    return child.derive(Request(WRITERS[name](story), name, "story"))


def letters(words: str) -> str:
    return re.sub(r"\W", "", words)


def words_of(made: Derived, node: Node) -> str:
    return made.text[node.start : node.end]


@few
@given(story=either)
@every_format
def test_every_word_that_was_written_can_be_cited_in_its_order(child: ReadingProcess, name: str, story: Story) -> None:
    made = read(child, name, story)
    cited = letters("".join(words_of(made, n) for n in made.nodes if n.leaf and n.kind.citable))
    at = 0
    for said in (letters(words) for part in story for words in part.said):
        found = cited.find(said, at)
        assert found >= 0, said
        at = found + len(said)


@few
@given(story=either)
@every_format
def test_children_tile_their_parent_and_no_node_has_more_than_twenty(
    child: ReadingProcess, name: str, story: Story
) -> None:
    made = read(child, name, story)
    below: dict[str | None, list[Node]] = {}
    for node in made.nodes:
        below.setdefault(parent_address(node.address), []).append(node)
    addresses = {n.address for n in made.nodes}
    assert len(addresses) == len(made.nodes)
    assert (made.nodes[0].start, made.nodes[0].end) == (0, len(made.text))
    for node in made.nodes:
        assert addresses >= set(ancestors(node.address))
        inner = below.get(node.address, [])
        assert len(inner) == node.children <= FAN_OUT
        edges = [node.start, *(n.end for n in inner)]
        assert [n.start for n in inner] == edges[:-1]
        assert not inner or edges[-1] == node.end


@few
@given(story=either)
@every_format
def test_hashes_lines_and_eids_are_those_of_the_text(child: ReadingProcess, name: str, story: Story) -> None:
    made = read(child, name, story)
    eids = [n.eid for n in made.nodes if n.eid is not None]
    assert len(set(eids)) == len(eids)
    for node in made.nodes:
        if node.leaf:
            assert node.content_hash == sha256(words_of(made, node).encode()).hexdigest()
    at = 0
    for line in made.lines:
        assert at <= line.start < line.end <= len(made.text)
        at = line.end
        if name.endswith(".pdf"):
            assert line.page is not None
            assert 1 <= line.page <= (made.pages or 0)
            assert line.box is not None
            assert line.box[0] < line.box[2]
            assert line.box[1] < line.box[3]


@few
@given(story=either)
@tables_kept
def test_a_row_reads_alone_with_the_head_of_each_of_its_cells(child: ReadingProcess, name: str, story: Story) -> None:
    made = read(child, name, story)
    upload = replace(Upload(b"", name), document="story")
    tree = Tree(new_version(upload, made, None, None, CLOCK), made.text, made.nodes, made.lines, made.tables)
    read_alone = [row_reading(tree, n.address) or "" for n in made.nodes if n.kind is NodeKind.ROW]
    for part in story:
        heads, *rows = part.rows or ((),)
        for row in rows:
            (reading,) = [r for r in read_alone if row[0] in r and row[1] in r]
            for head, cell in zip(heads[1:], row[1:], strict=True):
                assert re.search(rf"{re.escape(head)}\s*[:：]\s*{re.escape(cell)}", reading), reading


def printed(made: Derived) -> list[object]:
    """What must be the same wherever the same bytes are read."""
    hashes = [[n.address, n.kind.value, n.eid, n.subtree_hash] for n in made.nodes]
    return [
        sha256(made.text.encode()).hexdigest(),
        hashes,
        [[e.source, e.start, e.label, e.target] for e in made.edges],
    ]


READ_THERE = """
import json, sys
from pathlib import Path
from docs_ingest.sandbox import ReadingProcess, Request
from tests.docs_ingest.test_formats import printed
with ReadingProcess() as child:
    requests = [Request(path.read_bytes(), path.name, "story") for path in Path(sys.argv[1]).iterdir()]
    print(json.dumps({r.file_name: printed(child.derive(r)) for r in requests}))
"""


@once
@given(english=stories("en"), chinese=stories("zh"))
def test_another_process_makes_the_same_text_and_tree_of_the_same_bytes(
    child: ReadingProcess, tmp_path_factory: pytest.TempPathFactory, english: Story, chinese: Story
) -> None:
    folder = tmp_path_factory.mktemp("files")
    here = {}
    for tongue, story in (("en", english), ("zh", chinese)):
        for name, write in WRITERS.items():
            data = write(story)
            (folder / f"{tongue}-{name}").write_bytes(data)
            here[f"{tongue}-{name}"] = printed(child.derive(Request(data, f"{tongue}-{name}", "story")))
    there = subprocess.run(
        [sys.executable, "-c", READ_THERE, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert json.loads(there.stdout) == json.loads(json.dumps(here))


@once
@given(story=either)
@every_format
def test_taking_a_file_in_again_gives_the_same_version(child: ReadingProcess, name: str, story: Story) -> None:
    data = WRITERS[name](story)
    hashes = []
    for _ in range(2):  # in two ledgers
        ledger = MemoryLedger(CLOCK)
        first = ingest(Upload(data, name), reading=child, intake=ledger.intake, clock=CLOCK)
        assert first.status is IngestStatus.READY, first.reason
        again = ingest(Upload(data, name), reading=child, intake=ledger.intake, clock=CLOCK)
        assert (again.status, again.version) == (IngestStatus.UNCHANGED, 1)
        version = ledger.intake.latest("default", first.document)
        assert version is not None
        hashes.append((version.text_hash, version.root_hash))
    assert hashes[0] == hashes[1]


@few
@given(story=stories("zh"))
def test_big5_is_read_when_told(child: ReadingProcess, story: Story) -> None:
    words = "客戶身分資料應當至少保存十年。\n\n" + "\n\n".join(f"第{i}項 銀行不得開戶。" for i in range(len(story)))
    made = child.derive(Request(words.encode("big5"), "a.txt", "story", "big5"))
    assert made.text == words
