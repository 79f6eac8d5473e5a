"""The real servers do what the fault tests rely on, asked through their vendors' own libraries."""

import os
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pymysql
import pytest
import redis
from elasticsearch import ApiError, Elasticsearch
from pymilvus import MilvusClient
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.servers import SERVERS, down, is_ready, killed, processes_of, stalled, started, url_of

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
SECONDS = 2.0  # how long the questions below wait for an answer
PATIENCE = 60.0  # for what a server that has just started does more slowly


# --- one question to each server -------------------------------------------------------------------------------------


@contextmanager
def redis_client(seconds: float = SECONDS) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(
        url_of("redis"),
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )
    with closing(client):
        yield client


@contextmanager
def mysql_connection(seconds: float = SECONDS) -> Iterator[pymysql.Connection]:
    url = urlsplit(url_of("mysql"))
    connection = pymysql.connect(
        host=url.hostname,
        port=url.port or 3306,
        user=url.username,
        password=url.password or "",
        database=url.path.strip("/"),
        connect_timeout=int(seconds),
        read_timeout=int(seconds),
    )
    with closing(connection):
        yield connection


@contextmanager
def milvus_client(seconds: float = SECONDS) -> Iterator[MilvusClient]:
    client = MilvusClient(url_of("milvus"), timeout=seconds)
    with closing(client):
        yield client


@contextmanager
def elastic_client(seconds: float = SECONDS) -> Iterator[Elasticsearch]:
    client = Elasticsearch(url_of("elastic"), request_timeout=seconds, max_retries=0, retry_on_timeout=False)
    with closing(client):
        yield client


def ask(server: str) -> None:
    """One small question; any error of the vendor's library means that there was no answer."""
    if server == "redis":
        with redis_client() as client:
            client.ping()
    elif server == "mysql":
        with mysql_connection() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    elif server == "milvus":
        with milvus_client() as milvus:
            milvus.list_collections(timeout=SECONDS)
    else:
        with elastic_client() as elastic:
            elastic.cluster.health()


def refuses(server: str) -> bool:
    """Whether nobody listens at the server's port."""
    url = urlsplit(url_of(server))
    with socket.socket() as caller:
        caller.settimeout(SECONDS)
        return caller.connect_ex((url.hostname or "", url.port or 0)) != 0


def takes_connections(server: str) -> bool:
    return not refuses(server)


# --- stopping and killing --------------------------------------------------------------------------------------------


@pytest.mark.faults
@pytest.mark.parametrize("server", SERVERS)
def test_a_stalled_server_takes_connections_says_nothing_and_answers_afterwards(server: str) -> None:
    ask(server)
    with stalled(server):
        assert takes_connections(server)
        with pytest.raises(Exception):  # noqa: B017 - each vendor has its own error; what counts is that there is one
            ask(server)
        assert not is_ready(server)
    ask(server)


@pytest.mark.faults
def test_a_server_is_started_again_when_the_test_fails_while_it_is_down() -> None:
    with pytest.raises(ZeroDivisionError), down("redis"):
        raise ZeroDivisionError
    ask("redis")


@pytest.mark.faults
def test_a_server_wakes_when_the_test_fails_while_it_is_stalled() -> None:
    with pytest.raises(ZeroDivisionError), stalled("redis"):
        raise ZeroDivisionError
    ask("redis")


@pytest.mark.faults
def test_a_server_behind_a_launcher_is_seen_as_all_its_processes() -> None:
    url_of("elastic")
    assert len(processes_of("elastic")) >= 2


# --- what a killed server still knows --------------------------------------------------------------------------------


@contextmanager
def killed_meanwhile(server: str) -> Iterator[None]:
    """The server is down, and everything shows it; afterwards it answers, as other processes."""
    before = processes_of(server)
    assert before
    with down(server):
        assert processes_of(server) == []
        assert refuses(server)
        assert not is_ready(server)
        with pytest.raises(Exception):  # noqa: B017 - see above
            ask(server)
        yield
    ask(server)
    assert not set(before) & set(processes_of(server))


@pytest.mark.faults
def test_committed_rows_survive_a_kill_and_others_are_gone() -> None:
    table = f"kill_{uuid.uuid4().hex}"
    with mysql_connection() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table} (word VARCHAR(20) PRIMARY KEY)")
        cursor.execute(f"INSERT INTO {table} VALUES ('committed')")
        connection.commit()
        cursor.execute(f"INSERT INTO {table} VALUES ('not committed')")
        killed("mysql")
    assert refuses("mysql")
    started("mysql")
    with mysql_connection() as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT word FROM {table}")
        rows = cursor.fetchall()
        cursor.execute(f"DROP TABLE {table}")
    assert rows == (("committed",),)


@pytest.mark.faults
def test_documents_elasticsearch_confirmed_survive_a_kill() -> None:
    index = f"kill-{uuid.uuid4().hex}"
    with elastic_client(PATIENCE) as client:
        client.indices.create(index=index, settings={"number_of_replicas": 0})
        client.index(index=index, id="1", document={"text": "反洗钱"})  # neither refreshed nor flushed
    with killed_meanwhile("elastic"):
        pass
    with elastic_client(PATIENCE) as client:
        client.cluster.health(index=index, wait_for_status="yellow")
        found = client.get(index=index, id="1")["_source"]
        client.indices.delete(index=index)
    assert found == {"text": "反洗钱"}


@pytest.mark.faults
def test_vectors_milvus_confirmed_survive_a_kill() -> None:
    collection = f"kill_{uuid.uuid4().hex}"
    with milvus_client(PATIENCE) as client:
        client.create_collection(collection, dimension=4, id_type="string", max_length=20, consistency_level="Strong")
        client.insert(collection, [{"id": "a", "vector": [1.0, 0.0, 0.0, 0.0]}])  # not flushed
    with killed_meanwhile("milvus"):
        pass
    with milvus_client(PATIENCE) as client:
        client.load_collection(collection, timeout=PATIENCE)
        found = client.query(collection, ids=["a"], output_fields=["id"], timeout=PATIENCE)
        client.drop_collection(collection)
    assert [row["id"] for row in found] == ["a"]


@pytest.mark.faults
def test_redis_forgets_everything_when_it_is_killed() -> None:
    key = f"kill:{uuid.uuid4().hex}"
    with redis_client() as client:
        client.set(key, "1")
    with killed_meanwhile("redis"):
        pass
    with redis_client() as client:
        assert client.get(key) is None


# --- servers that are full -------------------------------------------------------------------------------------------


@pytest.mark.faults
def test_redis_can_be_made_full() -> None:
    with redis_client() as client:
        before = client.config_get("maxmemory", "maxmemory-policy")
        client.config_set("maxmemory", 1, "maxmemory-policy", "noeviction")
        try:
            with pytest.raises(redis.exceptions.OutOfMemoryError):
                client.set("full", "1")
            assert client.get("full") is None  # reading still works
        finally:
            client.config_set(*(part for item in before.items() for part in item))
        client.set("full", "1", ex=1)


@pytest.mark.faults
def test_an_index_can_be_made_read_only_as_elasticsearch_does_when_the_disk_is_full() -> None:
    index = f"full-{uuid.uuid4().hex}"
    with elastic_client(PATIENCE) as client:
        client.indices.create(index=index, settings={"number_of_replicas": 0})
        client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": True})
        with pytest.raises(ApiError) as refused:
            client.index(index=index, id="1", document={"text": "full"})
        assert refused.value.status_code == 429
        assert client.count(index=index)["count"] == 0  # reading still works
        client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": None})
        client.index(index=index, id="1", document={"text": "full"})
        client.indices.delete(index=index)


@pytest.mark.faults
def test_elasticsearch_can_be_told_to_mind_the_disk() -> None:
    minds = "cluster.routing.allocation.disk.threshold_enabled"
    with elastic_client(PATIENCE) as client:
        client.cluster.put_settings(persistent={minds: True})
        told = client.cluster.get_settings(flat_settings=True)["persistent"]
        client.cluster.put_settings(persistent={minds: None})
    assert told == {minds: "true"}


# --- their settings are those of compose.yaml ------------------------------------------------------------------------


def lines_of(name: str, separator: str) -> dict[str, str]:
    """The settings in a file of deploy/, without comments and section names."""
    lines = (DEPLOY / name).read_text(encoding="utf-8").splitlines()
    pairs = [line.partition(separator) for line in lines if line and line[0] not in "#["]
    return {key.strip(): value.strip() for key, _, value in pairs}


@pytest.mark.stores
def test_redis_runs_with_the_settings_in_deploy() -> None:
    wanted = lines_of("redis.conf", " ")
    with redis_client() as client:
        found = client.config_get(*wanted)
    megabytes = int(wanted.pop("maxmemory").removesuffix("mb"))
    assert found.pop("maxmemory") == str(megabytes * 2**20)
    assert found == {key: value.strip('"') for key, value in wanted.items()}


@pytest.mark.stores
def test_the_ledgers_server_runs_with_the_settings_in_deploy() -> None:
    wanted = lines_of("mysql.cnf", "=")
    with mysql_connection() as connection, connection.cursor() as cursor:
        cursor.execute("SHOW GLOBAL VARIABLES")
        found = dict(cursor.fetchall())
    assert wanted.pop("skip-name-resolve") == ""
    assert found["skip_name_resolve"] == "ON"
    assert set(found["sql_mode"].split(",")) == set(wanted.pop("sql-mode").split(","))
    assert found["time_zone"] == wanted.pop("default-time-zone")
    assert found["max_allowed_packet"] == str(int(wanted.pop("max-allowed-packet").removesuffix("M")) * 2**20)
    assert found["tx_isolation"] == wanted.pop("transaction-isolation")
    assert {name: found[name.replace("-", "_")] for name in wanted} == wanted


@pytest.mark.stores
def test_elasticsearch_runs_with_the_settings_in_deploy() -> None:
    wanted = lines_of("elasticsearch.yml", ":")
    with elastic_client(PATIENCE) as client:
        (node,) = client.nodes.info(metric="settings", flat_settings=True)["nodes"].values()
    assert wanted.items() <= node["settings"].items()


@pytest.mark.stores
def test_elasticsearch_has_the_cjk_analyzer() -> None:
    with elastic_client(PATIENCE) as client:
        tokens = client.indices.analyze(analyzer="cjk", text="第十二条 Article 12")["tokens"]
    assert [token["token"] for token in tokens] == ["第十", "十二", "二条", "article", "12"]


# --- the script that starts them -------------------------------------------------------------------------------------

WITH_STORES = DEPLOY.parent / "tests" / "services" / "with-stores.sh"


def run_with_stores(*arguments: str, before: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*before, WITH_STORES, *arguments], capture_output=True, text=True, timeout=60, check=False)


def programs() -> list[str]:
    """The names of all that runs in this namespace and in those inside it."""
    found = []
    for file in Path("/proc").glob("[0-9]*/comm"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended in the meantime
            found.append(file.read_text().strip())
    return found


@pytest.mark.stores
def test_with_stores_ends_as_its_command_does_and_leaves_nothing_behind() -> None:
    done = run_with_stores("--only", "redis", "bash", "-c", "echo $SERVICES_RUN; exit 3")
    assert done.returncode == 3
    run = Path(done.stdout.strip())
    assert str(run) != os.environ.get("SERVICES_RUN")
    assert not run.exists()
    assert programs().count("redis-server") == 1  # the one these tests run beside


@pytest.mark.stores
def test_with_stores_says_what_it_lacks_where_it_may_not_have_a_namespace() -> None:
    done = run_with_stores("true", before=("setpriv", "--bounding-set=-sys_admin"))
    assert done.returncode == 1
    assert "CAP_SYS_ADMIN" in done.stderr
    assert "CITEPATH_TEST_" in done.stderr


@pytest.mark.stores
def test_with_stores_refuses_a_server_it_does_not_know() -> None:
    done = run_with_stores("--only", "redis,oracle", "true")
    assert done.returncode == 2
    assert "oracle" in done.stderr
