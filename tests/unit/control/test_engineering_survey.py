"""What light can join, as far as fibres are lit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twin.control.engineering.ground import Join, Survey
from twin.control.plant import Plant, Port
from twin.plan.model import Plan

PS_PER_KM = 4.8967e6


def test_the_ground_of_a_plant(triangle: Plan) -> None:
    ground = Survey(Plant(triangle)).ground([("c", "a"), ("a", "c")], {"a": 2, "c": 2})
    assert ground.ports == {"a": 0, "b": 2, "c": 0}
    assert ground.fixed == {("a", "c"): 2}
    assert set(ground.joins) == {("a", "b"), ("a", "c"), ("b", "c")}
    assert ground.joins[("a", "b")] == Join(round(100 * PS_PER_KM) + _amplifier_ps(triangle, "ab"), 400e9)


def _amplifier_ps(plan: Plan, fibre: str) -> int:
    (found,) = (each for each in plan.fibres if each.name == fibre)
    return round(found.equipment_delay_s * 1e12)


def test_a_dark_fibre_is_gone_round_and_what_nothing_reaches_is_not_joined(
    plan_of: Callable[..., Plan], make_site: Callable[..., Any]
) -> None:
    plan = plan_of(
        [make_site("a"), make_site("b"), make_site("o", kind="ocs"), make_site("x", kind=None)],
        [("short", "a", "b", 50), ("long", "a", "b", 70)],
    )
    plant = Plant(plan)
    survey = Survey(plant)
    quick = survey.ground([], {}).joins
    assert list(quick) == [("a", "b")]
    (end, _) = plan.link_by_name["short"].ends
    plant.set_port(Port(plant.dpid_of[end.node], end.port), up=False)
    slow = survey.ground([], {}).joins
    assert slow[("a", "b")].delay_ps - quick[("a", "b")].delay_ps == round(20 * PS_PER_KM)
    (end, _) = plan.link_by_name["long"].ends
    plant.set_port(Port(plant.dpid_of[end.node], end.port), up=False)
    assert survey.ground([("a", "b")], {"a": 1, "b": 1}).fixed == {}
