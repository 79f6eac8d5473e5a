"""What every index of passages promises, whatever it finds them by. A test module gives an `index` fixture.

Those that find by words promise more: `contract_keywords.py`.
"""

from datetime import timedelta

import pytest

from stores.ports import PassageIndex
from stores.records import Held
from tests.stores.contract_keywords import LAWS, NOW, entry

LATER = NOW + timedelta(seconds=1)


async def held(index: PassageIndex, tenant: str) -> list[Held]:
    return [one async for page in index.held(tenant) for one in page]


class IndexContract:
    async def test_a_passage_is_found_by_its_own_text(self, index: PassageIndex) -> None:
        await index.apply(LAWS, [], at=NOW)
        for law in LAWS:
            assert (await index.search("default", law.text, 9))[0].key == law.key

    async def test_an_entry_put_again_replaces_the_old_one(self, index: PassageIndex) -> None:
        await index.apply([entry("k", "old words 旧的内容")], [], at=NOW)
        fresh = entry("k", "new words 新的内容")
        await index.apply([fresh], [], at=LATER)
        assert await index.count() == 1
        assert await held(index, "default") == [Held("default", "k", fresh.fingerprint)]

    async def test_telling_the_same_twice_changes_nothing(self, index: PassageIndex) -> None:
        for _ in range(2):
            await index.apply(LAWS, [("default", "never-there")], at=NOW)
        assert await index.count() == 4
        assert len(await held(index, "default")) == 4

    async def test_what_was_removed_is_found_no_more(self, index: PassageIndex) -> None:
        await index.apply(LAWS, [], at=NOW)
        await index.apply([], [("default", "k1")], at=LATER)
        assert "k1" not in [hit.key for hit in await index.search("default", LAWS[0].text, 9)]
        assert await index.count() == 3
        await index.apply([], [], at=LATER)
        assert await index.count() == 3

    async def test_tenants_do_not_see_or_remove_each_others_entries(self, index: PassageIndex) -> None:
        await index.apply([entry("k", "甲的内容 mine"), entry("k", "乙的内容 theirs", tenant="other")], [], at=NOW)
        await index.apply([], [("other", "k")], at=LATER)
        assert [hit.key for hit in await index.search("default", "mine", 5)] == ["k"]
        assert await index.search("other", "theirs", 5) == []

    async def test_scope_by_collection_and_documents(self, index: PassageIndex) -> None:
        await index.apply(LAWS, [], at=NOW)
        ask = "customer records 客户 STR"
        assert {hit.document for hit in await index.search("default", ask, 9, collection="words")} == {"glossary"}
        assert {hit.document for hit in await index.search("default", ask, 9, documents=["policy"])} == {"policy"}
        assert await index.search("default", ask, 9, documents=[]) == []
        assert await index.search("default", ask, 9, collection="words", documents=["policy"]) == []

    @pytest.mark.parametrize("question", ["", "???", "的", '"body:x" AND -(*', "\x00", "a" * 5000])
    async def test_questions_without_words_or_with_syntax_are_no_error(
        self, index: PassageIndex, question: str
    ) -> None:
        await index.apply(LAWS, [], at=NOW)
        await index.search("default", question, 5)
        assert await index.search(question or "x", "bank", 5, collection=question, documents=[question]) == []

    async def test_an_empty_index_answers_nothing(self, index: PassageIndex) -> None:
        assert await index.search("default", "bank", 5) == []
        assert await index.count() == 0

    async def test_what_it_holds_is_told_with_fingerprints_each_passage_once(self, index: PassageIndex) -> None:
        many = [entry(f"n{i:04}", f"bank number {i % 50} 第{i % 50}条") for i in range(2_500)]
        await index.apply([*many, entry("n0000", "theirs", tenant="other")], [], at=NOW)
        await index.apply([], [("default", "n0007")], at=LATER)
        told = await held(index, "default")
        assert len(told) == 2_499
        assert set(told) == {Held("default", e.key, e.fingerprint) for e in many if e.key != "n0007"}
        assert await held(index, "nobody") == []

    async def test_a_fresh_generation_is_asked_by_nobody_until_it_is_swapped_in(self, index: PassageIndex) -> None:
        await index.apply(LAWS, [], at=NOW)
        fresh = await index.begin()
        assert await fresh.count() == 0
        await fresh.apply(LAWS[:1], [], at=NOW)
        assert await index.count() == 4
        await index.swap(fresh)
        assert await index.count() == 1
        assert [hit.key for hit in await index.search("default", LAWS[0].text, 9)] == ["k1"]
        await index.apply(LAWS, [], at=LATER)
        assert await index.count() == 4

    async def test_a_generation_that_is_not_wanted_goes_without_a_trace(self, index: PassageIndex) -> None:
        await index.apply(LAWS, [], at=NOW)
        fresh = await index.begin()
        await fresh.apply(LAWS[:1], [], at=NOW)
        await fresh.discard()
        assert await index.count() == 4
