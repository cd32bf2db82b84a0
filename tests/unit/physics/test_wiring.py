"""Where light goes."""

from typing import Any

import pytest

from twin.physics.wiring import CrossConnect, Wiring


def path(kit: Any, plan: Any, channel: int = 3) -> list[CrossConnect]:
    """a-t1 to c-t1 over b, both ways."""
    ab, bc = (plan.link_by_name[name].at("b-roadm").port for name in ("ab", "bc"))
    express = [CrossConnect("b-roadm", ab, channel, bc, channel), CrossConnect("b-roadm", bc, channel, ab, channel)]
    return [*kit.add(plan, "a", 1, "ab", channel), *express, *kit.add(plan, "c", 1, "bc", channel)]


def test_light_follows_cross_connects_over_fibres(kit: Any) -> None:
    plan = kit.plan()
    beams = Wiring(plan).beams(path(kit, plan), ())
    assert {name: (beam.sender, beam.channel) for name, beam in beams.items()} == {
        "c-t1": ("a-t1", 3),
        "a-t1": ("c-t1", 3),
    }
    assert [(line.fibre, line.source) for line in beams["c-t1"].lines] == [("ab", "a"), ("bc", "b")]
    assert [(line.fibre, line.source) for line in beams["a-t1"].lines] == [("bc", "c"), ("ab", "b")]


def test_every_missing_cross_connect_and_every_cut_leaves_dark(kit: Any) -> None:
    plan = kit.plan()
    crosses = path(kit, plan)
    for cross in crosses:
        assert len(Wiring(plan).beams([item for item in crosses if item != cross], ())) == 1
    assert Wiring(plan).beams(crosses, {"bc"}) == {}


def test_a_channel_that_is_not_dropped_is_not_received(kit: Any) -> None:
    plan = kit.plan()
    wrong = [*kit.add(plan, "a", 1, "ab", 3), *kit.add(plan, "b", 1, "ab", 4)]
    assert Wiring(plan).beams(wrong, ()) == {}


def test_two_lights_on_one_channel_of_a_fibre_spoil_each_other(kit: Any) -> None:
    plan = kit.plan()
    adds = [kit.add(plan, "a", number, "ab", 3)[0] for number in (1, 2)]
    drop = kit.add(plan, "b", 1, "ab", 3)[1]
    assert list(Wiring(plan).beams([adds[0], drop], ())) == ["b-t1"]
    assert Wiring(plan).beams([*adds, drop], ()) == {}


def test_a_loop_of_cross_connects_ends(kit: Any) -> None:
    plan = kit.plan()
    port = {(node, name): plan.link_by_name[name].at(node).port for name, node in
            (("ab", "a-roadm"), ("ab", "b-roadm"), ("bc", "b-roadm"), ("bc", "c-roadm"), ("ac", "a-roadm"),
             ("ac", "c-roadm"))}  # fmt: skip
    ring = [
        CrossConnect("b-roadm", port["b-roadm", "ab"], 3, port["b-roadm", "bc"], 3),
        CrossConnect("c-roadm", port["c-roadm", "bc"], 3, port["c-roadm", "ac"], 3),
        CrossConnect("a-roadm", port["a-roadm", "ac"], 3, port["a-roadm", "ab"], 3),
    ]
    assert Wiring(plan).beams([kit.add(plan, "a", 1, "ab", 3)[0], *ring], ()) == {}


def test_a_plan_without_light_has_no_wiring(kit: Any) -> None:
    from dataclasses import replace

    with pytest.raises(ValueError, match=r"^the plan has no light$"):
        Wiring(replace(kit.plan(), light=None))
