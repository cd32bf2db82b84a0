from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from twin.control.plant import Plant, Port
from twin.plan.catalogue import Mode, TransceiverType
from twin.plan.light import Light
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


def test_the_band_holds_as_many_channels_as_the_plan_says(triangle: Plan) -> None:
    fast = Mode("400G", 400e9, 62.5e9, 8, 87.5e9, 0.2, 24.0, 36.0)
    slow = Mode("100G", 100e9, 31.6e9, 4, 50e9, 0.2, 12.0, 36.0)
    kind = TransceiverType("OpenROADM", (fast, slow))
    counts = {fast.carrier: 43, slow.carrier: 76}
    light = Light("standard", 2.0, 0.0, 38.0, 191.3e12, (kind,), counts, (), {}, (), ())
    typed = tuple(replace(item, type="OpenROADM") for item in triangle.transceivers)
    lit = replace(triangle, light=light, transceivers=typed)
    assert Plant(lit).channels_of(typed[0]) == 43
    assert Plant(triangle).channels_of(triangle.transceivers[0]) is None
