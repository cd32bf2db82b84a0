"""Links that are alike are one link, the narrowest."""

from __future__ import annotations

from twin.predict.directions import Path
from twin.predict.loads import common_loads, full_load


def test_paths_over_one_direction_add_up() -> None:
    assert full_load([Path((1, 2), 0.0), Path((2, 3), 0.0)]) == {1: 1.0, 2: 2.0, 3: 1.0}


def test_only_the_narrowest_of_links_in_a_row_is_kept() -> None:
    paths = [[Path((0, 1, 2, 9), 0.0)], [Path((3, 2), 0.0)]]
    loads = common_loads(paths, {0: 10.0, 1: 5.0, 2: 8.0, 3: 20.0})
    assert loads == [((1, 1.0), (2, 1.0)), ((2, 1.0), (3, 1.0))]


def test_a_link_loaded_twice_is_not_like_one_loaded_once() -> None:
    paths = [[Path((0, 2), 0.0), Path((1, 2), 0.0)]]
    assert common_loads(paths, {0: 10.0, 1: 10.0, 2: 10.0}) == [((0, 1.0), (2, 2.0))]
