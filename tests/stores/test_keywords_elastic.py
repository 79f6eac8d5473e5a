"""Keywords on a real Elasticsearch: the claims of every index of words, and those of this one."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from stores.elastic import ElasticServer
from stores.errors import EntriesRefused, StoreUnavailable
from stores.keywords_elastic import NAME, ElasticKeywords
from stores.keywords_tantivy import TantivyKeywords
from stores.ports import PassageIndex
from stores.tokens import VERSION
from tests.stores.contract_keywords import LAWS, NOW, KeywordsContract, entry
from tests.stores.elastic import elastic_for_a_test, elastic_server, indexes_of, remove, unused_prefix

pytestmark = pytest.mark.stores

LATER = NOW + timedelta(seconds=1)


@pytest.fixture
async def place() -> AsyncIterator[tuple[ElasticServer, str]]:
    async with elastic_for_a_test() as place:
        yield place


@pytest.fixture
def keywords(place: tuple[ElasticServer, str]) -> ElasticKeywords:
    server, prefix = place
    return ElasticKeywords(server, prefix=prefix)


class TestElasticKeywords(KeywordsContract):
    @pytest.fixture
    def keywords(self, place: tuple[ElasticServer, str]) -> PassageIndex:
        server, prefix = place
        return ElasticKeywords(server, prefix=prefix)


async def test_the_name_of_the_index_holds_the_version_of_the_tokens(
    place: tuple[ElasticServer, str], keywords: ElasticKeywords
) -> None:
    await keywords.apply(LAWS, [], at=NOW)
    assert VERSION.replace("/", "-") in NAME
    assert await indexes_of(*place) == {f"{place[1]}-{NAME}-first": {f"{place[1]}-{NAME}": {}}}


async def test_the_best_hits_are_those_of_tantivy(keywords: ElasticKeywords) -> None:
    other = TantivyKeywords(None)
    for index in (keywords, other):
        await index.apply(LAWS, [], at=NOW)
    for question in ("客户身份资料保存多少年", "how long must records be kept", "可疑交易报告 within how many days"):
        expected = [hit.key for hit in await other.search("default", question, 10)]
        assert [hit.key for hit in await keywords.search("default", question, 10)] == expected
    await other.close()


async def test_what_is_older_than_what_is_held_is_refused_in_silence(keywords: ElasticKeywords) -> None:
    await keywords.apply([entry("k", "new words 新")], [], at=LATER)
    await keywords.apply([entry("k", "old words 旧")], [], at=NOW)
    await keywords.apply([], [("default", "k")], at=NOW)
    assert await keywords.count() == 1
    assert await keywords.search("default", "新", 5)
    assert not await keywords.search("default", "旧", 5)


async def test_what_was_removed_does_not_come_back_by_an_older_write(keywords: ElasticKeywords) -> None:
    await keywords.apply([entry("k", "words")], [], at=NOW)
    await keywords.apply([], [("default", "k"), ("default", "never told")], at=LATER)
    await keywords.apply([entry("k", "words"), entry("never told", "words")], [], at=NOW)
    assert await keywords.count() == 0
    await keywords.apply([entry("k", "words")], [], at=LATER + timedelta(seconds=1))
    assert await keywords.count() == 1


async def test_what_it_cannot_take_is_named_without_its_text_and_the_rest_is_in(keywords: ElasticKeywords) -> None:
    long, half = entry("long", "secret words", document="长" * 20_000), entry("half", "secret words", document="\ud800")
    with pytest.raises(EntriesRefused) as refused:
        await keywords.apply([LAWS[0], long, half, LAWS[1]], [], at=NOW)
    assert set(refused.value.reasons) == {("default", "long"), ("default", "half")}
    told = f"{refused.value} {refused.value.reasons.values()}"
    assert "secret" not in told and "长" not in told
    assert all(refused.value.reasons.values())
    assert {hit.key for hit in await keywords.search("default", "客户", 5)} == {"k1", "k2"}


async def test_more_than_fits_into_one_bulk_goes_in_all_the_same(keywords: ElasticKeywords) -> None:
    many = [entry(f"n{i:05}", f"bank {i}") for i in range(2_300)]
    large = [entry(word, f"{word} " * 100_000) for word in ("vault", "gold", "silver", "iron")]  # 0.5 MB each
    await keywords.apply([*large, *many], [], at=NOW)
    assert await keywords.count() == 2_304
    assert [hit.key for hit in await keywords.search("default", "iron", 5)] == ["iron"]


async def test_questions_and_scopes_that_look_like_syntax_find_nothing_more(keywords: ElasticKeywords) -> None:
    await keywords.apply(LAWS, [], at=NOW)
    for question in ("*", "*:*", 'body:"客户" OR _exists_:key', json.dumps({"match_all": {}}), "\ud800 🏦"):
        assert len(await keywords.search("default", question, 9)) in (0, 2)
        assert await keywords.search("*", question, 9) == []
        assert await keywords.search("default", "客户", 9, collection="*", documents=["*"]) == []
    assert await keywords.search("\ud800", "客户", 9) == []
    assert await keywords.search("default", "客户", 9, collection="\ud800") == []
    assert await keywords.search("default", "客户", 9, documents=["\udfff"]) == []


async def test_a_question_of_very_many_words_and_documents_is_answered(keywords: ElasticKeywords) -> None:
    await keywords.apply(LAWS, [], at=NOW)
    question = "customer " + " ".join(f"word{'x' * (i % 50)}{i}" for i in range(5_000))
    documents = ["policy", *(f"d{i}" for i in range(70_000))]
    assert [hit.key for hit in await keywords.search("default", question, 20_000, documents=documents)] == ["k3"]


async def test_two_at_once_on_a_fresh_server_share_one_index(place: tuple[ElasticServer, str]) -> None:
    server, prefix = place
    many = [ElasticKeywords(server, prefix=prefix) for _ in range(6)]
    assert await asyncio.gather(*(index.count() for index in many)) == [0] * 6
    await many[0].apply(LAWS, [], at=NOW)
    assert await asyncio.gather(*(index.count() for index in many)) == [4] * 6
    assert len(await indexes_of(server, prefix)) == 1


async def test_others_follow_a_swap_and_older_generations_go_with_it(place: tuple[ElasticServer, str]) -> None:
    server, prefix = place
    one, other = ElasticKeywords(server, prefix=prefix), ElasticKeywords(server, prefix=prefix)
    stranger = ElasticKeywords(server, prefix=f"{prefix}-{NAME}")  # its names begin with those of the others
    await one.apply(LAWS, [], at=NOW)
    await stranger.apply(LAWS, [], at=NOW)
    assert await other.count() == 4
    left = await one.begin()  # by a rebuild that was killed
    await left.apply(LAWS[:1], [], at=NOW)
    fresh = await one.begin()
    await fresh.apply(LAWS[:2], [], at=NOW)
    later = await other.begin()
    await one.swap(fresh)
    assert await one.count() == await other.count() == 2
    assert await stranger.count() == 4
    assert len(await indexes_of(server, prefix)) == 3  # the one in use, the later one, the stranger's
    with pytest.raises(StoreUnavailable, match="run `citepath reindex`"):
        await left.apply(LAWS, [], at=NOW)
    with pytest.raises(StoreUnavailable, match="overtaken"):
        await one.swap(left)
    await other.swap(later)
    assert await one.count() == 0
    assert len(await indexes_of(server, prefix)) == 2


async def test_an_index_that_is_not_ours_is_noticed_and_a_rebuild_mends_it(place: tuple[ElasticServer, str]) -> None:
    server, prefix = place
    alias = f"{prefix}-{NAME}"
    await server.ask(lambda client: client.indices.create(index=f"{alias}-first", aliases={alias: {}}), timeout=60)
    keywords = ElasticKeywords(server, prefix=prefix)
    with pytest.raises(StoreUnavailable, match="has not the form of this Citepath: run `citepath reindex`"):
        await keywords.search("default", "bank", 5)
    with pytest.raises(StoreUnavailable, match="has not the form"):
        await keywords.apply(LAWS, [], at=NOW)
    fresh = await keywords.begin()
    await fresh.apply(LAWS, [], at=NOW)
    await keywords.swap(fresh)
    assert await keywords.count() == 4


async def test_an_index_in_the_place_of_the_alias_is_named(place: tuple[ElasticServer, str]) -> None:
    server, prefix = place
    await server.ask(lambda client: client.indices.create(index=f"{prefix}-{NAME}"), timeout=60)
    with pytest.raises(StoreUnavailable, match="remove or rename it"):
        await ElasticKeywords(server, prefix=prefix).count()


async def test_what_is_told_page_by_page_is_one_state(keywords: ElasticKeywords) -> None:
    many = [entry(f"n{i:05}", f"bank {i}") for i in range(4_100)]
    await keywords.apply(many, [], at=NOW)
    keys: list[str] = []
    async for page in keywords.held("default"):
        if not keys:
            gone = [("default", e.key) for e in many]
            await keywords.apply([entry("new", "bank")], gone, at=LATER)
        keys += [held.key for held in page]
    assert sorted(keys) == [e.key for e in many]


def test_one_adapter_serves_several_event_loops_in_turn() -> None:
    server, prefix = elastic_server(), unused_prefix()
    keywords = ElasticKeywords(server, prefix=prefix)
    try:
        asyncio.run(keywords.apply(LAWS, [], at=NOW))
        assert asyncio.run(keywords.count()) == 4
        assert len(asyncio.run(keywords.search("default", "客户", 5))) == 2
    finally:
        asyncio.run(remove(server, prefix))


async def test_a_caller_that_leaves_does_not_break_the_client(keywords: ElasticKeywords) -> None:
    await keywords.apply(LAWS, [], at=NOW)
    for wait in (0.0, 0.001, 0.003):
        asking = [asyncio.create_task(keywords.search("default", "客户", 5)) for _ in range(20)]
        await asyncio.sleep(wait)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    assert len(await keywords.search("default", "客户", 5)) == 2
