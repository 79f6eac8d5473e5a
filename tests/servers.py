"""The real servers beside the tests: where they are, and what can be done to them.

`tests/services/with-stores.sh CMD` starts them and sets `CITEPATH_TEST_<NAME>_URL`.
Tests that need them are marked: `stores` (any number at a time), or `faults`
(stop, stall or kill a server: alone). A marked test whose server is not there
fails; it never skips.
"""

import os

import pytest


def url_of(server: str) -> str:
    """The address of a server: redis, mysql, milvus, elastic."""
    url = os.environ.get(f"CITEPATH_TEST_{server.upper()}_URL")
    if url is None:
        pytest.fail(f"this test needs a real {server}: make stores")
    return url
