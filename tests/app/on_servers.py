"""A house on the four real servers, with names of its own in each of them."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

import pymysql

from app.settings import Settings
from tests.servers import url_of


def settings_on_servers(folder: Path, **more: object) -> Settings:
    """Settings of a house on the four servers: a database of its own, and a prefix for all its other names."""
    name = f"citepath_{secrets.token_hex(5)}"
    folder.mkdir(parents=True, exist_ok=True)
    mysql = _without_password("mysql", folder)
    database(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    elastic, redis = _without_password("elastic", folder), _without_password("redis", folder)
    values: dict[str, object] = {
        "home": folder / "home",
        "ledger_url": f"{mysql.rpartition('/')[0]}/{name}",
        "ledger_password_file": folder / "mysql.password",
        "keywords_url": elastic,
        "keywords_password_file": folder / "elastic.password",
        "vectors_url": url_of("milvus"),
        "cache_url": redis,
        "cache_password_file": folder / "redis.password",
        "embedding_url": "hashing",
        "index_prefix": name,
    }
    return Settings.model_validate({**values, **more})


def drop_database(settings: Settings) -> None:
    database(f"DROP DATABASE IF EXISTS {str(settings.ledger_url).rpartition('/')[2]}")


def database(statement: str) -> None:
    """One statement on the database server, outside of any house."""
    at = urlsplit(url_of("mysql"))
    with pymysql.connect(
        host=at.hostname or "", port=at.port or 3306, user=at.username or "", password=at.password or ""
    ) as connection:
        connection.cursor().execute(statement)


def _without_password(server: str, folder: Path) -> str:
    """A server's address as settings want it: with the user, and the password in a file."""
    at = urlsplit(url_of(server))
    (folder / f"{server}.password").write_text(at.password or "", encoding="utf-8")
    user = f"{at.username}@" if at.username else ""
    return at._replace(netloc=f"{user}{at.hostname}:{at.port}", query="").geturl()
