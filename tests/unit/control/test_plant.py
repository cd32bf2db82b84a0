from __future__ import annotations

from collections.abc import Callable

from twin.control.plant import Plant, Port
from twin.plan.model import Plan
from twin.plan.topology import Site


def test_a_fibre_works_while_both_ends_have_light(triangle: Plan) -> None:
    plant = Plant(triangle)
    a, b = Port(4, 3), Port(5, 3)
    for port in (a, b):
        link = plant.link_at(port)
        assert link is not None
        assert link.name == "ab"
    plant.set_port(a, up=False)
    plant.set_port(b, up=False)
    plant.set_port(a, up=True)
    assert not plant.works("ab")
    assert plant.is_dark(b)
    plant.set_port(b, up=True)
    assert plant.works("ab")


def test_what_the_plan_does_not_know(triangle: Plan) -> None:
    plant = Plant(triangle)
    assert plant.link_at(Port(4, 99)) is None
    assert plant.switch_name(99) is None
    assert plant.ports_of(99) == []


def test_ports_of_a_switch_are_in_order(triangle: Plan) -> None:
    assert [port.number for port in Plant(triangle).ports_of(4)] == [1, 2, 3, 4]


def test_a_fibre_between_unlike_switches_is_no_path(
    plan_of: Callable[..., Plan], make_site: Callable[..., Site]
) -> None:
    plan = plan_of([make_site("a", "roadm"), make_site("b", "ocs")], [("ab", "a", "b", 10)])
    assert Plant(plan).fibre_graph == {}
