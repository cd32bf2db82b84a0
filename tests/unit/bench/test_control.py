"""The controller's part of the benchmark: what is measured on small plants, and what is shown."""

from __future__ import annotations

from types import ModuleType

import pytest

from bench import blocking, control, plants
from bench.curves import Axes, Curve, svg
from twin.control.plant import Plant


def test_coronet_conus_and_the_others() -> None:
    assert [
        (len(plan.sites), len(plan.fibres)) for plan in (plants.conus(1), plants.germany(1), plants.one_link(1))
    ] == [
        (75, 99),
        (17, 26),
        (2, 1),
    ]


@pytest.mark.parametrize("kind", sorted(control.SERVICES))
def test_requests_of_every_kind_are_placed_and_timed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "LOAD", 5.0)
    found = control.path_requests(Plant(plants.germany(8)), kind, 20)
    assert (found["kind"], found["requests"]) == (kind, 20)
    assert found["placed"] == 20
    assert found["cpu_s"] > 0


def test_a_decision_is_timed_for_every_cut() -> None:
    found = control.decisions(plants.germany(8), cuts=4)
    assert (found["circuits"], found["sites"], len(found["times_s"])) == (26, 17, 4)
    assert min(found["times_s"]) > 0


def test_exact_is_compared_with_greedy_on_drawn_plants() -> None:
    pytest.importorskip("ortools")
    found = control.engineered(3, drawn=2)
    assert found["mean"] >= 1.0
    assert found["most"] >= found["mean"]
    assert control.engineered_large(5)["greedy"] > 0


def test_without_or_tools_the_comparison_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert control.engineered(4, drawn=1) == {
        "sites": 4,
        "skipped": "OR-tools is not installed (pip install 'twin[exact]')",
    }


def test_the_load_of_a_plant_counts_every_circuit_on_its_shortest_path() -> None:
    """One link of 96 channels: half of them are 48 erlangs, of which nothing is refused."""
    (found,) = blocking.blocking(Plant(plants.one_link(100)), (0.5,), batch=20)
    assert found == {"share": 0.5, "erlangs": 48.0, "asked": 200, "blocked": 0.0, "half": 0.0}


def test_the_tables(figures: ModuleType) -> None:
    paths, decisions, engineering = control.tables(figures.control())
    assert paths.rows == (("quickest path", "4,000", "100.0 %"), ("two disjoint paths", "1,250", "70.5 %"))
    assert decisions.rows == (("75 sites, 99 circuits, 3 cuts", "4.00 ms", "9.00 ms"),)
    assert engineering.rows == (
        ("4 sites, 2 each", "0.5 ms", "250 ms", "1.05 x", "1.20 x"),
        ("5 sites", "", "OR-tools is not installed (pip install 'twin[exact]')", "", ""),
        ("75 sites, 6 each", "2.50 s", "", "", ""),
    )
    (blocked,) = blocking.tables(figures.blocking())
    assert blocked.rows == (
        ("one link", "80 %", "77", "3.50e-03 ± 1.0e-03", "4.48e-03"),
        ("one link", "100 %", "96", "7.75e-02 ± 4.0e-03", "7.72e-02"),
        ("CORONET CONUS", "30 %", "414", "none of 30,000", ""),
        ("CORONET CONUS", "50 %", "690", "2.00e-05 ± 1.0e-05", ""),
    )


def test_the_plot_shows_what_lies_above_its_axis(figures: ModuleType) -> None:
    plot = blocking.figure(figures.blocking())
    assert plot.startswith("<svg")
    assert plot.count("<polyline") == 3
    assert plot.count("<circle") == 2  # the network's points lie below 1e-4
    assert "Erlang B, 96 channels" in plot


def test_a_logarithmic_axis_begins_at_its_lowest_value_and_ends_at_one() -> None:
    plot = svg("t", Axes("x", "y", lowest=0.01), [Curve("c", ((0.0, 0.01, 0.0), (1.0, 1.0, 0.0)))])
    assert 'points="70.0,410.0 740.0,84.0"' in plot
