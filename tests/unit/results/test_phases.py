from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from twin.results.event import Event
from twin.results.outcome import Iteration
from twin.results.phases import AFTER, BEFORE, DURING, Trouble, by_phase, find_trouble

TIMES = st.floats(0, 100, allow_nan=False)


def cut(t_s: float, fibre: str = "a") -> Event:
    return Event(t_s, "timeline", "fibre-cut", {"fibre": fibre})


def repair(t_s: float, fibre: str = "a") -> Event:
    return Event(t_s, "timeline", "fibre-repaired", {"fibre": fibre})


def test_without_a_cut_there_is_no_trouble() -> None:
    assert find_trouble([]) is None
    assert find_trouble([repair(1.0), Event(2.0, "controller", "circuit-down", {"circuit": "a"})]) is None


def test_trouble_lasts_until_all_is_repaired() -> None:
    assert find_trouble([cut(2.0), repair(4.0)]) == Trouble(2.0, 4.0)
    assert find_trouble([cut(2.0), cut(3.0, "b"), repair(4.0)]) == Trouble(2.0, math.inf)
    assert find_trouble([cut(2.0), repair(3.0), cut(4.0), repair(5.0)]) == Trouble(2.0, 5.0)
    assert find_trouble([cut(2.0), repair(3.0), cut(4.0)]) == Trouble(2.0, math.inf)


def test_a_link_and_a_fibre_of_one_name_are_two() -> None:
    link = Event(1.0, "timeline", "link-cut", {"link": "a"})
    assert find_trouble([link, cut(2.0), repair(3.0)]) == Trouble(1.0, math.inf)


def test_the_edges_belong_to_the_calm() -> None:
    trouble = Trouble(2.0, 4.0)
    assert trouble.phase(1.0, 2.0) == BEFORE
    assert trouble.phase(1.0, 2.000001) == DURING
    assert trouble.phase(3.999999, 5.0) == DURING
    assert trouble.phase(4.0, 5.0) == AFTER


@given(st.lists(st.tuples(TIMES, st.floats(1e-6, 10))), TIMES, st.floats(1e-3, 100))
def test_every_iteration_is_in_exactly_one_phase(
    spans: list[tuple[float, float]], since_s: float, length_s: float
) -> None:
    iterations = [Iteration(index, start_s, time_s) for index, (start_s, time_s) in enumerate(spans)]
    trouble = Trouble(since_s, since_s + length_s)
    phases = by_phase(trouble, iterations)
    assert sorted(i.index for found in phases.values() for i in found) == list(range(len(spans)))
    assert all(phases.values()), "a phase without iterations is left out"
    for iteration in phases.get(DURING, []):
        assert iteration.end_s > trouble.since_s
        assert iteration.start_s < trouble.until_s
    assert all(iteration.end_s <= trouble.since_s for iteration in phases.get(BEFORE, []))
    assert all(iteration.start_s >= trouble.until_s for iteration in phases.get(AFTER, []))
