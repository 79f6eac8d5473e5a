"""Which engine stands behind each store: chosen here, by URL, and nowhere else.

    store      no URL                          URL
    ledger     SQLite in CITEPATH_HOME         mysql+pymysql://user@host/database
    keywords   tantivy in CITEPATH_HOME        http(s)://user@host:9200 (Elasticsearch)
    vectors    exact, in CITEPATH_HOME         lite, or http(s)://host:19530 (Milvus)
    cache      SQLite in CITEPATH_HOME         redis(s)://host:6379/0
    embedder   none: no index of meaning       hashing, or folder:PATH (a sentence-transformers model),
                                               or http(s)://host/v1 (any OpenAI-compatible server)

Passwords come from files and are never part of a URL. Vendors' libraries are
imported where their engine is chosen: most commands need none of them.
"""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from app.errors import CommandError
from app.settings import MB, Settings
from stores.cache_sqlite import SqliteCache
from stores.ids import Clock
from stores.keywords_tantivy import NAME as TANTIVY
from stores.keywords_tantivy import TantivyKeywords
from stores.ledger import Engine, open_engine
from stores.ports import KEYWORDS, Cache, Embedder, PassageIndex, Vectors

if TYPE_CHECKING:
    from stores.elastic import ElasticServer

VECTORS = "vectors"
"""The index of meaning in a store for vectors."""

ELASTIC_VECTORS = "elastic_vectors"
"""The same vectors beside the keywords in Elasticsearch."""


class Closable(Protocol):
    async def close(self) -> None: ...


class WiringError(CommandError):
    """Settings that name no engine there is; the message names the setting and what it takes."""


def open_ledger(settings: Settings, home: Path) -> Engine:
    """Connects to nothing yet. Raises WiringError."""
    if settings.ledger_url is None:
        return open_engine(f"sqlite:///{home / 'ledger.sqlite'}")
    if not settings.ledger_url.startswith("mysql+pymysql://"):
        raise WiringError("CITEPATH_LEDGER_URL: mysql+pymysql://user@host/database, or leave it out for SQLite")
    server = _Server.of("LEDGER", settings.ledger_url, settings.ledger_password_file)
    return open_engine(
        server.url_with_user,
        password=server.password,
        ca_file=settings.ledger_ca_file,
        connect_timeout=min(5, settings.ledger_seconds),
        read_timeout=settings.ledger_seconds,
        write_timeout=settings.ledger_seconds,
    )


def open_cache(settings: Settings, home: Path, clock: Clock) -> Cache:
    """Raises WiringError."""
    if settings.cache_url is None:
        return SqliteCache(home / "cache.sqlite", settings.cache_mb * MB, clock)
    if urlsplit(settings.cache_url).scheme not in ("redis", "rediss"):
        raise WiringError("CITEPATH_CACHE_URL: redis(s)://host:6379/0, or leave it out for a file in CITEPATH_HOME")
    from stores.cache_redis import RedisCache  # noqa: PLC0415 (see the module's docstring)

    server = _Server.of("CACHE", settings.cache_url, settings.cache_password_file)
    return RedisCache(
        server.url,
        clock,
        user=server.user,
        password=server.password,
        ca_file=settings.cache_ca_file,
        prefix=f"{settings.index_prefix}:",
        seconds=settings.cache_seconds,
    )


@dataclass(frozen=True, slots=True)
class Indexes:
    """The indexes the ledger tells, by name, and what they stand on."""

    by_name: dict[str, PassageIndex]
    beneath: tuple[Closable, ...]  # servers and models that several of them share: closed after them


def open_indexes(settings: Settings, home: Path) -> Indexes:
    """That of words always, those of meaning where a model is configured. Connects to nothing yet.

    Raises WiringError.
    """
    elastic = _elastic(settings) if settings.keywords_url is not None else None
    by_name: dict[str, PassageIndex] = {KEYWORDS: _keywords(settings, home, elastic)}
    beneath: list[Closable] = [elastic] if elastic is not None else []
    embedder = open_embedder(settings)
    if embedder is not None:
        from stores.semantic import CachingEmbedder, SemanticIndex  # noqa: PLC0415 (see the module's docstring)

        shared = CachingEmbedder(embedder)
        beneath.append(shared)
        by_name[VECTORS] = SemanticIndex(shared, _vectors(settings, home, embedder))
        if elastic is not None:
            by_name[ELASTIC_VECTORS] = SemanticIndex(shared, _elastic_vectors(settings, elastic, embedder))
    return Indexes(by_name, tuple(beneath))


def open_embedder(settings: Settings) -> Embedder | None:
    """The model that was configured; None where none was. Raises WiringError."""
    url = settings.embedding_url
    if url is None:
        return None
    from stores import embeddings  # noqa: PLC0415 (see the module's docstring)

    dimensions = settings.embedding_dimensions
    if url == "hashing":
        return embeddings.HashingEmbedder(dimensions)
    if url.startswith("folder:"):
        return embeddings.SentenceTransformerEmbedder(Path(url.removeprefix("folder:")).expanduser(), dimensions)
    if urlsplit(url).scheme not in ("http", "https") or not settings.embedding_model:
        raise WiringError(
            "CITEPATH_EMBEDDING_URL: http(s)://host/v1 with CITEPATH_EMBEDDING_MODEL, folder:PATH, or hashing"
        )
    server = _Server.of("EMBEDDING", url, settings.embedding_key_file)
    return embeddings.OpenAiEmbedder(
        server.url,
        settings.embedding_model,
        dimensions,
        server.password,
        seconds=settings.embedding_seconds,
        question_seconds=settings.search_seconds,
    )


def _elastic(settings: Settings) -> "ElasticServer":
    from stores.elastic import ElasticServer  # noqa: PLC0415 (see the module's docstring)

    url = settings.keywords_url or ""
    if urlsplit(url).scheme not in ("http", "https"):
        raise WiringError("CITEPATH_KEYWORDS_URL: http(s)://user@host:9200, or leave it out for tantivy")
    server = _Server.of("KEYWORDS", url, settings.keywords_password_file)
    return ElasticServer(
        server.url,
        user=server.user or "",
        password=server.password or "",
        ca_file=settings.keywords_ca_file,
        timeout=settings.search_seconds,
        write_timeout=settings.write_seconds,
    )


def _keywords(settings: Settings, home: Path, elastic: "ElasticServer | None") -> PassageIndex:
    if elastic is None:
        return TantivyKeywords(home / TANTIVY)
    from stores.keywords_elastic import ElasticKeywords  # noqa: PLC0415 (see the module's docstring)

    return ElasticKeywords(elastic, prefix=settings.index_prefix)


def _elastic_vectors(settings: Settings, elastic: "ElasticServer", embedder: Embedder) -> Vectors:
    from stores.vectors_elastic import ElasticVectors  # noqa: PLC0415 (see the module's docstring)

    return ElasticVectors(elastic, embedder.name, embedder.dimensions, prefix=settings.index_prefix)


def _vectors(settings: Settings, home: Path, embedder: Embedder) -> Vectors:
    url = settings.vectors_url
    if url is None:
        from stores.vectors_exact import ExactVectors  # noqa: PLC0415 (see the module's docstring)

        return ExactVectors(embedder.dimensions, home / f"vectors-{_plain(embedder.name)}")
    from stores.vectors_milvus import MilvusVectors  # noqa: PLC0415 (see the module's docstring)

    if url == "lite":
        return MilvusVectors(str(home / "milvus.db"), embedder.name, embedder.dimensions)
    if urlsplit(url).scheme not in ("http", "https"):
        raise WiringError("CITEPATH_VECTORS_URL: http(s)://host:19530, lite, or leave it out for exact search")
    server = _Server.of("VECTORS", url, settings.vectors_password_file)
    return MilvusVectors(
        server.url,
        embedder.name,
        embedder.dimensions,
        prefix=settings.index_prefix,
        user=server.user or "",
        password=server.password or "",
        ca_file=settings.vectors_ca_file,
        timeout=settings.search_seconds,
        write_timeout=settings.write_seconds,
    )


@dataclass(frozen=True, slots=True)
class _Server:
    """Where a server is, and who we are there; the password came from a file and is shown by no `repr`."""

    url: str  # without user and password
    user: str | None
    password: str | None = field(repr=False)

    @property
    def url_with_user(self) -> str:
        """For vendors that want the user there."""
        if self.user is None:
            return self.url
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(netloc=f"{quote(self.user, safe='')}@{parts.netloc}"))

    @classmethod
    def of(cls, store: str, url: str, password_file: Path | None) -> "_Server":
        """Raises WiringError for a password inside the URL, and for a file that cannot be read."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise WiringError(f"CITEPATH_{store}_URL: {error}") from error
        secret = "KEY" if store == "EMBEDDING" else "PASSWORD"
        if parts.password is not None:
            raise WiringError(
                f"CITEPATH_{store}_URL holds a password: write it into a file and name that in "
                f"CITEPATH_{store}_{secret}_FILE"
            )
        if not host:
            raise WiringError(f"CITEPATH_{store}_URL names no host")
        where = f"[{host}]" if ":" in host else host
        place = where if port is None else f"{where}:{port}"
        user = unquote(parts.username) if parts.username else None
        return cls(
            urlunsplit(parts._replace(netloc=place)), user, _secret(f"CITEPATH_{store}_{secret}_FILE", password_file)
        )


def _secret(setting: str, file: Path | None) -> str | None:
    """What a file holds, without the line's end."""
    if file is None:
        return None
    try:
        return file.expanduser().read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise WiringError(f"{setting}: {file} cannot be read: see that it is there and text") from error


def _plain(name: str) -> str:
    """A model's name as part of a file's: letters, digits and dashes, and a hash that keeps it apart from others."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:40]
    return f"{words}-{sha256(name.encode()).hexdigest()[:8]}"
