from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from twin.northbound.names import uuid_of
from twin.northbound.query import Query, Selection, parse, select

SERVICES = "tapi-common:context/tapi-connectivity:connectivity-context"
LIST = [{"uuid": "x", "f": 3, "g": {"h": 4}}]
DOCUMENT: dict[str, Any] = {"m:a": {"b": {"c": 1, "d": {"e": 2}}, "list": LIST, "n:k": 5}}


@pytest.mark.parametrize(
    ("expression", "selection"),
    [
        ("a", {"a": {}}),
        ("a;b", {"a": {}, "b": {}}),
        ("m:a/b", {"a": {"b": {}}}),
        ("a(b;c/d);e", {"a": {"b": {}, "c": {"d": {}}}, "e": {}}),
        ("a/b;a/c", {"a": {"b": {}, "c": {}}}),
    ],
)
def test_an_expression_is_a_tree(expression: str, selection: Selection) -> None:
    assert parse(expression) == selection


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("a b", "fields: found 'a b'; allowed: names, joined by ';', '/' and parentheses"),
        ("a;", "fields: a name is missing"),
        ("a(;b)", "fields: found ';' where a name should be"),
        ("a(b", "fields: a ')' is missing"),
        ("a/" * 33 + "a", "fields: found more than 32 steps downwards; no document is so deep"),
        ("a)b", "fields: found 'a)b', which has ')' where it should end"),
        ("a(b)c", "fields: found 'a(b)c', which has 'c' where it should end"),
    ],
)
def test_what_is_no_expression(expression: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse(expression)


def test_fields_are_picked_and_keys_stay() -> None:
    found = select(DOCUMENT, Query(fields="b/d;list(g);k"))
    assert found == {"m:a": {"b": {"d": {"e": 2}}, "list": [{"uuid": "x", "g": {"h": 4}}], "n:k": 5}}


@pytest.mark.parametrize(
    ("depth", "found"),
    [
        ("1", {}),
        ("2", {"b": {}, "list": [{}], "n:k": 5}),
        ("3", {"b": {"c": 1, "d": {}}, "list": [{"uuid": "x", "f": 3, "g": {}}], "n:k": 5}),
        ("9", DOCUMENT["m:a"]),
        ("unbounded", DOCUMENT["m:a"]),
    ],
)
def test_depth_counts_levels(depth: str, found: dict[str, Any]) -> None:
    assert select(DOCUMENT, Query(depth=depth)) == {"m:a": found}


def test_both_on_real_data(office: Any, wish: Callable[..., dict[str, Any]]) -> None:
    office.store.create("alice", wish("a", "b", "c1"))
    read = office.store.read("alice", SERVICES, Query(fields="connectivity-service(name;operational-state)"))
    service = {
        "uuid": uuid_of("circuit", "alice/c1"),
        "name": [{"value-name": "SERVICE_NAME", "value": "c1"}],
        "operational-state": "ENABLED",
    }
    assert read.document == {"tapi-connectivity:connectivity-context": {"connectivity-service": [service]}}
    assert office.store.read("alice", SERVICES, Query(fields="(")).status == 400
