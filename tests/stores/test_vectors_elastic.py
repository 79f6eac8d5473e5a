"""Vectors on a real Elasticsearch: the claims of every store of vectors, and those of this one."""

from collections.abc import AsyncIterator

import pytest

from stores.elastic import ElasticServer
from stores.errors import EntriesRefused, StoreUnavailable
from stores.ports import Vectors
from stores.vectors_elastic import ElasticVectors
from tests.stores.contract_vectors import AXES, DIMENSIONS, NOW, OneKindOfVectors, VectorsContract, unit, vector_entry
from tests.stores.elastic import elastic_for_a_test, indexes_of

pytestmark = pytest.mark.stores


@pytest.fixture
async def place() -> AsyncIterator[tuple[ElasticServer, str]]:
    async with elastic_for_a_test() as place:
        yield place


@pytest.fixture
def vectors(place: tuple[ElasticServer, str]) -> ElasticVectors:
    server, prefix = place
    return ElasticVectors(server, "BAAI/bge-m3", DIMENSIONS, prefix=prefix)


class TestElasticVectors(VectorsContract, OneKindOfVectors):
    @pytest.fixture
    def vectors(self, place: tuple[ElasticServer, str]) -> Vectors:
        server, prefix = place
        return ElasticVectors(server, "BAAI/bge-m3", DIMENSIONS, prefix=prefix)


async def test_every_model_has_an_index_of_its_own(place: tuple[ElasticServer, str]) -> None:
    server, prefix = place
    models = ("BAAI/bge-m3", "baai-bge-m3", "baai_bge_m3", "模型", "_", "m" * 300, "text-embedding-3-small")
    for model in models:
        await ElasticVectors(server, model, DIMENSIONS, prefix=prefix).count()
    await ElasticVectors(server, models[0], 2, prefix=prefix).count()
    names = sorted(await indexes_of(server, prefix))
    assert len(names) == len(models) + 1
    assert f"{prefix}-vectors-text-embedding-3-small-8-1-first" in names


async def test_vectors_not_of_length_one_are_refused_by_name_and_the_rest_is_in(vectors: ElasticVectors) -> None:
    with pytest.raises(EntriesRefused) as refused:
        await vectors.apply([AXES[0], vector_entry("long", [2.0] * DIMENSIONS), AXES[1]], [], at=NOW)
    assert set(refused.value.reasons) == {("default", "long")}
    assert await vectors.count() == 2


async def test_a_question_not_of_length_one_is_refused_and_the_next_is_answered(vectors: ElasticVectors) -> None:
    await vectors.apply(AXES, [], at=NOW)
    for question in ([2.0] * DIMENSIONS, [0.0] * DIMENSIONS):
        with pytest.raises(StoreUnavailable, match="refused"):
            await vectors.search("default", question, 5)
    assert len(await vectors.search("default", unit(1), 5)) == 4


def test_dimensions_that_it_cannot_hold_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="1 to 4096 dimensions, not 5000"):
        ElasticVectors(ElasticServer("http://127.0.0.1:1"), "m", 5000)
