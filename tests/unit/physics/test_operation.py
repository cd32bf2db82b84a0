"""A plant in operation: orders come into force when light passes, and whoever plays it is told all there is to tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twin.physics.events import Attenuate, Event, Tick
from twin.physics.operation import Operation
from twin.physics.wiring import CrossConnect
from twin.plan.model import Plan

LitPlan = Callable[..., Plan]
SWITCHING_S = 15e-3
#: Light from a-t1 over the fibre ab to b-t1 and back: ROADM ports 1 to 3 are transceivers', 4 leads from a to b.
THERE = (CrossConnect("a-roadm", 1, 0, 4, 7), CrossConnect("b-roadm", 4, 7, 1, 0))
BACK = (CrossConnect("b-roadm", 1, 0, 4, 7), CrossConnect("a-roadm", 4, 7, 1, 0))


class Hands:
    """Writes down what it is asked for, in order."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []

    def install(self, order: str) -> None:
        self.done.append(("install", order))

    def withdraw(self, order: str) -> None:
        self.done.append(("withdraw", order))

    def interrupt(self, cross: CrossConnect) -> None:
        self.done.append(("interrupt", cross.switch, cross.in_port))

    def set_carrier(self, transceiver: str, up: bool) -> None:
        self.done.append((transceiver, "up" if up else "down"))

    def set_rate(self, transceiver: str, rate_bps: float) -> None:
        self.done.append((transceiver, rate_bps))

    def tell(self, event: str, details: dict[str, Any]) -> None:
        self.done.append(("tell", event, details.get("transceiver") or details["switch"]))

    def note(self, event: Event, at_s: float) -> None:
        self.done.append(("note", type(event).__name__, at_s))

    def take(self, *kinds: str) -> list[tuple[Any, ...]]:
        """What was done since, of ``kinds`` (none: of all but what was told and noted)."""
        done, self.done = self.done, []
        return [item for item in done if (item[0] in kinds if kinds else item[0] not in ("tell", "note"))]


def running(plan: Plan) -> tuple[Operation[str], Hands]:
    """Both ways ordered at 1 s and up."""
    hands = Hands()
    operation: Operation[str] = Operation(plan, hands)
    for cross in (*THERE, *BACK):
        operation.order(cross, f"{cross.switch}:{cross.in_port}", 1.0)
    operation.happen(Tick(), 1.0 + SWITCHING_S)
    return operation, hands


def test_an_order_is_in_force_when_the_mirrors_have_turned(lit_plan: LitPlan) -> None:
    hands = Hands()
    operation: Operation[str] = Operation(lit_plan(), hands)
    assert operation.next_s is None
    for cross in (*THERE, *BACK):
        operation.order(cross, f"{cross.switch}:{cross.in_port}", 1.0)
    assert hands.take() == []
    assert operation.next_s == 1.0 + SWITCHING_S
    assert not operation.settled("a-roadm")
    assert operation.settled("c-roadm")
    operation.happen(Tick(), 1.0 + SWITCHING_S)
    assert operation.settled("a-roadm")
    done = hands.take()
    assert sorted(done[:4]) == [("install", f"{site}-roadm:{port}") for site in "ab" for port in (1, 4)]
    assert set(done[4:]) == {(f"{site}-t1", what) for site in "ab" for what in ("up", 400e9)}


def test_a_rate_is_set_before_the_carrier_comes_up(lit_plan: LitPlan) -> None:
    operation, hands = running(lit_plan())
    done = [item for item in hands.take() if item[0] == "a-t1"]
    assert done == [("a-t1", 400e9), ("a-t1", "up")]
    assert operation.next_s is None


def test_what_replaces_an_order_withdraws_it_first(lit_plan: LitPlan) -> None:
    operation, hands = running(lit_plan())
    hands.take()
    operation.order(CrossConnect("a-roadm", 1, 0, 5, 7), "elsewhere", 2.0)
    assert hands.take()[:3] == [("withdraw", "a-roadm:1"), ("interrupt", "a-roadm", 1), ("b-t1", "down")]
    assert operation.next_s == 2.0 + SWITCHING_S


def test_the_same_order_again_is_nothing_new(lit_plan: LitPlan) -> None:
    operation, hands = running(lit_plan())
    hands.take()
    operation.order(THERE[0], "again", 2.0)
    assert hands.done == [("install", "again")]
    assert operation.next_s is None


def test_an_order_that_is_repeated_while_mirrors_turn_waits_with_the_first(lit_plan: LitPlan) -> None:
    hands = Hands()
    operation: Operation[str] = Operation(lit_plan(), hands)
    operation.order(THERE[0], "first", 1.0)
    operation.order(THERE[0], "second", 1.01)
    operation.happen(Tick(), 1.0 + SWITCHING_S)
    assert hands.take() == [("install", "second")]


def test_cancelled_is_what_is_meant_and_of_that_switch(lit_plan: LitPlan) -> None:
    operation, hands = running(lit_plan())
    hands.take()
    operation.cancel("a-roadm", lambda order: order.endswith(":1"), 2.0)
    assert hands.take("interrupt") == [("interrupt", "a-roadm", 1)]
    operation.cancel("c-roadm", lambda order: True, 2.0)
    assert hands.done == []


def test_what_is_due_comes_before_what_happens(lit_plan: LitPlan) -> None:
    hands = Hands()
    operation: Operation[str] = Operation(lit_plan(), hands)
    operation.order(THERE[0], "there", 1.0)
    operation.happen(Attenuate("ab", 40.0), 2.0)
    assert [item[:2] for item in hands.take("install", "note")] == [
        ("note", "Connect"),
        ("install", "there"),
        ("note", "Attenuate"),
    ]
