"""Several circuits at once: all or none."""

from __future__ import annotations

from typing import Any

import pytest

from twin.control.brain import optical_circuit
from twin.control.commands import Answer
from twin.control.events import CircuitRequested, CircuitsRequested
from twin.control.route import CHANNELS
from twin.control.service import Protection, Service
from twin.plan.model import Plan

AB, BC, AC = (CircuitRequested(name, (name[0], name[1])) for name in ("ab", "bc", "ac"))


def shown(bench: Any) -> dict[str, tuple[str, list[str], int | None]]:
    return {
        circuit.name: (circuit.state.value, list(circuit.fibres), circuit.channel) for circuit in bench.brain.circuits
    }


def test_all_of_them(bench: Any) -> None:
    assert bench.answers(bench.play(CircuitsRequested((AB, BC, AC)))) == [Answer(True)]
    assert shown(bench) == {
        "ab": ("active", ["ab"], 1),
        "bc": ("active", ["bc"], 1),
        "ac": ("active", ["ca"], 1),
    }


def test_or_none(bench: Any) -> None:
    more = CircuitRequested("more", ("a", "b"))
    assert bench.play(CircuitsRequested((AB, AC, more))) == [Answer(False, "more: no free transceiver at a")]
    assert shown(bench) == {}
    bench.play(AB)
    assert shown(bench) == {"ab": ("active", ["ab"], 1)}


def test_the_longest_first_where_the_order_asked_for_leads_nowhere(
    plan_of: Any, make_site: Any, bench_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CHANNELS, "roadm", range(1, 2))
    fibres = [("ab", "a", "b", 10), ("bc", "b", "c", 10), ("ad", "a", "d", 9), ("db", "d", "b", 9)]
    plan = plan_of([make_site(name) for name in "abcd"], fibres)
    bench = bench_of(optical_circuit(plan), plan)
    limited = CircuitRequested("far", ("a", "c"), Service(avoid=frozenset({"d"})))
    assert bench.answers(bench.play(CircuitsRequested((AB, limited)))) == [Answer(True)]
    assert shown(bench) == {"ab": ("active", ["ad", "db"], 1), "far": ("active", ["ab", "bc"], 1)}


def test_a_protected_one_among_them(bench: Any) -> None:
    protected = CircuitRequested("safe", ("a", "b"), Service(Protection.ONE_PLUS_ONE))
    bench.play(CircuitsRequested((protected, BC)))
    assert [route.fibres for route in bench.brain.circuits[0].routes] == [("ab",), ("ca", "bc")]
    assert shown(bench)["bc"] == ("active", ["bc"], 2)


@pytest.mark.parametrize(
    ("requests", "reason"),
    [
        ((AB, AB), "ab: there is a circuit of that name"),
        ((AB, CircuitRequested("x", ("a", "z"))), "x: there is no site 'z'; sites: a, b, c"),
    ],
)
def test_what_cannot_be(bench: Any, requests: tuple[CircuitRequested, ...], reason: str) -> None:
    assert bench.play(CircuitsRequested(requests)) == [Answer(False, reason)]


def test_not_before_all_switches_are_there(triangle: Plan) -> None:
    reason = "6 switches have yet to connect; ask again when they have"
    assert optical_circuit(triangle).handle(CircuitsRequested((AB,)), 0.0) == [Answer(False, reason)]
