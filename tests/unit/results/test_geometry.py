from __future__ import annotations

import math

from hypothesis import example, given
from hypothesis import strategies as st

from twin.results.geometry import Box, arc, beside, push_apart

PLACES = st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 400)), min_size=1, max_size=8)


def test_an_arc_joins_its_ends_and_bends_by_its_share() -> None:
    line = arc((0.0, 0.0), (100.0, 0.0), 0.2)
    assert (line[0], line[-1]) == ((0.0, 0.0), (100.0, 0.0))
    assert math.isclose(line[12][1], 10.0)
    assert all(y == 0 for _, y in arc((0.0, 0.0), (100.0, 0.0), 0.0))


def test_beside_a_line_is_parallel() -> None:
    assert beside(((0.0, 0.0), (10.0, 0.0)), 5.0) == ((0.0, 5.0), (10.0, 5.0))


@given(PLACES)
@example([(0.0, 0.0), (0.0, 52.0)])
def test_cards_are_parted_and_stay_on_the_canvas(places: list[tuple[float, float]]) -> None:
    boxes = push_apart([Box(x, y, 90.0, 40.0) for x, y in places], 1000.0, 400.0)
    assert all(box.within(1000.0, 400.0) for box in boxes)
    spread = {(round(x / 90), round(y / 40)) for x, y in places}
    if len(spread) == len(places) and len(places) <= 3:
        assert not any(one.overlaps(two) for n, one in enumerate(boxes) for two in boxes[n + 1 :])
