"""What every index of words promises. A test module runs these claims by giving a `keywords` fixture."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stores.ports import PassageIndex
from stores.records import Held, IndexEntry

ENTRY = IndexEntry("k1", "default", "laws", "反洗钱法", "中华人民共和国反洗钱法", "第三章\n第三十四条", "")


def entry(key: str, body: str, **changes: str) -> IndexEntry:
    return replace(ENTRY, key=key, body=body, **changes)


LAWS = [
    entry("k1", "客户身份资料在业务关系结束后应当至少保存十年。"),
    entry("k2", "金融机构应当建立客户尽职调查制度。"),
    entry("k3", "The Bank must keep customer records for ten years.", document="policy", title="Retention policy"),
    entry("k4", "本行 must file the STR 可疑交易报告 within 3 days.", document="glossary", collection="words"),
]


NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class KeywordsContract:
    async def test_what_was_put_is_found_best_first(self, keywords: PassageIndex) -> None:
        await keywords.apply(LAWS, [], at=NOW)
        assert (await keywords.search("default", "客户身份资料保存多少年", 10))[0].key == "k1"
        assert (await keywords.search("default", "how long to keep customer records", 10))[0].key == "k3"
        assert (await keywords.search("default", "STR 报告期限 days", 10))[0].key == "k4"

    async def test_scores_fall_and_no_hit_comes_twice(self, keywords: PassageIndex) -> None:
        await keywords.apply(LAWS, [], at=NOW)
        hits = await keywords.search("default", "客户 资料 bank records must", 10)
        assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
        assert len({h.key for h in hits}) == len(hits) >= 3

    async def test_no_more_than_k_come_back(self, keywords: PassageIndex) -> None:
        await keywords.apply([entry(f"n{i:03}", f"bank number {i}") for i in range(60)], [], at=NOW)
        assert len(await keywords.search("default", "bank", 7)) == 7

    async def test_ties_go_by_key(self, keywords: PassageIndex) -> None:
        await keywords.apply([entry(key, "同样的话 the same words") for key in ("b", "c", "a")], [], at=NOW)
        assert [h.key for h in await keywords.search("default", "同样的话", 3)] == ["a", "b", "c"]

    async def test_words_of_headings_and_titles_count(self, keywords: PassageIndex) -> None:
        await keywords.apply([entry("h", "other words", headings="第九条 罚则", title="Penalties")], [], at=NOW)
        assert await keywords.search("default", "罚则", 5)
        assert await keywords.search("default", "penalty", 5)

    async def test_an_entry_put_again_replaces_the_old_one(self, keywords: PassageIndex) -> None:
        await keywords.apply([entry("k", "old words 旧的内容")], [], at=NOW)
        await keywords.apply([entry("k", "new words 新的内容")], [], at=NOW)
        assert await keywords.count() == 1
        assert not await keywords.search("default", "旧的 old", 5)
        assert [h.key for h in await keywords.search("default", "新的", 5)] == ["k"]

    async def test_telling_the_same_twice_changes_nothing(self, keywords: PassageIndex) -> None:
        for _ in range(2):
            await keywords.apply(LAWS, [("default", "never-there")], at=NOW)
        assert await keywords.count() == 4
        hits = [h.key for h in await keywords.search("default", "客户身份资料", 10)]
        assert hits.count("k1") == 1

    async def test_what_was_removed_is_found_no_more(self, keywords: PassageIndex) -> None:
        await keywords.apply(LAWS, [], at=NOW)
        await keywords.apply([], [("default", "k1")], at=NOW)
        assert "k1" not in [h.key for h in await keywords.search("default", "客户身份资料保存十年", 10)]
        assert await keywords.count() == 3

    async def test_tenants_do_not_see_or_remove_each_others_entries(self, keywords: PassageIndex) -> None:
        await keywords.apply([entry("k", "甲的内容 mine"), entry("k", "乙的内容 theirs", tenant="other")], [], at=NOW)
        await keywords.apply([], [("other", "k")], at=NOW)
        assert [h.key for h in await keywords.search("default", "mine", 5)] == ["k"]
        assert not await keywords.search("other", "theirs", 5)

    async def test_a_tenant_and_key_that_run_together_are_kept_apart(self, keywords: PassageIndex) -> None:
        await keywords.apply([entry("bc", "one", tenant="a"), entry("c", "two", tenant="ab")], [], at=NOW)
        assert await keywords.count() == 2

    async def test_scope_by_collection_and_documents(self, keywords: PassageIndex) -> None:
        await keywords.apply(LAWS, [], at=NOW)
        ask = "customer records 客户 STR"
        assert {h.document for h in await keywords.search("default", ask, 9, collection="words")} == {"glossary"}
        assert {h.document for h in await keywords.search("default", ask, 9, documents=["policy"])} == {"policy"}
        assert not await keywords.search("default", ask, 9, documents=[])
        assert not await keywords.search("default", ask, 9, collection="words", documents=["policy"])

    async def test_names_of_any_kind_are_names_and_no_syntax(self, keywords: PassageIndex) -> None:
        odd = [
            '"}},{"match_all":{}}',
            "*",
            "a* OR b:*",
            "../_search",
            '\n{"delete":{}}\n',
            "x" * 191,
            "𠀀 条 /",
            "条" * 191,
        ]
        entries = {key: entry(key, "word", tenant=key, collection=key, document=key) for key in odd}
        await keywords.apply([*entries.values(), *LAWS], [], at=NOW)
        for key in odd:
            hits = await keywords.search(key, "word", 9, collection=key, documents=[key])
            assert [(hit.key, hit.document) for hit in hits] == [(key, key)]
            assert await keywords.search("default", "customer", 9, documents=[key]) == []
            held = [one async for page in keywords.held(key) for one in page]
            assert held == [Held(key, key, entries[key].fingerprint)]
        await keywords.apply([], [(key, key) for key in odd], at=NOW + timedelta(seconds=1))
        assert await keywords.count() == len(LAWS)

    @pytest.mark.parametrize("question", ["", "???", "的", "the of", '"body:x" AND -(*', "\x00", "a" * 5000])
    async def test_questions_without_words_or_with_syntax_are_no_error(
        self, keywords: PassageIndex, question: str
    ) -> None:
        await keywords.apply(LAWS, [], at=NOW)
        await keywords.search("default", question, 5)
        await keywords.search(question or "x", "bank", 5, collection=question, documents=[question])

    async def test_an_empty_index_answers_nothing(self, keywords: PassageIndex) -> None:
        assert await keywords.search("default", "bank", 5) == []
        assert await keywords.count() == 0

    async def test_what_it_holds_is_told_with_fingerprints_each_passage_once(self, keywords: PassageIndex) -> None:
        many = [entry(f"n{i:04}", f"bank number {i} 第{i}条") for i in range(2500)]
        await keywords.apply([*many, entry("n0000", "theirs", tenant="other")], [], at=NOW)
        await keywords.apply([], [("default", "n0007")], at=NOW + timedelta(seconds=1))
        held = [one async for page in keywords.held("default") for one in page]
        expected = {(e.key, e.fingerprint) for e in many if e.key != "n0007"}
        assert len(held) == len(expected)
        assert {(h.key, h.fingerprint) for h in held} == expected
        assert {h.tenant for h in held} == {"default"}
        assert [page async for page in keywords.held("nobody") if page] == []

    async def test_a_fresh_generation_is_asked_by_nobody_until_it_is_swapped_in(self, keywords: PassageIndex) -> None:
        await keywords.apply(LAWS, [], at=NOW)
        fresh = await keywords.begin()
        assert await fresh.count() == 0
        await fresh.apply(LAWS[:1], [], at=NOW)
        assert await keywords.count() == 4
        assert await keywords.search("default", "customer records", 5)
        await keywords.swap(fresh)
        assert await keywords.count() == 1
        assert not await keywords.search("default", "customer records", 5)
        assert await keywords.search("default", "客户身份资料", 5)
        await keywords.apply(LAWS, [], at=NOW + timedelta(seconds=1))
        assert await keywords.count() == 4

    async def test_a_generation_that_is_not_wanted_goes_without_a_trace(self, keywords: PassageIndex) -> None:
        await keywords.apply(LAWS, [], at=NOW)
        for _ in range(3):  # what a rebuild that was killed left behind is no hindrance
            fresh = await keywords.begin()
            await fresh.apply(LAWS[:1], [], at=NOW)
        await fresh.discard()
        assert await keywords.count() == 4
        last = await keywords.begin()
        assert await last.count() == 0
        await keywords.swap(last)
        assert await keywords.count() == 0

    async def test_text_of_any_kind_is_taken(self, keywords: PassageIndex) -> None:
        odd = [
            entry("a", "\x00 null \u200b zero \ufdd0"),
            entry("b", "emoji 🏦 𠀀 rare", title='"quotes" \\ {}'),
            entry("c", "x" * 40_000),
            entry("d", "银行" * 20_000),
            entry("条/\"'\\ or 1=1", "odd key", document='文件 "x"'),
        ]
        await keywords.apply(odd, [], at=NOW)
        assert await keywords.count() == len(odd)
        assert [h.key for h in await keywords.search("default", "odd key", 5, documents=['文件 "x"'])] == [odd[4].key]
        await keywords.apply([], [("default", odd[4].key)], at=NOW + timedelta(seconds=1))
        assert await keywords.count() == len(odd) - 1
