"""Planning's part of the benchmark: the plant that is asked for, and what is shown."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from bench import planning
from twin.spec import load_topology


def test_larger_sizes_hold_the_smaller_ones_and_all_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(planning.topology(20))
    (tmp_path / "y.yaml").write_text(planning.topology(5))
    large, small = (load_topology(tmp_path / name).topology for name in ("x.yaml", "y.yaml"))
    assert (len(large.sites), len(large.fibres), len(large.lightpaths)) == (75, 99, 20)
    assert large.lightpaths[:5] == small.lightpaths
    assert all(site.transceivers == 20 and site.transceiver == "OpenROADM-v5" for site in large.sites)


def test_the_table(figures: ModuleType) -> None:
    (table,) = planning.tables(figures.planning())
    assert table.columns == ("asked", "planned", "refused", "CPU", "wall")
    assert table.rows == (
        ("50 lightpaths", "50", "0", "2.25 s", "2.50 s"),
        ("200 lightpaths", "190", "10", "3.25 s", "3.50 s"),
    )


def test_the_headline_is_of_the_size_with_a_bound_or_of_the_largest(figures: ModuleType) -> None:
    found = figures.planning()
    sentence = "200 lightpaths over the 75 sites of CORONET CONUS are planned in 3.25 s of CPU and 3.50 s of wall time."
    assert planning.headline(found) == sentence
    smaller = {"sizes": found["sizes"][:1]}
    assert planning.headline(smaller).startswith("50 lightpaths over the 75 sites")


def test_the_plot_has_a_bar_for_each_value(figures: ModuleType) -> None:
    plot = planning.figure(figures.planning())
    assert plot.startswith("<svg")
    assert plot.count("<rect") == 1 + 2 + 2 * 2
    assert "200 lightpaths" in plot
