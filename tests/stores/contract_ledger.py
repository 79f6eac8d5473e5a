"""What every ledger promises: the ports Library, Intake, Outbox and Runs.

Run by `test_ledger.py` on memory and on SQLite, by `test_ledger_mysql.py` on
MariaDB; a new ledger subclasses `LedgerContract` with its own fixtures `ledger`
and `two_targets`, a ledger that tells the indexes "keywords" and "vectors".
"""

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from stores.errors import NotFound, StoreConflict
from stores.ids import FixedClock
from stores.records import (
    Cost,
    Coverage,
    EdgeKind,
    EffectiveSource,
    Effort,
    IndexEntry,
    IngestRecord,
    IngestStatus,
    LineageState,
    OutboxRow,
    Outcome,
    Place,
    Run,
)
from tests.stores.samples import (
    EN,
    MIXED,
    ODD,
    READER,
    STRANGER,
    ZH,
    Ledger,
    add,
    new_version,
    passage_key,
    read_anew,
    record_of,
)

START = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
LEASE = timedelta(seconds=60)
TARGETS = ("keywords", "vectors")


def a_clock() -> FixedClock:
    return FixedClock(START)


def a_run(clock: FixedClock, tenant: str = "default", question: str = "什么是 KYC?") -> Run:
    return Run(
        id=clock.new_id(),
        tenant=tenant,
        subject="local",
        question=question,
        collection=None,
        documents=("policy",),
        as_of=date(2025, 7, 1),
        effort=Effort.STANDARD,
        started_at=clock.now(),
        outcome=Outcome.PARTIAL,
        generator="extractive",
        judge="lexical",
        answer="客户 \ud800 must be identified.",
        claims=(),
        rejected=(),
        facets=(),
        coverage=Coverage(dropped={"superseded": 1}),
        degraded=("keywords",),
        cost=Cost(seconds=1.5, steps={"narrow": 0.25}),
        versions=(),
        notes=(),
        passages=(),
    )


class LedgerContract:
    # -- reading back what was saved

    @pytest.mark.parametrize("paragraphs", [ZH, EN, MIXED, ODD], ids=["zh", "en", "mixed", "odd"])
    async def test_a_version_is_read_back_as_it_was_saved(self, ledger: Ledger, paragraphs: tuple[str, ...]) -> None:
        new = add(ledger, paragraphs, title="\ud800 标题 title\x00")
        tree = await ledger.library.tree(READER, new.version.id)
        assert tree.version == new.version
        assert tree.text == new.text
        assert tree.nodes == new.nodes
        assert tree.lines == new.lines
        assert ledger.intake.latest_tree("default", "policy") == tree
        assert ledger.intake.latest("default", "policy") == new.version
        assert await ledger.library.documents(READER) == [new.document]

    async def test_a_version_without_text_lines_and_passages_is_kept_too(self, ledger: Ledger) -> None:
        new = add(ledger, ())
        tree = await ledger.library.tree(READER, new.version.id)
        assert (tree.text, tree.lines, len(tree.nodes)) == ("", (), 1)

    async def test_histories_begin_with_the_oldest_number(self, ledger: Ledger) -> None:
        saved = [add(ledger, (f"{n}",)).version for n in range(12)]
        assert await ledger.library.history(READER, "policy") == saved
        assert [v.number for v in saved] == list(range(1, 13))

    async def test_a_version_is_found_by_its_number_or_else_not(self, ledger: Ledger) -> None:
        first, second = add(ledger, ZH).version, add(ledger, EN).version
        assert await ledger.library.version(READER, "policy", 1) == first
        assert await ledger.library.version(READER, "policy") == second
        for document, number in (("policy", 3), ("policy", 0), ("nothing", None), ("\ud800" * 300, None)):
            with pytest.raises(NotFound):
                await ledger.library.version(READER, document, number)

    async def test_an_unknown_version_has_no_tree(self, ledger: Ledger) -> None:
        new = add(ledger, ZH)
        for version_id, derivation in (("nothing", None), (new.version.id, 2)):
            with pytest.raises(NotFound):
                await ledger.library.tree(READER, version_id, derivation)

    async def test_a_document_takes_the_title_and_collection_of_its_newest_version(self, ledger: Ledger) -> None:
        first = add(ledger, ZH, title="旧 old", collection="drafts")
        ledger.clock.advance(60)
        add(ledger, EN, title="新 new", collection="laws")
        expected = replace(first.document, title="新 new", collection="laws")  # and stays as old as it is
        assert await ledger.library.documents(READER) == [expected]
        assert await ledger.library.documents(READER, collection="drafts") == []
        assert [v.number for v in await ledger.library.versions(READER, collection="laws")] == [2]
        assert await ledger.library.versions(READER, collection="drafts") == []

    async def test_versions_are_those_in_scope_sorted_by_document(self, ledger: Ledger) -> None:
        for name, collection in (("b", "laws"), ("办法", "laws"), ("a", "notes"), ("B", "laws")):
            add(ledger, (name,), document=name, collection=collection)
        everything = await ledger.library.versions(READER)
        assert [v.document for v in everything] == ["B", "a", "b", "办法"]
        assert [v.document for v in await ledger.library.versions(READER, collection="laws")] == ["B", "b", "办法"]
        named = await ledger.library.versions(READER, documents=["办法", "a", "a", "nothing"])
        assert [v.document for v in named] == ["a", "办法"]
        assert await ledger.library.versions(READER, documents=[]) == []
        assert await ledger.library.versions(READER, collection="laws", documents=["a"]) == []

    async def test_more_documents_can_be_named_than_fit_into_one_statement(self, ledger: Ledger) -> None:
        add(ledger, ZH)
        many = [f"d{i}" for i in range(1200)]
        assert len(await ledger.library.versions(READER, documents=[*many, "policy"])) == 1
        assert set((await ledger.library.standing(READER, many)).values()) == {"deleted"}
        assert await ledger.library.places(READER, many, many) == {}

    # -- what lies beside the tree

    @pytest.mark.parametrize("paragraphs", [ZH, EN, MIXED, ODD], ids=["zh", "en", "mixed", "odd"])
    async def test_tables_and_page_labels_are_read_back_as_they_were_saved(
        self, ledger: Ledger, paragraphs: tuple[str, ...]
    ) -> None:
        new = add(ledger, paragraphs)
        tree = await ledger.library.tree(READER, new.version.id)
        assert tree.tables == new.tables
        assert tree.page_labels == new.page_labels
        assert len(tree.tables) == 2 and len(tree.page_labels) == 5
        assert set(tree.table_rows) == {new.nodes[1].address, new.nodes[-1].address}

    async def test_a_version_without_tables_labels_edges_and_notes_has_none(self, ledger: Ledger) -> None:
        new = add(ledger, ())
        tree = await ledger.library.tree(READER, new.version.id)
        assert (tree.tables, tree.page_labels, tree.version.notes) == ((), (), ())
        assert await ledger.library.edges(READER, new.version.id) == []
        assert await ledger.library.lineage(READER, new.version.id) == []

    async def test_edges_are_read_back_in_the_order_they_were_saved_in(self, ledger: Ledger) -> None:
        first, second = add(ledger, (*ZH, *EN)), add(ledger, [f"第 {n} 条 Section {n}" for n in range(300)])
        for new in (first, second):
            assert await ledger.library.edges(READER, new.version.id) == list(new.edges)
        assert len(second.edges) == 1200
        assert {edge.kind for edge in second.edges} == set(EdgeKind)

    async def test_lineage_is_read_back_in_the_order_it_was_saved_in(self, ledger: Ledger) -> None:
        first = add(ledger, [f"第 {n} 条" for n in range(30)])
        second = add(ledger, [f"Section {n}." for n in range(40)])
        assert await ledger.library.lineage(READER, first.version.id) == []
        assert await ledger.library.lineage(READER, second.version.id) == list(second.lineage)
        assert {step.state for step in second.lineage} == set(LineageState)

    async def test_each_derivation_has_its_own_edges_tables_and_labels(self, ledger: Ledger) -> None:
        first = add(ledger, ZH)
        again = read_anew(
            ledger.clock, first, (*EN, *MIXED), before=await ledger.library.tree(READER, first.version.id)
        )
        ledger.intake.save(again, record_of(ledger.clock, again))
        assert first.edges != again.edges and first.tables != again.tables
        for derivation, saved in ((None, again), (2, again), (1, first)):
            assert await ledger.library.edges(READER, first.version.id, derivation) == list(saved.edges)
            tree = await ledger.library.tree(READER, first.version.id, derivation)
            assert (tree.tables, tree.page_labels) == (saved.tables, saved.page_labels)
        assert await ledger.library.lineage(READER, first.version.id) == list(again.lineage)  # of the current one

    async def test_edges_and_lineage_are_found_only_where_the_tree_is(self, ledger: Ledger) -> None:
        add(ledger, ZH)
        version = add(ledger, EN).version
        for reader, id_, derivation in (
            (READER, "nothing", None),
            (READER, version.id, 2),
            (STRANGER, version.id, None),
        ):
            with pytest.raises(NotFound):
                await ledger.library.edges(reader, id_, derivation)
        for reader, id_ in ((READER, "nothing"), (STRANGER, version.id)):
            with pytest.raises(NotFound):
                await ledger.library.lineage(reader, id_)
        ledger.intake.delete("default", "policy")
        for read in (
            ledger.library.edges(READER, version.id),
            ledger.library.edges(READER, version.id, 1),
            ledger.library.lineage(READER, version.id),
        ):
            with pytest.raises(NotFound):
                await read

    async def test_what_a_person_should_know_of_the_reading_is_kept(self, ledger: Ledger) -> None:
        notes = ("3 tracked changes accepted", "修订 2 处 \ud800", "“quoted”, with\nlines\x00")
        new = add(ledger, ZH, notes=notes)
        assert new.version.notes == notes
        assert (await ledger.library.version(READER, "policy")).notes == notes
        assert (await ledger.library.tree(READER, new.version.id)).version.notes == notes
        latest = ledger.intake.latest("default", "policy")
        assert latest is not None and latest.notes == notes

    @pytest.mark.parametrize("source", EffectiveSource)
    async def test_who_said_from_when_a_version_is_in_force_is_kept(
        self, ledger: Ledger, source: EffectiveSource
    ) -> None:
        new = add(ledger, ZH, effective_from=date(2025, 1, 1), effective_source=source).version
        assert (new.effective_from, new.effective_source) == (date(2025, 1, 1), source)
        assert await ledger.library.history(READER, "policy") == [new]
        undated = add(ledger, EN, document="undated").version
        assert (await ledger.library.version(READER, "undated")) == undated
        assert undated.effective_source is None

    # -- days

    async def test_the_version_in_force_is_that_of_the_day(self, ledger: Ledger) -> None:
        old = add(ledger, ZH, effective_from=date(2023, 1, 1)).version
        new = add(ledger, EN, effective_from=date(2025, 7, 1), effective_to=date(2026, 1, 1)).version
        for day, expected in (
            (date(2022, 12, 31), []),
            (date(2023, 1, 1), [old]),
            (date(2025, 6, 30), [old]),
            (date(2025, 7, 1), [new]),
            (date(2025, 12, 31), [new]),
            (None, [old]),  # today the newer one has ended
        ):
            assert await ledger.library.versions(READER, as_of=day) == expected, day
            standing = await ledger.library.standing(READER, [old.id, new.id], as_of=day)
            assert [id_ for id_, state in standing.items() if state == "current"] == [v.id for v in expected], day

    async def test_a_document_that_begins_tomorrow_is_not_in_force_today(self, ledger: Ledger) -> None:
        new = add(ledger, ZH, effective_from=date(2026, 3, 3)).version
        assert await ledger.library.versions(READER) == []
        assert await ledger.library.standing(READER, [new.id]) == {new.id: "superseded"}
        with pytest.raises(NotFound):
            await ledger.library.version(READER, "policy")
        ledger.clock.advance(86400)
        assert await ledger.library.version(READER, "policy") == new

    async def test_standing_tells_current_superseded_and_unknown_apart(self, ledger: Ledger) -> None:
        first, second = add(ledger, ZH).version, add(ledger, EN).version
        assert await ledger.library.standing(READER, [second.id, first.id, "nothing"]) == {
            second.id: "current",
            first.id: "superseded",
            "nothing": "deleted",
        }

    # -- places

    async def test_places_are_those_in_the_versions_named(self, ledger: Ledger) -> None:
        first, second = add(ledger, ZH).version, add(ledger, (*EN, ZH[0])).version
        key = passage_key("policy", ZH[0])
        both = await ledger.library.places(READER, [key, "nothing"], [second.id, first.id])
        assert both == {key: [Place(key, first.id, "policy", 1, "0.0"), Place(key, second.id, "policy", 2, "0.2")]}
        gone = passage_key("policy", ZH[1])
        assert await ledger.library.places(READER, [gone], [second.id]) == {}

    async def test_a_passage_that_stands_twice_has_two_places(self, ledger: Ledger) -> None:
        new = add(ledger, [*("甲 x",) * 12])
        key = passage_key("policy", "甲 x")
        found = await ledger.library.places(READER, [key, key], [new.version.id])
        assert [place.address for place in found[key]] == [f"0.{i}" for i in range(12)]  # in document order

    # -- derivations

    async def test_a_new_derivation_is_current_and_the_old_one_stays_readable(self, ledger: Ledger) -> None:
        first = add(ledger, ZH)
        again = read_anew(ledger.clock, first, EN, before=await ledger.library.tree(READER, first.version.id))
        ledger.clock.advance(60)
        ledger.intake.save(again, record_of(ledger.clock, again))
        current = await ledger.library.tree(READER, first.version.id)
        assert (current.text, current.nodes, current.version.derivation) == (again.text, again.nodes, 2)
        assert current.version.created_at == first.version.created_at  # it is the same upload
        old = await ledger.library.tree(READER, first.version.id, 1)
        assert (old.text, old.nodes, old.lines, old.version) == (first.text, first.nodes, first.lines, first.version)
        assert await ledger.library.history(READER, "policy") == [current.version]
        assert ledger.intake.latest("default", "policy") == current.version
        assert await ledger.library.places(READER, [passage_key("policy", ZH[0])], [first.version.id]) == {}
        with pytest.raises(StoreConflict):  # another worker did the same
            ledger.intake.save(again, record_of(ledger.clock, again))

    # -- the transaction

    async def test_a_save_that_comes_second_writes_nothing(self, ledger: Ledger) -> None:
        first = add(ledger, ZH)
        late = new_version(ledger.clock, EN, before=await ledger.library.tree(READER, first.version.id))
        second = add(ledger, MIXED)
        before = await everything(ledger)
        for follows in (None, 1, 7):
            with pytest.raises(StoreConflict):
                ledger.intake.save(replace(late, follows=follows), record_of(ledger.clock, late))
        assert await everything(ledger) == before
        assert await ledger.library.history(READER, "policy") == [first.version, second.version]

    async def test_a_first_version_that_claims_to_follow_one_is_refused(self, ledger: Ledger) -> None:
        new = replace(new_version(ledger.clock, ZH), follows=1)
        with pytest.raises(StoreConflict):
            ledger.intake.save(new, record_of(ledger.clock, new))
        assert await ledger.library.documents(READER) == []

    async def test_writers_of_one_document_at_once_lose_nothing(self, ledger: Ledger) -> None:
        def write(words: str) -> None:
            while True:
                new = new_version(ledger.clock, (words,), before=ledger.intake.latest_tree("default", "policy"))
                try:
                    ledger.intake.save(new, record_of(ledger.clock, new))
                except StoreConflict:
                    continue
                return

        threads = [threading.Thread(target=write, args=(f"第 {n} words",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        history = await ledger.library.history(READER, "policy")
        assert [v.number for v in history] == list(range(1, 9))
        texts = {(await ledger.library.tree(READER, v.id)).text for v in history}
        assert texts == {f"第 {n} words" for n in range(8)}
        rows = await ledger.outbox.claim("w", 100, LEASE)
        assert {row.entry.body for row in rows if row.entry is not None} == texts  # all versions stay in the indexes

    async def test_every_write_to_a_collection_raises_its_revision_and_the_tenants(self, ledger: Ledger) -> None:
        async def revisions() -> tuple[int, int, int]:
            read = ledger.library.revision
            return await read(READER, "laws"), await read(READER, "notes"), await read(READER, None)

        assert await revisions() == (0, 0, 0)
        add(ledger, ZH, collection="laws")
        one = await revisions()
        assert one[0] > 0 and one[1] == 0 and one[2] > 0
        add(ledger, EN, collection="notes")  # it leaves the one and comes into the other
        two = await revisions()
        assert all(b > a for a, b in zip(one, two, strict=True))
        ledger.intake.delete("default", "policy")
        three = await revisions()
        assert three[0] == two[0] and three[1] > two[1] and three[2] > two[2]
        assert await ledger.library.revision(STRANGER, None) == 0

    async def test_the_version_made_of_the_same_bytes_is_found(self, ledger: Ledger) -> None:
        first, _, third = (add(ledger, words).version for words in (ZH, EN, ZH))
        assert first.source_hash == third.source_hash
        assert ledger.intake.with_source("default", "policy", first.source_hash) == third
        assert ledger.intake.with_source("default", "policy", "0" * 64) is None
        assert ledger.intake.with_source("default", "other", first.source_hash) is None
        assert ledger.intake.with_source("other-bank", "policy", first.source_hash) is None

    async def test_how_uploads_ended_is_told_newest_first(self, ledger: Ledger) -> None:
        new = add(ledger, ZH)
        ledger.clock.advance(1)
        failed = IngestRecord(
            id=ledger.clock.new_id(),
            tenant="default",
            collection="default",
            document="scan",
            file_name="扫描 scan\udcff.pdf",
            source_hash=None,
            status=IngestStatus.NEEDS_OCR,
            reason="no text 没有文字",
            version=None,
            at=ledger.clock.now(),
        )
        ledger.intake.record(failed)
        told = await ledger.library.ingests(READER)
        assert told[0] == failed
        assert (told[1].document, told[1].version, told[1].status) == ("policy", 1, IngestStatus.READY)
        assert told[1].source_hash == new.version.source_hash
        assert await ledger.library.ingests(READER, limit=1) == [failed]
        assert await ledger.library.ingests(STRANGER) == []

    # -- deletion

    async def test_from_the_deletion_on_no_read_returns_text(self, ledger: Ledger) -> None:
        version = add(ledger, ZH).version
        key = passage_key("policy", ZH[0])
        assert ledger.intake.delete("default", "policy") is True
        assert await ledger.library.versions(READER) == []
        assert await ledger.library.versions(READER, documents=["policy"], as_of=date(2026, 1, 1)) == []
        assert await ledger.library.documents(READER) == []
        assert await ledger.library.places(READER, [key], [version.id]) == {}
        assert await ledger.library.standing(READER, [version.id]) == {version.id: "deleted"}
        for read in (
            ledger.library.tree(READER, version.id),
            ledger.library.tree(READER, version.id, 1),
            ledger.library.history(READER, "policy"),
            ledger.library.version(READER, "policy"),
            ledger.library.version(READER, "policy", 1),
        ):
            with pytest.raises(NotFound):
                await read
        assert ledger.intake.delete("default", "policy") is False
        assert ledger.intake.delete("default", "nothing") is False
        assert ledger.intake.alive("default", "policy") is False
        assert ledger.intake.latest("default", "policy") == version  # the walk still numbers on from it

    async def test_a_deleted_document_comes_back_with_its_next_version(self, ledger: Ledger) -> None:
        first = add(ledger, ZH).version
        ledger.intake.delete("default", "policy")
        second = add(ledger, ZH).version
        assert second.number == 2
        assert await ledger.library.history(READER, "policy") == [first, second]
        assert ledger.intake.alive("default", "policy") is True
        rows = await ledger.outbox.claim("w", 100, LEASE)
        assert [row.entry is not None for row in rows[-2:]] == [True, True]  # both passages are told again

    async def test_a_save_decided_before_a_deletion_is_refused(self, ledger: Ledger) -> None:
        first = add(ledger, ZH)
        tree = await ledger.library.tree(READER, first.version.id)
        decided = new_version(ledger.clock, (ZH[0], EN[0]), before=tree)  # tells the indexes what changed only
        ledger.intake.delete("default", "policy")
        with pytest.raises(StoreConflict):
            ledger.intake.save(decided, record_of(ledger.clock, decided))
        assert ledger.intake.alive("default", "policy") is False

    # -- tenants

    async def test_a_reader_of_another_tenant_sees_nothing(self, ledger: Ledger) -> None:
        version = add(ledger, ZH).version
        run = a_run(ledger.clock)
        await ledger.runs.save(run)
        assert await ledger.library.versions(STRANGER) == []
        assert await ledger.library.versions(STRANGER, documents=["policy"]) == []
        assert await ledger.library.documents(STRANGER) == []
        assert await ledger.library.places(STRANGER, [passage_key("policy", ZH[0])], [version.id]) == {}
        assert await ledger.library.standing(STRANGER, [version.id]) == {version.id: "deleted"}
        for read in (
            ledger.library.tree(STRANGER, version.id),
            ledger.library.history(STRANGER, "policy"),
            ledger.library.version(STRANGER, "policy"),
            ledger.runs.run(STRANGER, run.id),
        ):
            with pytest.raises(NotFound):
                await read
        assert await ledger.runs.latest(STRANGER) == []
        assert ledger.intake.latest("other-bank", "policy") is None
        assert ledger.intake.delete("other-bank", "policy") is False

    async def test_two_tenants_may_name_a_document_alike(self, ledger: Ledger) -> None:
        ours, theirs = add(ledger, ZH).version, add(ledger, EN, tenant="other-bank").version
        assert await ledger.library.versions(READER) == [ours]
        assert await ledger.library.versions(STRANGER) == [theirs]
        ledger.intake.delete("other-bank", "policy")
        assert await ledger.library.versions(READER) == [ours]

    # -- the outbox

    async def test_rows_come_oldest_first_with_what_is_to_be_told(self, ledger: Ledger) -> None:
        first = add(ledger, ODD)
        add(ledger, (ODD[0], ZH[0]))
        rows = await ledger.outbox.claim("w", 100, LEASE)
        assert [row.entry for row in rows[:3]] == list(first.entries)
        assert isinstance(rows[3].entry, IndexEntry) and rows[3].entry.body == ZH[0]
        assert [row.id for row in rows] == sorted(row.id for row in rows)
        assert {(row.attempts, row.tenant) for row in rows} == {(0, "default")}

    async def test_settled_rows_are_forgotten(self, ledger: Ledger) -> None:
        add(ledger, ZH)
        assert await ledger.outbox.waiting() == 2
        rows = await ledger.outbox.claim("w", 1, LEASE)
        assert len(rows) == 1 and await ledger.outbox.waiting() == 2
        await ledger.outbox.settle("w", [rows[0].id])
        await ledger.outbox.settle("w", [rows[0].id, "nothing"])
        assert await ledger.outbox.waiting() == 1
        assert len(await ledger.outbox.claim("w", 100, LEASE)) == 1

    async def test_two_workers_never_hold_the_same_row(self, ledger: Ledger) -> None:
        add(ledger, [f"第 {n} 条" for n in range(30)])
        held = [row.id for worker in "abcd" for row in await ledger.outbox.claim(worker, 10, LEASE)]
        assert len(held) == len(set(held)) == 30

    async def test_workers_that_claim_at_the_same_moment_share_the_rows_out(self, ledger: Ledger) -> None:
        add(ledger, [f"Section {n}. 第 {n} 条" for n in range(60)])
        held: list[str] = []
        for _ in range(5):  # on some engines a worker comes away with less when others are at the same rows
            for rows in await asyncio.gather(*(ledger.outbox.claim(w, 7, LEASE) for w in "abcd")):
                held += [row.id for row in rows]
        assert len(held) == len(set(held)) == 60

    async def test_an_expired_lease_gives_the_row_to_the_next_and_the_late_worker_settles_nothing(
        self, ledger: Ledger
    ) -> None:
        add(ledger, ZH)
        late = await ledger.outbox.claim("late", 100, LEASE)
        ledger.clock.advance(59)
        assert await ledger.outbox.claim("next", 100, LEASE) == []
        ledger.clock.advance(1)
        taken = await ledger.outbox.claim("next", 100, LEASE)
        assert [row.id for row in taken] == [row.id for row in late]
        assert [row.attempts for row in taken] == [1, 1]  # the worker may have died of them
        await ledger.outbox.settle("late", [row.id for row in late])
        await ledger.outbox.release("late", [row.id for row in late], "late", timedelta(0))
        assert await ledger.outbox.waiting() == 2
        assert await ledger.outbox.claim("third", 100, LEASE) == []

    async def test_what_dead_workers_held_is_free_again_once_it_is_taken_back(self, ledger: Ledger) -> None:
        add(ledger, [*ZH, *EN])
        dead = await ledger.outbox.claim("dead", 2, LEASE)
        (rests,) = await ledger.outbox.claim("w", 1, LEASE)
        await ledger.outbox.release("w", [rests.id], "down", timedelta(seconds=5))
        await ledger.outbox.take_back()
        rows = await ledger.outbox.claim("next", 100, LEASE)
        assert [row.id for row in rows[:2]] == [row.id for row in dead]
        assert [row.attempts for row in rows[:2]] == [1, 1]  # their worker may have died of them
        assert {row.attempts for row in rows[2:]} <= {0}
        assert rests.id not in {row.id for row in rows}  # a row that rests after a failure is nobody's
        await ledger.outbox.settle("dead", [row.id for row in dead])
        assert await ledger.outbox.waiting() == len(rows) + 1

    async def test_a_released_row_comes_back_after_a_while_with_its_attempts(self, ledger: Ledger) -> None:
        add(ledger, ZH[:1])
        rows = await ledger.outbox.claim("w", 100, LEASE)
        await ledger.outbox.release("w", [rows[0].id], "索引 index is down", timedelta(seconds=5))
        ledger.clock.advance(4.9)
        assert await ledger.outbox.claim("w", 100, LEASE) == []
        ledger.clock.advance(0.1)
        again = await ledger.outbox.claim("other", 100, LEASE)
        assert again == [replace(rows[0], attempts=1)]

    async def test_a_newer_row_waits_while_an_older_one_about_its_passage_is_held(self, ledger: Ledger) -> None:
        add(ledger, ZH[:1])
        put = await ledger.outbox.claim("a", 100, LEASE)
        ledger.intake.delete("default", "policy")
        add(ledger, EN[:1], document="other")
        free = await ledger.outbox.claim("b", 100, LEASE)
        assert [row.key for row in free] == [passage_key("other", EN[0])]
        await ledger.outbox.settle("a", [put[0].id])
        gone = await ledger.outbox.claim("b", 100, LEASE)
        assert [(row.key, row.entry) for row in gone] == [(put[0].key, None)]

    async def test_a_newer_row_waits_while_an_older_one_about_its_passage_rests(self, ledger: Ledger) -> None:
        add(ledger, ZH[:1])
        put = await ledger.outbox.claim("a", 100, LEASE)
        ledger.intake.delete("default", "policy")
        await ledger.outbox.release("a", [put[0].id], "down", timedelta(seconds=5))
        assert await ledger.outbox.claim("b", 100, LEASE) == []
        ledger.clock.advance(5)
        both = await ledger.outbox.claim("b", 100, LEASE)
        assert [row.entry is None for row in both] == [False, True]

    async def test_deleting_tells_the_passages_of_every_version(self, ledger: Ledger) -> None:
        add(ledger, [ZH[0], EN[0]])
        add(ledger, [ZH[1], EN[0]])
        rows = await ledger.outbox.claim("w", 100, LEASE)
        assert [row.entry is None for row in rows] == [False] * 3  # the older version stays in the indexes
        await ledger.outbox.settle("w", [row.id for row in rows])
        ledger.intake.delete("default", "policy")
        gone = await ledger.outbox.claim("w", 100, LEASE)
        assert {row.key for row in gone} == {passage_key("policy", words) for words in (ZH[0], ZH[1], EN[0])}
        assert all(row.entry is None for row in gone)

    async def test_a_row_that_fails_ten_times_is_parked_and_still_counted(self, ledger: Ledger) -> None:
        add(ledger, ZH[:1])
        for attempt in range(10):
            (row,) = await ledger.outbox.claim("w", 100, LEASE)
            assert row.attempts == attempt
            await ledger.outbox.release("w", [row.id], "poison", timedelta(seconds=5))
            ledger.clock.advance(5 * 2**attempt)
        ledger.clock.advance(1e6)
        assert await ledger.outbox.claim("w", 100, LEASE) == []
        assert await ledger.outbox.waiting() == 1
        ledger.intake.delete("default", "policy")  # newer word about the passage is not held up by it
        (gone,) = await ledger.outbox.claim("w", 100, LEASE)
        assert gone.entry is None
        await ledger.outbox.settle("w", [gone.id])
        assert await ledger.outbox.waiting() == 0  # and makes it void

    # -- targets: a ledger that tells two indexes

    async def test_each_index_is_told_everything_and_claims_its_own_rows_only(self, two_targets: Ledger) -> None:
        new = add(two_targets, (*ZH, *EN))
        claim, settle, waiting = (two_targets.outbox.claim, two_targets.outbox.settle, two_targets.outbox.waiting)
        words = await claim("w", 100, LEASE)
        vectors = await claim("w", 100, LEASE, target="vectors")
        assert [row.entry for row in words] == [row.entry for row in vectors] == list(new.entries)
        assert not {row.id for row in words} & {row.id for row in vectors}
        assert await claim("w", 100, LEASE, target="nobody") == []
        assert (await waiting(), await waiting("keywords"), await waiting("vectors"), await waiting("x")) == (
            8,
            4,
            4,
            0,
        )
        await settle("w", [row.id for row in words])
        assert (await waiting(), await waiting("keywords"), await waiting("vectors")) == (4, 0, 4)
        two_targets.intake.delete("default", "policy")
        assert (await waiting("keywords"), await waiting("vectors")) == (4, 8)

    async def test_a_row_does_not_wait_for_another_indexs_row_about_its_passage(self, two_targets: Ledger) -> None:
        outbox = two_targets.outbox
        add(two_targets, ZH[:1])
        (held,) = await outbox.claim("a", 100, LEASE)
        (rests,) = await outbox.claim("a", 100, LEASE, target="vectors")
        await outbox.release("a", [rests.id], "down", timedelta(seconds=5))
        two_targets.intake.delete("default", "policy")
        assert await outbox.claim("b", 100, LEASE) == []
        assert await outbox.claim("b", 100, LEASE, target="vectors") == []
        await outbox.settle("a", [held.id])  # the keywords need not wait until the vectors have been told
        (gone,) = await outbox.claim("b", 100, LEASE)
        assert (gone.key, gone.entry) == (held.key, None)
        assert await outbox.claim("b", 100, LEASE, target="vectors") == []

    async def test_parked_rows_are_told_with_their_index_and_offered_again_when_they_are_unparked(
        self, two_targets: Ledger
    ) -> None:
        outbox = two_targets.outbox
        add(two_targets, ZH)
        assert await outbox.parked() == []
        parked = [row for target in ("keywords", "vectors") for row in await park(two_targets, target)]
        told = await outbox.parked()
        assert [(row.id, row.target, row.key, row.attempts, row.reason) for row in told] == [
            (row.id, target, row.key, 10, "毒 poison")
            for row, target in zip(parked, ("keywords", "keywords", "vectors", "vectors"), strict=True)
        ]
        assert await outbox.parked(limit=3) == told[:3]
        assert await outbox.unpark("nobody") == 0
        assert await outbox.unpark("vectors") == 2
        assert await outbox.unpark("vectors") == 0
        assert await outbox.parked() == told[:2]
        again = await outbox.claim("w", 100, LEASE, target="vectors")
        assert [(row.id, row.attempts) for row in again] == [(row.id, 0) for row in parked[2:]]
        assert await outbox.claim("w", 100, LEASE) == []

    async def test_the_rows_of_an_index_that_was_built_anew_are_forgotten_and_no_others(
        self, two_targets: Ledger
    ) -> None:
        outbox = two_targets.outbox
        add(two_targets, (*ZH, *EN))
        held = await outbox.claim("w", 1, LEASE, target="vectors")
        assert await outbox.forget("nobody") == 0
        assert await outbox.forget("vectors") == 4  # held ones too
        assert (await outbox.waiting("vectors"), await outbox.waiting("keywords")) == (0, 4)
        await outbox.settle("w", [held[0].id])
        await outbox.release("w", [held[0].id], "late", timedelta(0))
        assert await outbox.waiting() == 4

    async def test_a_row_released_because_its_index_was_away_rests_and_never_parks(self, ledger: Ledger) -> None:
        add(ledger, ZH[:1])
        for _ in range(30):
            (row,) = await ledger.outbox.claim("w", 100, LEASE)
            assert row.attempts == 0
            await ledger.outbox.release("w", [row.id], "away", timedelta(seconds=5), counts=False)
            ledger.clock.advance(4.9)
            assert await ledger.outbox.claim("w", 100, LEASE) == []
            ledger.clock.advance(0.1)  # the rest does not grow
        assert await ledger.outbox.parked() == []

    async def test_a_document_is_told_with_all_its_trees_oldest_first(self, ledger: Ledger) -> None:
        assert ledger.intake.trees("default", "policy") == []
        first, _ = add(ledger, ZH), add(ledger, MIXED, document="other")
        second = add(ledger, EN)
        again = read_anew(ledger.clock, second, ODD, before=await ledger.library.tree(READER, second.version.id))
        ledger.intake.save(again, record_of(ledger.clock, again))
        ledger.intake.delete("default", "policy")
        told = ledger.intake.trees("default", "policy")
        assert [(tree.version.number, tree.version.derivation, tree.text) for tree in told] == [
            (1, 1, first.text),
            (2, 2, again.text),
        ]
        assert told[1] == ledger.intake.latest_tree("default", "policy")
        assert ledger.intake.trees("other-bank", "policy") == []

    # -- runs

    async def test_a_run_is_read_back_without_loss(self, ledger: Ledger) -> None:
        run = a_run(ledger.clock)
        await ledger.runs.save(run)
        await ledger.runs.save(run)
        assert await ledger.runs.run(READER, run.id) == run
        assert len(await ledger.runs.latest(READER)) == 1
        with pytest.raises(NotFound):
            await ledger.runs.run(READER, "nothing")

    async def test_a_run_served_again_is_read_back_whole(self, ledger: Ledger) -> None:
        run = a_run(ledger.clock)
        await ledger.runs.save(run)
        later = ledger.clock.now() + timedelta(hours=1)
        again = replace(run, id=ledger.clock.new_id(), started_at=later, cost=Cost(seconds=0.001), cached_from=run.id)
        for _ in range(2):
            await ledger.runs.save_again(again)
        assert await ledger.runs.run(READER, again.id) == again
        assert [s.id for s in await ledger.runs.latest(READER)] == [again.id, run.id]
        with pytest.raises(NotFound):
            await ledger.runs.run(STRANGER, again.id)
        with pytest.raises(NotFound):
            await ledger.runs.save_again(replace(again, id="x", cached_from="nothing"))
        with pytest.raises(NotFound):
            await ledger.runs.save_again(replace(again, id="x", tenant="other"))

    async def test_a_run_is_never_changed(self, ledger: Ledger) -> None:
        run = a_run(ledger.clock)
        await ledger.runs.save(run)
        with pytest.raises(StoreConflict):
            await ledger.runs.save(replace(run, answer="another"))
        assert await ledger.runs.run(READER, run.id) == run

    async def test_the_latest_runs_come_newest_first(self, ledger: Ledger) -> None:
        runs = []
        for question in ("一", "two", "三 three"):
            runs.append(a_run(ledger.clock, question=question))
            await ledger.runs.save(runs[-1])
            ledger.clock.advance(1)
        told = await ledger.runs.latest(READER, limit=2)
        assert [(s.id, s.question, s.outcome, s.started_at, s.seconds) for s in told] == [
            (r.id, r.question, r.outcome, r.started_at, 1.5) for r in (runs[2], runs[1])
        ]


async def park(ledger: Ledger, target: str) -> list[OutboxRow]:
    """Let all rows of an index fail until they are parked; which they were."""
    rows: list[OutboxRow] = []
    for attempt in range(10):
        rows = await ledger.outbox.claim("w", 100, LEASE, target=target)
        await ledger.outbox.release("w", [row.id for row in rows], "毒 poison", timedelta(seconds=5))
        ledger.clock.advance(5 * 2**attempt)
    return rows


async def everything(ledger: Ledger) -> list[object]:
    """All that can be read of the default tenant, to see that nothing was written."""
    library = ledger.library
    versions = await library.versions(READER)
    return [
        await library.documents(READER),
        versions,
        [await library.history(READER, v.document) for v in versions],
        await library.ingests(READER),
        await library.revision(READER, None),
        await ledger.outbox.waiting(),
    ]
