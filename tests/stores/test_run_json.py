"""A run goes to JSON and comes back as it was."""

import types
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stores.errors import StoreCorrupt
from stores.ids import FixedClock
from stores.ledger import run_from_json, run_to_json
from stores.records import Note, Run
from tests.stores.contract_ledger import a_run

TEXT = st.text(st.characters(exclude_categories=()), max_size=8) | st.sampled_from(
    ["第十二条", "§ 106.02", "A\ud800款"]
)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    type(None): st.none(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(fold=0)),  # fold means nothing in UTC
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a record's field, found by its type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{f.name: values_of(hints[f.name]) for f in fields(hint)})  # type: ignore[arg-type]  # a class
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(values_of(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, arguments))
    if origin is dict:
        return st.dictionaries(TEXT, values_of(arguments[1]), max_size=2)
    assert origin in (Union, types.UnionType), hint
    return st.one_of(*map(values_of, arguments))


@given(values_of(Run))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_run_comes_back_without_loss_and_gives_the_same_bytes_again(run: Run) -> None:
    written = run_to_json(run)
    back = run_from_json(written)
    assert back == run
    assert run_to_json(back) == written  # equality alone takes 1 for 1.0 and for True


def test_the_bytes_do_not_depend_on_the_order_in_which_a_dict_was_filled(clock: FixedClock) -> None:
    one = Note(1, "judge", "甲", detail={"乙": 1, "a": 2.0})
    two = Note(1, "judge", "甲", detail={"a": 2.0, "乙": 1})
    run = a_run(clock)
    assert run_to_json(replace(run, notes=(one,))) == run_to_json(replace(run, notes=(two,)))


def test_chinese_is_written_as_it_is_and_readable(clock: FixedClock) -> None:
    assert "什么是 KYC?".encode() in run_to_json(a_run(clock))


def test_a_run_written_before_a_field_existed_gets_its_default(clock: FixedClock) -> None:
    run = a_run(clock)
    old = run_to_json(run).replace(b'"cached_from":null,', b"")
    assert b"cached_from" not in old
    assert run_from_json(old) == run


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"null", b'"run"', b"\xff", b'{"id": "x"}', b'{"nothing of ours": 1}']
)
def test_what_is_no_run_is_corrupt(data: bytes) -> None:
    with pytest.raises(StoreCorrupt):
        run_from_json(data)


def test_a_run_of_a_newer_release_is_not_read_with_fields_missing(clock: FixedClock) -> None:
    newer = run_to_json(a_run(clock)).replace(b'{"answer"', b'{"agreed":true,"answer"')
    with pytest.raises(StoreCorrupt):
        run_from_json(newer)
