"""Building beside stock Mininet."""

from __future__ import annotations

from types import ModuleType

from bench import build

COUNTS = "1,000 servers, 100 switches"


def test_the_tables_of_building(figures: ModuleType) -> None:
    up, idle = build.tables(figures.build())
    assert up.rows == ((COUNTS, "1.50 s", "10.0 s", "1.25 s", "201.0 s", "20 x", "60.0 s"),)
    assert idle.rows == ((COUNTS, "0.0100 s"),)


def test_a_mininet_that_did_not_get_there_is_a_bound_and_no_number(figures: ModuleType) -> None:
    up, _ = build.tables(figures.build(finished=False))
    assert up.rows == ((COUNTS, "1.50 s", "10.0 s", "1.25 s", "over 420 s", "over 42 x", ""),)
