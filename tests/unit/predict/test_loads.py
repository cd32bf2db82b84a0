"""Who puts how much on what."""

from __future__ import annotations

from math import inf

from twin.predict.directions import Path
from twin.predict.loads import FlowClass, Stretch, full_load


def test_paths_over_one_direction_add_up() -> None:
    assert full_load([Path((1, 2), 0.0), Path((2, 3), 0.0)]) == {1: 1.0, 2: 2.0, 3: 1.0}


def test_a_stretch_and_a_class_know_of_each_other_while_there_is_a_load() -> None:
    stretch, flows = Stretch(1, 1), FlowClass()
    stretch.widen(12.0)
    assert stretch.even_share_bps == inf
    stretch.put(flows, 2.0)
    stretch.put(flows, 1.0)
    assert (stretch.load, flows.load, stretch.even_share_bps) == ({flows: 3.0}, {stretch: 3.0}, 4.0)
    stretch.put(flows, -3.0)
    assert (stretch.load, flows.load, stretch.weight) == ({}, {}, 0.0)


def test_there_is_no_room_while_somebody_has_more_than_an_even_share() -> None:
    stretch, flows = Stretch(1, 1), FlowClass()
    stretch.widen(12.0)
    stretch.put(flows, 3.0)
    assert stretch.room_bps == 4.0
    stretch.watch(True)
    stretch.put(flows, 1.0)
    assert (stretch.room_bps, stretch.even_share_bps) == (0.0, 3.0)
    stretch.watch(False)
    assert stretch.room_bps == 3.0
