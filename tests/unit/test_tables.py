from __future__ import annotations

import json

import pytest

from twin import tables
from twin.tables import NETEM_CASES, insert, netem_table, with_tables


def test_the_readme_shows_the_stored_figures() -> None:
    """`make tables` writes it; `python -m twin.tables --stored` does so without measuring."""
    readme = tables.README.read_text(encoding="utf-8")
    assert with_tables(readme) == readme


def test_every_stored_figure_is_near_what_was_published() -> None:
    stored = json.loads(tables.NETEM.read_text(encoding="utf-8"))["runs"]
    assert set(stored) <= {case.key for case in NETEM_CASES}
    for case in NETEM_CASES:
        if case.servers < 32:
            assert stored[case.key]["time_s"] == pytest.approx(case.published_s, rel=0.05), case.key


def test_a_case_splits_its_delay_over_two_cables() -> None:
    assert NETEM_CASES[1].key == "4 servers, 5 ms, 2 Gb/s"
    assert NETEM_CASES[1].settings == [
        "topology.sites.cluster.servers.count=4",
        "topology.sites.cluster.servers.nic.rate=2 Gb/s",
        "topology.sites.cluster.servers.nic.delay=2.5 ms",
        "expect.0.equals=835 ms",
    ]


def test_a_table_shows_the_runs_that_there_are() -> None:
    figures = {"machine": "2 CPUs", "runs": {"4 servers, 1 ms, 5 Gb/s": {"time_s": 0.3257, "wall_s": 9.0}}}
    assert netem_table(figures).splitlines()[-3:] == [
        "| n | delay | rate | published | emulated | deviation |",
        "|--:|--:|--:|--:|--:|--:|",
        "| 4 | 1 ms | 5 Gb/s | 329 ms | 325.7 ms | -1.0 % |",
    ]
    assert "Only the bandwidth term is tested" in netem_table(figures)


def test_a_table_goes_between_its_marks() -> None:
    text = "a\n<!-- table:x -->\nold\n<!-- /table:x -->\nb\n"
    assert insert(text, "x", "new") == "a\n<!-- table:x -->\nnew\n<!-- /table:x -->\nb\n"
    with pytest.raises(ValueError, match="no marks of the table 'y'"):
        insert(text, "y", "new")
