from __future__ import annotations

import contextlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.control.commands import Answer
from twin.control.events import (
    CircuitChanged,
    CircuitReleased,
    CircuitRequested,
    CircuitsListed,
    CircuitsRequested,
    RewireRequested,
    TrafficAnnounced,
)
from twin.control.northbound import Question, parse, render, service_of
from twin.control.service import Disjoint, Protection, Reconfigure, Service
from twin.plan.codec import to_json
from twin.workloads.scenario import Circuit

VERBS = "request, change, release, rewire, announce, list, request all"


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ('{"do": "request", "name": "c", "sites": ["a", "b"]}', CircuitRequested("c", ("a", "b"))),
        ('{"do": "release", "name": "c"}', CircuitReleased("c")),
        (
            '{"do": "request all", "circuits": [{"name": "c", "sites": ["a", "b"]}]}',
            CircuitsRequested((CircuitRequested("c", ("a", "b")),)),
        ),
        (
            '{"do": "change", "name": "c", "service": {"avoid": ["x"]}}',
            CircuitChanged("c", Service(avoid=frozenset({"x"}))),
        ),
        (
            '{"do": "rewire", "release": ["c"], "circuits": [{"name": "d", "sites": ["a", "b"]}]}',
            RewireRequested(("c",), (CircuitRequested("d", ("a", "b")),)),
        ),
        ('{"do": "list"}', CircuitsListed()),
        ('{"do": "announce", "traffic": [["a", "b", 5e9]]}', TrafficAnnounced((("a", "b", 5e9),))),
        ('{"do": "announce", "traffic": []}', TrafficAnnounced(())),
    ],
)
def test_lines_that_ask(line: str, question: Question) -> None:
    assert parse(line) == question


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[1]", "found [1]; allowed: one JSON object a line"),
        ('{"do": "dance"}', f"do: found 'dance'; allowed: {VERBS}"),
        ("{}", f"do: found None; allowed: {VERBS}"),
        ('{"do": "list", "x": 1}', "list: found the keys do, x; allowed: exactly do"),
        (
            '{"do": "request all"}',
            "request all: found {'do': 'request all'}; allowed: do, and circuits: a list of requests",
        ),
        (
            '{"do": "request all", "circuits": [7]}',
            "circuits: found 7; allowed: name, sites, and perhaps service",
        ),
        (
            '{"do": "announce", "traffic": [["a", "b", -1]]}',
            "traffic: found ['a', 'b', -1]; allowed: a list of [site, site, bytes]",
        ),
        ('{"do": "announce", "traffic": 5}', "traffic: found 5; allowed: a list of [site, site, bytes]"),
        ('{"do": "rewire", "release": "c", "circuits": []}', "release: found 'c'; allowed: a list of circuits"),
        ('{"do": "rewire", "release": [], "circuits": {}}', "circuits: found {}; allowed: a list of requests"),
        ('{"do": "release"}', "release: found the keys do; allowed: exactly do, name"),
        ('{"do": "release", "name": ""}', "name: found ''; allowed: a text"),
        (
            '{"do": "request", "name": "c", "sites": ["a"]}',
            "sites: found ['a']; allowed: a list of two sites' names",
        ),
        (
            "x",
            "found a line that is not JSON (Expecting value: line 1 column 1 (char 0)); "
            "allowed: one JSON object a line",
        ),
    ],
)
def test_lines_that_do_not(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse(line)


@given(st.text(max_size=80))
def test_any_text_is_understood_or_refused(line: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(parse(line), CircuitRequested | CircuitReleased | CircuitsListed)


def test_many_brackets_are_refused() -> None:
    with pytest.raises(ValueError, match="not JSON"):
        parse("[" * 1_000_000)


def test_answers() -> None:
    assert render(Answer(True)) == '{"ok": true}'
    assert render(Answer(False, "no")) == '{"ok": false, "reason": "no"}'
    assert render(Answer(True, circuits=({"name": "c"},))) == '{"ok": true, "circuits": [{"name": "c"}]}'


def test_a_service_beside_the_sites() -> None:
    service = {
        "protection": "1+1",
        "disjoint": "site",
        "revert": False,
        "wait_to_restore_s": 5,
        "reconfigure": "break-before-make",
        "path": "hops",
        "max_delay_s": 0.01,
        "capacity_bps": 4e11,
        "avoid": ["ab"],
        "through": ["c"],
    }
    question = parse(json.dumps({"do": "request", "name": "x", "sites": ["a", "b"], "service": service}))
    assert question == CircuitRequested(
        "x",
        ("a", "b"),
        Service(
            Protection.ONE_PLUS_ONE,
            Disjoint.SITE,
            False,
            5,
            Reconfigure.BREAK_BEFORE_MAKE,
            True,
            0.01,
            4e11,
            frozenset({"ab"}),
            frozenset({"c"}),
        ),
    )


def test_an_experiments_circuit_at_its_defaults_is_a_plain_service() -> None:
    asked = to_json(Circuit("x", ("a", "b")))
    del asked["name"], asked["sites"]
    assert service_of(asked) == Service()


@pytest.mark.parametrize(
    ("service", "message"),
    [
        (7, "service: found 7; allowed: a mapping"),
        ({"revert": 1}, "service.revert: found 1; allowed: true, false"),
        ({"protection": "2+1"}, "service.protection: found '2+1'; allowed: none, restoration, 1:1, 1+1"),
        ({"max_delay_s": -1}, "service.max_delay_s: found -1; allowed: a number of seconds, null"),
        ({"channel": True}, "service.channel: found True; allowed: a number from 1, null"),
        ({"avoid": "ab"}, "service.avoid: found 'ab'; allowed: a list of fibres, sites and shared risks"),
        (
            {"speed": 1},
            "service: found the key 'speed'; allowed: protection, disjoint, revert, wait_to_restore_s, reconfigure, "
            "path, max_delay_s, capacity_bps, avoid, through, channel, restore_within_s",
        ),
    ],
)
def test_services_that_are_none(service: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        service_of(service)
