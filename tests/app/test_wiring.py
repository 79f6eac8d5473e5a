"""Which engine stands behind each store is chosen by URL; what names none is said before anything is opened."""

import asyncio
from pathlib import Path

import pytest

from app.resources import open_house
from app.settings import Settings
from app.wiring import ELASTIC_VECTORS, VECTORS, WiringError, open_cache, open_embedder, open_indexes, open_ledger
from stores.ids import SystemClock
from stores.ports import KEYWORDS

SECRET = "s3cret-never-shown"


@pytest.fixture
def password(tmp_path: Path) -> Path:
    (tmp_path / "password").write_text(f"{SECRET}\n", encoding="utf-8")
    return tmp_path / "password"


def engines(home: Path, **settings: object) -> dict[str, str]:
    """Store -> the class behind it; nothing is connected to."""

    async def opened() -> dict[str, str]:
        chosen = Settings.model_validate({"home": home, **settings})
        indexes, cache = open_indexes(chosen, home), open_cache(chosen, home, SystemClock())
        names = {name: type(index).__name__ for name, index in indexes.by_name.items()}
        for one in (*indexes.by_name.values(), *indexes.beneath, cache):
            await one.close()
        return {**names, "cache": type(cache).__name__, "ledger": open_ledger(chosen, home).dialect.name}

    return asyncio.run(opened())


def test_without_any_url_everything_lies_in_one_folder_and_meaning_is_off(tmp_path: Path) -> None:
    assert engines(tmp_path) == {KEYWORDS: "TantivyKeywords", "cache": "SqliteCache", "ledger": "sqlite"}


def test_a_model_brings_an_index_of_meaning(tmp_path: Path) -> None:
    assert engines(tmp_path, embedding_url="hashing")[VECTORS] == "SemanticIndex"
    assert VECTORS in engines(tmp_path, embedding_url="http://localhost:1/v1", embedding_model="m")
    assert VECTORS in engines(tmp_path, embedding_url="folder:/nowhere", vectors_url="lite")


def test_urls_choose_the_servers_and_elasticsearch_keeps_the_vectors_too(tmp_path: Path, password: Path) -> None:
    assert engines(
        tmp_path,
        ledger_url="mysql+pymysql://citepath@localhost:1/citepath",
        ledger_password_file=password,
        keywords_url="https://elastic@localhost:1",
        keywords_password_file=password,
        vectors_url="http://root@localhost:1",
        vectors_password_file=password,
        cache_url="rediss://localhost:1/0",
        cache_password_file=password,
        embedding_url="hashing",
    ) == {
        KEYWORDS: "ElasticKeywords",
        VECTORS: "SemanticIndex",
        ELASTIC_VECTORS: "SemanticIndex",
        "cache": "RedisCache",
        "ledger": "mysql",
    }


@pytest.mark.parametrize(
    ("setting", "url"),
    [
        ("ledger_url", "postgresql://localhost/citepath"),
        ("keywords_url", "localhost:9200"),
        ("cache_url", "memcached://localhost"),
        ("vectors_url", "faiss"),
        ("embedding_url", "magic"),
        ("embedding_url", "http://localhost/v1"),  # no model named
        ("cache_url", "redis://:99999999/0"),
        ("keywords_url", "http://"),
    ],
)
def test_a_url_that_names_no_engine_is_refused_with_its_setting(tmp_path: Path, setting: str, url: str) -> None:
    more = {} if setting == "embedding_url" else {"embedding_url": "hashing"}
    with pytest.raises(WiringError, match=f"CITEPATH_{setting.upper()}"):
        engines(tmp_path, **{setting: url, **more})


@pytest.mark.parametrize(
    ("setting", "url"),
    [
        ("ledger_url", f"mysql+pymysql://citepath:{SECRET}@localhost/citepath"),
        ("keywords_url", f"http://elastic:{SECRET}@localhost:9200"),
        ("cache_url", f"redis://:{SECRET}@localhost:6379/0"),
        ("vectors_url", f"http://root:{SECRET}@localhost:19530"),
        ("embedding_url", f"http://:{SECRET}@localhost/v1"),
    ],
)
def test_a_password_in_a_url_is_refused_and_not_repeated(tmp_path: Path, setting: str, url: str) -> None:
    more = {"embedding_model": "m"} if setting == "embedding_url" else {"embedding_url": "hashing"}
    with pytest.raises(WiringError, match="_FILE") as told:
        engines(tmp_path, **{setting: url, **more})
    assert SECRET not in str(told.value)


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WiringError, match="CITEPATH_CACHE_PASSWORD_FILE"):
        engines(tmp_path, cache_url="redis://localhost:1/0", cache_password_file=tmp_path / "missing")


def test_no_password_is_shown_by_what_holds_it(tmp_path: Path, password: Path) -> None:
    settings = Settings(
        home=tmp_path,
        ledger_url="mysql+pymysql://citepath@localhost:1/citepath",
        ledger_password_file=password,
        keywords_url="http://elastic@localhost:1",
        keywords_password_file=password,
        embedding_url="http://localhost:1/v1",
        embedding_model="m",
        embedding_key_file=password,
    )
    ledger, opened = open_ledger(settings, tmp_path), open_indexes(settings, tmp_path)
    holders = [settings, ledger, ledger.url, *opened.by_name.values(), *opened.beneath, open_embedder(settings)]
    assert SECRET not in " ".join(f"{holder!r} {holder}" for holder in holders)


async def test_an_embedded_house_with_hashing_has_both_roads_and_loses_an_index_without_harm(tmp_path: Path) -> None:
    async with open_house(Settings(home=tmp_path / "home", embedding_url="hashing")) as house:
        assert list(house.indexes) == [KEYWORDS, VECTORS]
        assert list(house.semantic) == [VECTORS]
        assert house.alone
