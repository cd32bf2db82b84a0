from __future__ import annotations

from typing import Any

from twin.results.event import Event
from twin.results.outcome import CircuitRecord
from twin.results.restoration import Restoration, restorations

CIRCUITS = [CircuitRecord("x", 0.01, 0.01, ("a",), 1), CircuitRecord("y", 0.01, 0.01, ("a", "b"), 2)]


def cut(t_s: float, fibre: str) -> Event:
    return Event(t_s, "timeline", "fibre-cut", {"fibre": fibre})


def said(t_s: float, name: str, circuit: str, *fibres: str) -> Event:
    details: dict[str, Any] = {"circuit": circuit} | ({"fibres": list(fibres)} if fibres else {})
    return Event(t_s, "controller", f"circuit-{name}", details)


def test_restored_when_the_last_circuit_is_back() -> None:
    events = [cut(2.0, "a"), said(2.0, "down", "x"), said(2.0, "down", "y"), said(2.25, "active", "x", "c"),
              said(2.5, "active", "y", "c", "b"), said(3.0, "active", "y", "a", "b")]  # fmt: skip
    assert restorations(CIRCUITS, events) == [Restoration("a", 2.0, ("x", "y"), (), 0.5)]


def test_a_circuit_that_never_comes_back_is_lost() -> None:
    events = [cut(2.0, "a"), said(2.25, "active", "x", "c"), said(2.5, "failed", "y")]
    assert restorations(CIRCUITS, events) == [Restoration("a", 2.0, ("x", "y"), ("y",), None)]


def test_a_circuit_given_back_on_purpose_is_not_lost() -> None:
    events = [cut(2.0, "a"), said(2.25, "active", "x", "c"), said(2.5, "released", "y")]
    assert restorations(CIRCUITS, events) == [Restoration("a", 2.0, ("x", "y"), (), 0.25)]


def test_a_fibre_without_circuits_has_no_restoration() -> None:
    assert restorations(CIRCUITS, [cut(2.0, "z")]) == []
    moved = [said(1.0, "active", "x", "c"), said(1.0, "released", "y"), cut(2.0, "a")]
    assert restorations(CIRCUITS, moved) == []


def test_a_circuit_that_is_down_already_does_not_use_the_next_fibre() -> None:
    events = [cut(1.0, "a"), said(1.0, "down", "y"), cut(2.0, "b"), said(3.0, "active", "x", "c"),
              said(3.0, "active", "y", "a", "b")]  # fmt: skip
    assert restorations(CIRCUITS, events) == [Restoration("a", 1.0, ("x", "y"), (), 2.0)]


def test_within_one_moment_cause_comes_before_consequence() -> None:
    """Under the virtual clock a controller may answer a cut at the very time of the cut."""
    events = [cut(2.0, "a"), said(2.0, "down", "x"), said(2.0, "active", "x", "c"), said(2.0, "active", "y", "b")]
    assert restorations(CIRCUITS, events) == [Restoration("a", 2.0, ("x", "y"), (), 0.0)]
    too_early = [said(2.0, "active", "x", "a"), cut(2.0, "a"), said(2.0, "active", "y", "b")]
    assert restorations(CIRCUITS, too_early) == [Restoration("a", 2.0, ("x", "y"), ("x",), None)]
