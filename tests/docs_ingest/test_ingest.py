"""The ingest walk: a file goes in, an answerable version comes out, or a reason why not."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from docs_ingest.derive import Derived
from docs_ingest.errors import IngestError, NeedsOcr
from docs_ingest.ingest import ingest, refuse
from docs_ingest.sandbox import PageDone, Request
from docs_ingest.sync import sync
from docs_ingest.uploads import Upload
from stores.errors import StoreConflict
from stores.events import Event, FileDone
from stores.ids import FixedClock
from stores.memory import MemoryKeywords, MemoryLedger
from stores.records import IngestRecord, IngestStatus, NewVersion, Reader
from tests.navigators.house import ReadHere

LAW = "# 反洗钱法\n第一条 应当保存十年。The Bank keeps records.\n第二条 不得开户。\n"


class House:
    def __init__(self) -> None:
        self.clock = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
        self.ledger = MemoryLedger(self.clock)
        self.events: list[Event] = []

    def take(self, name: str = "law.md", text: str = LAW, **more: object) -> IngestRecord:
        upload = replace(Upload(text.encode(), name), **more)  # type: ignore[arg-type]
        return ingest(upload, reading=ReadHere(), intake=self.ledger.intake, clock=self.clock, emit=self.events.append)

    def outcome(self, reading: object) -> IngestRecord:
        upload = Upload(b"x", "file.pdf")
        return ingest(upload, reading=reading, intake=self.ledger.intake, clock=self.clock)  # type: ignore[arg-type]


@pytest.fixture
def house() -> House:
    return House()


async def test_a_file_becomes_a_version_with_tree_entries_and_record(house: House) -> None:
    record = house.take()
    assert (record.status, record.document, record.version) == (IngestStatus.READY, "law", 1)
    version = await house.ledger.library.version(Reader(), "law")
    tree = await house.ledger.library.tree(Reader(), version.id)
    assert tree.text == LAW
    assert version.title == "反洗钱法"
    assert version.root_hash == tree.nodes[0].subtree_hash
    assert await house.ledger.outbox.waiting() == sum(n.passage_key is not None for n in tree.nodes)
    assert [r.status for r in await house.ledger.library.ingests(Reader())] == [IngestStatus.READY]


def test_a_version_that_shares_little_with_the_one_before_says_so(house: House) -> None:
    house.take()
    other = "# 年度报告\n" + "".join(f"第{n}段写的是完全不同的内容，编号{n * 7919}。\n\n" for n in range(1, 40))
    assert house.take(text=LAW.replace("十年", "五年")).reason is None
    record = house.take(text=other)
    assert (record.status, record.version) == (IngestStatus.READY, 3)
    assert record.reason is not None
    assert "another document" in record.reason
    assert "--document" in record.reason


async def test_the_same_bytes_again_are_unchanged_under_whatever_name(house: House) -> None:
    house.take()
    waiting = await house.ledger.outbox.waiting()
    again = house.take("renamed.md", document="law")
    assert (again.status, again.version) == (IngestStatus.UNCHANGED, 1)
    assert len(await house.ledger.library.history(Reader(), "law")) == 1
    assert await house.ledger.outbox.waiting() == waiting


def test_an_unchanged_upload_to_another_collection_says_where_it_stays(house: House) -> None:
    house.take()
    assert "collection 'default'" in (house.take(collection="other").reason or "")


async def test_other_bytes_are_the_next_version_and_the_index_follows_what_changed(house: House) -> None:
    keywords = MemoryKeywords()
    text = "".join(f"第{i}条 paragraph {i} of the policy says something of its own.\n" for i in range(1, 201))
    house.take(text=text)
    await sync(house.ledger.outbox, keywords, "worker", house.clock)
    house.take(text=text.replace("paragraph 77 of", "paragraph 77, amended, of"))
    assert await house.ledger.outbox.waiting() == 1
    await sync(house.ledger.outbox, keywords, "worker", house.clock)
    assert [h.document for h in await keywords.search("default", "amended", 5)] == ["law"]
    assert len(await house.ledger.library.history(Reader(), "law")) == 2


async def test_the_name_dates_a_version_and_the_next_one_without_a_date_begins_today(house: House) -> None:
    house.take("law.2020-01-01.md")
    house.take("law.md", LAW + "第三条 新增。\n")
    first, second = await house.ledger.library.history(Reader(), "law")
    assert (first.effective_from, second.effective_from) == (date(2020, 1, 1), date(2026, 3, 1))


async def test_going_back_to_older_words_is_a_version_of_its_own(house: House) -> None:
    house.take()
    house.take(text=LAW + "第三条 新增。\n")
    assert house.take().version == 3
    assert (await house.ledger.library.version(Reader(), "law")).number == 3


class _OlderParser:
    """An intake as it was before the parser was upgraded."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._intake = ledger.intake

    def __getattr__(self, name: str) -> object:
        return getattr(self._intake, name)

    def save(self, new: NewVersion, record: IngestRecord) -> None:
        self._intake.save(replace(new, version=replace(new.version, parser="citepath-ingest/0 old-reader")), record)


async def test_a_newer_parser_makes_another_derivation_of_the_same_version(house: House) -> None:
    upload = Upload(LAW.encode(), "law.md")
    ingest(upload, reading=ReadHere(), intake=_OlderParser(house.ledger), clock=house.clock)  # type: ignore[arg-type]
    record = house.take()
    assert (record.status, record.version) == (IngestStatus.READY, 1)
    (version,) = await house.ledger.library.history(Reader(), "law")
    assert version.derivation == 2
    assert (await house.ledger.library.tree(Reader(), version.id, 1)).text == LAW


async def test_a_deleted_document_that_is_sent_again_comes_back_whole(house: House) -> None:
    keywords = MemoryKeywords()
    house.take(text=LAW + "第三条 旧文。\n")
    house.take()
    house.ledger.intake.delete("default", "law")
    await sync(house.ledger.outbox, keywords, "worker", house.clock)
    assert await keywords.count() == 0
    assert house.take().status is IngestStatus.READY
    await sync(house.ledger.outbox, keywords, "worker", house.clock)
    assert await keywords.search("default", "应当保存十年", 5)
    assert await keywords.search("default", "旧文", 5)  # it can be asked about as of its day again


@pytest.mark.parametrize("document", ["a b", "a@1", ""])
def test_an_id_that_cannot_be_cited_is_refused(house: House, document: str) -> None:
    record = house.take(document=document)
    assert record.status is IngestStatus.FAILED
    assert "cannot be used" in (record.reason or "")


class _Refuses:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def derive(self, request: Request, page_done: PageDone = lambda page, pages: None) -> Derived:
        raise self._error


@pytest.mark.parametrize(
    ("error", "status"),
    [(IngestError("damaged: save it anew"), IngestStatus.FAILED), (NeedsOcr("3 pages"), IngestStatus.NEEDS_OCR)],
)
async def test_a_file_that_cannot_be_read_leaves_its_reason_and_nothing_else(
    house: House, error: Exception, status: IngestStatus
) -> None:
    record = house.outcome(_Refuses(error))
    assert (record.status, record.reason, record.version) == (status, str(error), None)
    assert await house.ledger.library.documents(Reader()) == []
    assert await house.ledger.outbox.waiting() == 0
    assert [r.reason for r in await house.ledger.library.ingests(Reader())] == [str(error)]


@pytest.mark.parametrize("text", ["", "  \n ", "-----\n"])
def test_a_file_without_text_is_refused(house: House, text: str) -> None:
    assert house.take("empty.txt", text).status is IngestStatus.FAILED


class _Overtaken:
    """An intake that others write to first, so many times."""

    def __init__(self, ledger: MemoryLedger, times: int) -> None:
        self._intake = ledger.intake
        self.times = times

    def __getattr__(self, name: str) -> object:
        return getattr(self._intake, name)

    def save(self, new: NewVersion, record: IngestRecord) -> None:
        self.times -= 1
        if self.times >= 0:
            raise StoreConflict("somebody else came first")
        self._intake.save(new, record)


def test_a_save_that_was_overtaken_is_decided_anew(house: House) -> None:
    intake = _Overtaken(house.ledger, times=2)
    record = ingest(Upload(LAW.encode(), "law.md"), reading=ReadHere(), intake=intake, clock=house.clock)  # type: ignore[arg-type]
    assert record.status is IngestStatus.READY


class _SameAtTheSameTime(_Overtaken):
    """Another writer saves the very same upload just before."""

    def save(self, new: NewVersion, record: IngestRecord) -> None:
        self.times -= 1
        self._intake.save(new, record)
        if self.times >= 0:
            raise StoreConflict("somebody else came first")


async def test_two_writers_of_the_same_bytes_make_one_version_and_one_derivation(house: House) -> None:
    intake = _SameAtTheSameTime(house.ledger, times=1)
    record = ingest(Upload(LAW.encode(), "law.md"), reading=ReadHere(), intake=intake, clock=house.clock)  # type: ignore[arg-type]
    assert (record.status, record.version) == (IngestStatus.UNCHANGED, 1)
    (version,) = await house.ledger.library.history(Reader(), "law")
    assert version.derivation == 1


def test_a_save_that_is_always_overtaken_gives_up(house: House) -> None:
    intake = _Overtaken(house.ledger, times=99)
    with pytest.raises(StoreConflict):
        ingest(Upload(LAW.encode(), "law.md"), reading=ReadHere(), intake=intake, clock=house.clock)  # type: ignore[arg-type]


def test_events_tell_how_each_file_ended(house: House) -> None:
    house.take()
    house.take("bad.pdf", "no PDF")
    done = [e for e in house.events if isinstance(e, FileDone)]
    assert [(e.file, e.status) for e in done] == [("law.md", "ready"), ("bad.pdf", "failed")]
    assert done[1].reason


async def test_a_refused_file_is_on_record(house: House) -> None:
    refuse(Upload(b"", "huge.pdf"), "too large", intake=house.ledger.intake, clock=house.clock)
    (record,) = await house.ledger.library.ingests(Reader())
    assert (record.reason, record.source_hash) == ("too large", None)
