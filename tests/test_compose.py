"""compose.yaml says only what is true, and what production needs to be safe.

What the servers it starts are told beyond that is held by tests/test_servers.py, on servers that run.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml

from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {"app", "embedded"}  # `docker compose run`: they end with their command
STORES = {"mysql", "redis", "elasticsearch", "milvus"}
CITEPATH = {"app", "sync", "embedded"}

each_service = pytest.mark.parametrize("name", SERVICES)


def mounts(name: str) -> list[list[str]]:
    """SOURCE, TARGET and perhaps ro of each volume of a service."""
    return [volume.split(":") for volume in SERVICES[name].get("volumes", [])]


def test_it_is_valid_by_the_compose_specification() -> None:
    schema = json.loads((ROOT / "tests" / "compose_spec" / "compose-spec.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(COMPOSE)


def test_the_specification_would_notice_a_misspelt_key() -> None:
    schema = json.loads((ROOT / "tests" / "compose_spec" / "compose-spec.json").read_text(encoding="utf-8"))
    wrong = {"services": {"redis": SERVICES["redis"] | {"memlimit": "1g"}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(wrong)


def test_every_setting_of_citepath_in_it_exists() -> None:
    known = {f"CITEPATH_{name.upper()}" for name in Settings.model_fields}
    for name in CITEPATH:
        assert set(SERVICES[name]["environment"]) <= known, name
    named = set(re.findall(r"CITEPATH_[A-Z_]+", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    assert named <= known


def test_citepath_is_told_where_all_four_stores_are() -> None:
    environment = SERVICES["app"]["environment"]
    urls = [environment[f"CITEPATH_{store}_URL"] for store in ("LEDGER", "KEYWORDS", "VECTORS", "CACHE")]
    assert {urlsplit(url).hostname for url in urls} == STORES
    assert SERVICES["sync"]["environment"] == environment


@each_service
def test_every_port_is_open_to_this_machine_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)


def test_the_stores_have_no_port_and_no_way_out() -> None:
    assert COMPOSE["networks"]["stores"] == {"internal": True}
    for name in STORES:
        assert SERVICES[name]["networks"] == ["stores"]
        assert "ports" not in SERVICES[name]
    assert SERVICES["embedded"]["network_mode"] == "none"


@each_service
def test_every_image_is_pinned_to_a_release(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].rpartition(":")
    assert image
    assert re.match(r"v?\d+\.\d+\.\d+", tag)


@each_service
def test_every_service_has_a_limit_of_memory(name: str) -> None:
    assert re.fullmatch(r"(\$\{\w+:-)?\d+[mg]\}?", SERVICES[name]["mem_limit"])


@each_service
def test_every_service_that_stays_up_has_a_health_check_and_is_started_again(name: str) -> None:
    service = SERVICES[name]
    if name in ONE_SHOT:
        assert "restart" not in service
        return
    assert service["restart"] == "unless-stopped"
    check = service["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


@pytest.mark.parametrize("name", ["app", "sync"])
def test_citepath_waits_until_every_store_is_healthy(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {store: {"condition": "service_healthy"} for store in STORES}


@each_service
def test_every_secret_used_is_declared_as_a_file_and_used_where_it_is_given(name: str) -> None:
    service = SERVICES[name]
    given = set(service.get("secrets", []))
    assert given <= set(COMPOSE["secrets"])
    said = json.dumps([service.get(part) for part in ("environment", "command", "healthcheck")])
    assert set(re.findall(r"/run/secrets/(\w+)", said)) == given


def test_every_declared_secret_is_a_file_that_stays_out_of_git_and_of_the_image() -> None:
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert set(COMPOSE["secrets"]) == used
    assert COMPOSE["secrets"] == {name: {"file": f"./secrets/{name}"} for name in used}
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert "!secrets" not in ignored


def test_make_secrets_writes_each_of_them_once(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    make = ["make", "--silent", f"--file={ROOT / 'Makefile'}", "secrets"]
    subprocess.run(make, cwd=tmp_path, check=True)
    files = list((tmp_path / "secrets").iterdir())
    assert {file.name for file in files} == set(COMPOSE["secrets"])
    passwords = {file.read_text() for file in files}
    assert len(passwords) == len(files)
    for password in passwords:
        assert re.fullmatch(r"[0-9a-f]{48}", password)  # Milvus takes at most 72 characters
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in files} == {0o644}  # users in the containers read them
    subprocess.run(make, cwd=tmp_path, check=True)
    assert {file.read_text() for file in files} == passwords


@each_service
def test_no_password_stands_in_an_environment(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if re.search("_(PASSWORD|KEY|SECRET|TOKEN)(_|$)", variable):
            assert variable.endswith("_FILE")
            assert value.startswith("/run/secrets/")
        assert not re.search(r"://[^/]*:[^/]*@", str(value)), variable


@each_service
def test_what_it_mounts_is_declared_or_lies_in_the_project(name: str) -> None:
    for source, _, *mode in mounts(name):
        if not source.startswith("./"):
            assert source in COMPOSE["volumes"]
            continue
        assert mode == ["ro"]
        assert source == "./documents" or (ROOT / source).is_file()


def test_every_declared_volume_is_mounted() -> None:
    mounted = {source for name in SERVICES for source, *_ in mounts(name)}
    assert {source for source in mounted if not source.startswith("./")} == set(COMPOSE["volumes"])


@each_service
def test_nothing_gains_rights_and_what_can_runs_on_a_read_only_disk(name: str) -> None:
    service = SERVICES[name]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    writes_beside_its_volume = {"elasticsearch", "milvus", "llm", "embeddings"}
    assert service.get("read_only", False) == (name not in writes_beside_its_volume)


def test_the_servers_that_tests_run_on_read_the_same_settings() -> None:
    script = (ROOT / "tests" / "services" / "with-stores.sh").read_text(encoding="utf-8")
    told = {file.name for file in (ROOT / "deploy").iterdir()}
    assert {Path(source).name for name in STORES for source, *_ in mounts(name) if source.startswith("./")} == told
    for name in told - {"milvus-etcd.yaml"}:  # the other Milvus writes its own
        assert f"$settings/{name}" in script


def test_the_elasticsearch_of_the_tests_has_the_same_version() -> None:
    version = SERVICES["elasticsearch"]["image"].rpartition(":")[2]
    assert f"elasticsearch_version={version}\n" in (ROOT / "tests" / "services" / "install.sh").read_text()
