"""Settings: the only place that reads the environment. Every one is `CITEPATH_<NAME>`.

Values are checked when they are read; a wrong one ends the command with the
name of the variable and what it takes.
"""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from docs_ingest.limits import MEGABYTE
from docs_ingest.limits import Limits as ReadingLimits
from navigators.budget import Limits as WalkLimits
from stores.records import Roads

MB = 1_000_000


class Settings(BaseSettings):
    """What an operator may set; the defaults are the embedded ones, for one machine without servers."""

    model_config = SettingsConfigDict(env_prefix="CITEPATH_", env_file=None, extra="ignore", frozen=True)

    home: Path = Field(Path("~/.citepath"), description="folder of the embedded stores")
    tenant: str = Field("default", min_length=1, max_length=64, description="whose documents these are")

    ledger_url: str | None = Field(None, description="mysql+pymysql://user@host/database; none: SQLite in the home")
    ledger_password_file: Path | None = Field(None, description="file that holds the ledger's password")
    ledger_ca_file: Path | None = Field(None, description="certificate authority of the ledger's server")
    keywords_url: str | None = Field(None, description="http(s)://user@host:9200, Elasticsearch; none: tantivy")
    keywords_password_file: Path | None = Field(None, description="file that holds Elasticsearch's password")
    keywords_ca_file: Path | None = Field(None, description="certificate authority of Elasticsearch")
    vectors_url: str | None = Field(None, description="http(s)://host:19530, Milvus; lite: Milvus Lite; none: exact")
    vectors_password_file: Path | None = Field(None, description="file that holds Milvus's password")
    vectors_ca_file: Path | None = Field(None, description="certificate authority of Milvus")
    cache_url: str | None = Field(None, description="redis(s)://host:6379/0; none: SQLite in the home")
    cache_password_file: Path | None = Field(None, description="file that holds Redis's password")
    cache_ca_file: Path | None = Field(None, description="certificate authority of Redis")
    embedding_url: str | None = Field(
        None, description="http(s)://host/v1, folder:PATH or hashing; none: no road of meaning"
    )
    embedding_model: str = Field("", max_length=128, description="model asked of the embeddings server")
    embedding_dimensions: int = Field(256, ge=2, le=16_384, description="of its vectors")
    embedding_key_file: Path | None = Field(None, description="file that holds the key of the embeddings server")
    index_prefix: str = Field(
        "citepath", pattern="^[a-z][a-z0-9_]{0,31}$", description="what names in shared servers begin with"
    )
    ledger_seconds: int = Field(15, ge=1, description="longest wait for the ledger's server, for one statement")
    search_seconds: float = Field(2.0, gt=0, description="longest wait for one search of an index")
    write_seconds: float = Field(60.0, gt=0, description="longest wait for an index to take a batch in")
    cache_seconds: float = Field(0.05, gt=0, description="longest wait for a shared cache")
    embedding_seconds: float = Field(60.0, gt=0, description="longest wait for a batch of vectors")

    max_file_mb: int = Field(200, ge=1, description="largest file taken in")
    max_pages: int = Field(5_000, ge=1, description="most pages of one file")
    max_characters: int = Field(20_000_000, ge=1, description="most characters of one file's text")
    max_nodes: int = Field(1_000_000, ge=100, description="most paragraphs and rows of one file")
    read_seconds: float = Field(300.0, gt=0, description="longest time for reading one file")
    read_memory_mb: int = Field(950, ge=256, description="most memory for reading one file")
    readers: int = Field(default_factory=lambda: min(8, os.cpu_count() or 1), ge=1, description="files read at once")
    keep_originals: bool = Field(True, description="keep the uploaded bytes, for boxes of characters and page images")

    ask_seconds: float = Field(30.0, gt=0, description="deadline of a question")
    ask_passages: int = Field(24, ge=1, description="passages read for a question")
    ask_tokens: int = Field(8_000, ge=100, description="estimated tokens read for a question")
    ask_rounds: int = Field(16, ge=1, description="rounds of narrowing")
    ask_judge_calls: int = Field(400, ge=1, description="judge calls of a question")
    ask_documents: int = Field(32, ge=1, description="documents opened for a question")
    ask_characters: int = Field(10_000_000, ge=1, description="characters of the documents opened, beyond the first")
    roads: Roads = Field(Roads.AUTO, description="navigate, hybrid, both, or auto: navigate, and fall back")
    fallback_seconds: float = Field(3.0, gt=0, description="longest time for asking all indexes at once")
    ask_proposals: int = Field(60, ge=1, description="passages the keyword index proposes")
    retrieve_merge_tokens: int = Field(
        1_000,
        ge=0,
        description="estimated tokens of a section that `retrieve` shows for several passages in it; 0: never",
    )

    glossary: Path | None = Field(None, description="words in both languages, before those that come with citepath")

    max_question: int = Field(4_000, ge=1, description="longest question, in characters")
    cache_mb: int = Field(64, ge=1, description="size of the answer cache")
    cache_answers: bool = Field(True, description="serve an unchanged question from the answer cache")
    langsmith: bool = Field(False, description="let LangSmith upload traces, with document text in them")

    def reading(self, at_once: int = 1) -> ReadingLimits:
        """Limits of one of so many reading children; each gets its share of the cores as helpers."""
        return ReadingLimits(
            max_bytes=self.max_file_mb * MB,
            max_pages=self.max_pages,
            max_characters=self.max_characters,
            max_nodes=self.max_nodes,
            wall_seconds=self.read_seconds,
            cpu_seconds=self.read_seconds,
            memory_bytes=self.read_memory_mb * MEGABYTE,
            helpers=max(1, self.readers // at_once),
        )

    def walking(self) -> WalkLimits:
        """Limits of a question."""
        return WalkLimits(
            passages=self.ask_passages,
            passage_tokens=self.ask_tokens,
            rounds=self.ask_rounds,
            judge_calls=self.ask_judge_calls,
            seconds=self.ask_seconds,
            documents=self.ask_documents,
            document_characters=self.ask_characters,
            proposals=self.ask_proposals,
            merge_tokens=self.retrieve_merge_tokens,
            fallback_seconds=self.fallback_seconds,
        )


def load_settings() -> Settings:
    """The settings of this process. LangSmith stays silent unless `CITEPATH_LANGSMITH` asks for it."""
    settings = Settings()
    if not settings.langsmith:
        for name in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"):
            os.environ[name] = "false"
    return settings
