"""What every store of vectors promises. A test module runs these claims by giving a `vectors` fixture."""

import hashlib
import math
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stores.ports import Vectors
from stores.records import Held, VectorEntry

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)
DIMENSIONS = 8

ODD_NAMES = [
    "反洗钱法/第三十四条",
    '"} or 1==1 or {"',
    "' or 1==1 --",
    "back\\slash \\\" \\' \\",
    "line\nfeed\ttab\rreturn",
    '" or tenant != "',
    "%_*?",
    "\x00\x01",
    "𠀀🏦",
    "",
    "法" * 191,
    "x" * 191,
]


def unit(*numbers: float) -> tuple[float, ...]:
    """A vector of length 1 that points where these numbers do."""
    numbers += (0.0,) * (DIMENSIONS - len(numbers))
    length = math.hypot(*numbers)
    return tuple(number / length for number in numbers)


def any_unit(chance: random.Random) -> tuple[float, ...]:
    return unit(*(chance.gauss() for _ in range(DIMENSIONS)))


def inner(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def vector_entry(key: str, vector: Sequence[float], **changes: str) -> VectorEntry:
    """An entry whose fingerprint follows from its key and vector."""
    fingerprint = hashlib.sha256(f"{key} {vector}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return replace(VectorEntry(key, "default", "laws", "反洗钱法", fingerprint, tuple(vector)), **changes)


AXES = [
    vector_entry("x", unit(1)),
    vector_entry("xy", unit(1, 1), document="policy"),
    vector_entry("y", unit(0, 1), collection="words", document="glossary"),
    vector_entry("-x", unit(-1)),
]


class VectorsContract:
    async def test_the_nearest_come_first_with_their_inner_product(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        hits = await vectors.search("default", unit(1), 10)
        assert [hit.key for hit in hits] == ["x", "xy", "y", "-x"]
        assert [hit.score for hit in hits] == pytest.approx([1, math.sqrt(0.5), 0, -1], abs=1e-4)
        assert all(hit.score <= 1 for hit in hits)
        assert hits[1].document == "policy"

    async def test_of_many_nearly_all_of_the_nearest_are_found(self, vectors: Vectors) -> None:
        chance = random.Random(7)
        many = [vector_entry(f"n{i:04}", any_unit(chance)) for i in range(1_500)]
        await vectors.apply(many, [], at=NOW)
        found = 0
        for _ in range(5):
            question = any_unit(chance)
            nearness = {entry.key: inner(entry.vector, question) for entry in many}
            nearest = sorted(nearness, key=lambda key: -nearness[key])[:10]
            hits = await vectors.search("default", question, 10)
            assert [hit.score for hit in hits] == pytest.approx([nearness[hit.key] for hit in hits], abs=1e-4)
            found += len({hit.key for hit in hits} & set(nearest))
        assert found >= 48

    async def test_no_more_than_k_come_back_and_ties_go_by_key(self, vectors: Vectors) -> None:
        await vectors.apply([vector_entry(f"n{i:02}", unit(1, 2, 3)) for i in reversed(range(20))], [], at=NOW)
        assert [hit.key for hit in await vectors.search("default", unit(1), 3)] == ["n00", "n01", "n02"]
        assert await vectors.search("default", unit(1), 0) == []

    async def test_more_than_there_is_may_be_asked_for(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        for k in (5, 20_000, 10**9):
            assert len(await vectors.search("default", unit(1), k)) == 4

    async def test_an_empty_store_answers_nothing(self, vectors: Vectors) -> None:
        assert await vectors.search("default", unit(1), 5) == []
        assert await vectors.count() == 0
        assert [page async for page in vectors.held("default") if page] == []

    async def test_what_is_put_again_replaces_the_old(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        await vectors.apply([vector_entry("x", unit(0, 0, 1), document="moved")], [], at=LATER)
        assert await vectors.count() == 4
        [first, *_] = await vectors.search("default", unit(0, 0, 1), 9)
        assert (first.key, first.document, first.score) == ("x", "moved", pytest.approx(1, abs=1e-4))
        hits = await vectors.search("default", unit(1), 9)
        assert sorted(hit.key for hit in hits) == ["-x", "x", "xy", "y"]

    async def test_what_is_removed_is_found_and_counted_no_more(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        await vectors.apply([], [("default", "y"), ("default", "never")], at=LATER)
        assert [hit.key for hit in await vectors.search("default", unit(0, 1), 9)] == ["xy", "-x", "x"]
        assert await vectors.count() == 3
        assert {one.key async for page in vectors.held("default") for one in page} == {"x", "xy", "-x"}

    async def test_telling_the_same_twice_changes_nothing(self, vectors: Vectors) -> None:
        for _ in range(2):
            await vectors.apply([*AXES, AXES[0]], [("default", "never")], at=NOW)
        assert await vectors.count() == 4
        assert [hit.key for hit in await vectors.search("default", unit(1), 9)] == ["x", "xy", "y", "-x"]
        for _ in range(2):
            await vectors.apply([], [("default", "x"), ("default", "x")], at=LATER)
        assert await vectors.count() == 3

    async def test_what_goes_and_comes_in_one_breath_is_there(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        await vectors.apply([vector_entry("x", unit(0, 0, 1))], [("default", "x"), ("default", "xy")], at=LATER)
        assert await vectors.count() == 3
        assert (await vectors.search("default", unit(0, 0, 1), 1))[0].key == "x"

    async def test_what_is_older_than_what_is_held_is_refused_in_silence(self, vectors: Vectors) -> None:
        await vectors.apply([vector_entry("x", unit(1))], [], at=LATER)
        await vectors.apply([vector_entry("x", unit(0, 1)), vector_entry("y", unit(0, 1))], [], at=NOW)
        await vectors.apply([], [("default", "x")], at=NOW)
        assert [(hit.key, hit.score) for hit in await vectors.search("default", unit(1), 5)] == [
            ("x", pytest.approx(1, abs=1e-4)),
            ("y", pytest.approx(0, abs=1e-4)),
        ]

    async def test_scope_by_collection_and_documents(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        ask = unit(1, 1)

        async def found(collection: str | None = None, documents: list[str] | None = None) -> list[str]:
            hits = await vectors.search("default", ask, 9, collection=collection, documents=documents)
            return [hit.key for hit in hits]

        assert await found(collection="words") == ["y"]
        assert await found(documents=["policy"]) == ["xy"]
        assert await found(documents=["policy", "glossary", "policy"]) == ["xy", "y"]
        assert await found(collection="words", documents=["policy"]) == []
        assert await found(documents=[]) == []
        assert await found(collection="") == []
        assert await found(documents=[*(f"d{i}" for i in range(3_000)), "policy"]) == ["xy"]

    async def test_what_lies_in_a_small_scope_is_found_however_far_it_is(self, vectors: Vectors) -> None:
        chance = random.Random(6)
        many = [
            vector_entry(f"n{i:04}", unit(1, *(chance.uniform(0, 0.1) for _ in range(DIMENSIONS - 1))))
            for i in range(1_500)
        ]
        await vectors.apply([*many, vector_entry("far", unit(-1), document="elsewhere")], [], at=NOW)
        assert [hit.key for hit in await vectors.search("default", unit(1), 5, documents=["elsewhere"])] == ["far"]

    async def test_tenants_do_not_see_count_or_remove_each_others(self, vectors: Vectors) -> None:
        theirs = vector_entry("x", unit(0, 1), tenant="other")
        await vectors.apply([AXES[0], theirs], [("other", "xy")], at=NOW)
        [mine] = await vectors.search("default", unit(1), 9)
        assert mine.score == pytest.approx(1, abs=1e-4)
        assert [one async for page in vectors.held("other") for one in page] == [Held("other", "x", theirs.fingerprint)]
        await vectors.apply([], [("other", "x")], at=LATER)
        assert await vectors.search("other", unit(1), 9) == []
        assert await vectors.count() == 1

    async def test_a_tenant_and_key_that_run_together_are_kept_apart(self, vectors: Vectors) -> None:
        await vectors.apply(
            [vector_entry("bc", unit(1), tenant="a"), vector_entry("c", unit(1), tenant="ab")], [], at=NOW
        )
        assert await vectors.count() == 2

    async def test_names_of_any_kind_are_names_and_no_syntax(self, vectors: Vectors) -> None:
        await vectors.apply(
            [vector_entry(name, unit(1), tenant=name, collection=name, document=name) for name in ODD_NAMES], [], at=NOW
        )
        await vectors.apply(AXES, [], at=NOW)
        for name in ODD_NAMES:
            hits = await vectors.search(name, unit(1), 9, collection=name, documents=[name])
            assert [(hit.key, hit.document) for hit in hits] == [(name, name)]
            assert await vectors.search("default", unit(1), 9, collection=name) == []
            assert await vectors.search("default", unit(1), 9, documents=[name]) == []
            assert [one.key async for page in vectors.held(name) for one in page] == [name]
        await vectors.apply([], [(name, name) for name in ODD_NAMES], at=LATER)
        assert await vectors.count() == len(AXES)

    async def test_half_a_character_in_a_question_is_no_error(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        assert await vectors.search("\ud800", unit(1), 9) == []
        assert await vectors.search("default", unit(1), 9, collection="\udfff", documents=["\ud800"]) == []
        await vectors.apply([], [("default", "\ud800")], at=LATER)
        assert await vectors.count() == 4

    async def test_what_it_holds_is_told_in_pages_each_passage_once(self, vectors: Vectors) -> None:
        many = [vector_entry(f"n{i:04}", unit(1, i)) for i in range(2_500)]
        await vectors.apply([*many, vector_entry("n0000", unit(1), tenant="other")], [], at=NOW)
        await vectors.apply([], [("default", "n0007")], at=LATER)
        held = [one async for page in vectors.held("default") for one in page]
        assert len(held) == 2_499
        assert set(held) == {Held("default", e.key, e.fingerprint) for e in many if e.key != "n0007"}
        assert [page async for page in vectors.held("nobody") if page] == []

    async def test_a_fresh_generation_is_asked_by_nobody_until_it_is_swapped_in(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        fresh = await vectors.begin()
        assert await fresh.count() == 0
        await fresh.apply(AXES[:1], [], at=NOW)
        assert [hit.key for hit in await fresh.search("default", unit(1), 9)] == ["x"]
        assert await vectors.count() == 4
        await vectors.swap(fresh)
        assert await vectors.count() == 1
        assert [hit.key for hit in await vectors.search("default", unit(1), 9)] == ["x"]
        await vectors.apply(AXES, [], at=LATER)
        assert await vectors.count() == 4

    async def test_a_generation_that_is_not_wanted_goes_without_a_trace(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        left = await vectors.begin()  # by a rebuild that was killed
        await left.apply(AXES[:1], [], at=NOW)
        unwanted = await vectors.begin()
        await unwanted.discard()
        assert await vectors.count() == 4
        last = await vectors.begin()
        assert await last.count() == 0
        await vectors.swap(last)
        assert await vectors.count() == 0
        await left.close()


class OneKindOfVectors:
    """Of stores that know the dimensions of their vectors before they ask anybody."""

    async def test_vectors_of_other_dimensions_are_refused_and_nothing_is_in(self, vectors: Vectors) -> None:
        with pytest.raises(ValueError, match="8 dimensions, not 2"):
            await vectors.apply([AXES[0], vector_entry("wide", [1.0, 0.0])], [], at=NOW)
        assert await vectors.count() == 0
        with pytest.raises(ValueError, match="8 dimensions, not 9"):
            await vectors.search("default", [1.0, *[0.0] * 8], 5)
