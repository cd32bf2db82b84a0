"""Where two runs go apart: a pair of predictions that was made to differ, and numbers to check by hand."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from rich.console import Console

from twin.errors import BadInput
from twin.plan.model import Plan
from twin.prediction import predict
from twin.results.causes import Cause, Use, link_causes, uses
from twin.results.compare import bound_of, compare
from twin.results.samples import SCHEMA

REPOSITORY = Path(__file__).resolve().parents[3]
LINK = "link wan from west"


def test_a_narrower_wavelength_is_found_with_its_phase(tmp_path: Path) -> None:
    """275 MB in 24 buckets over 100 and 50 Gb/s; computing is the same."""
    wide, narrow = tmp_path / "wide", tmp_path / "narrow"
    path = REPOSITORY / "experiments/two-site-exchange.yaml"
    sets = ["workloads.train.buckets=24", "workloads.train.compute=10 ms", "sample=1 ms"]
    rates = [f"topology.sites.{site}.transceivers.rate=50 Gb/s" for site in ("north", "south")]
    predict(path, wide, sets)
    predict(path, narrow, [*sets, *rates])
    console = Console(width=140, color_system=None)
    with console.capture() as capture:
        console.print(compare([wide, narrow]))
    lines = [" ".join(line.split()) for line in capture.get().splitlines()]
    title = next(i for i, line in enumerate(lines) if "more than 5 % from wide (prediction)" in line)
    causes = lines[title + 3 :]
    assert lines[title + 1] == "where it comes from wide (prediction) narrow (prediction)"
    assert causes[0].startswith("train: computing ")
    assert causes[1].startswith("train: network ")
    assert causes[2].startswith("train: most in bucket ")
    assert ", north-1 to south-1 " in causes[2] or ", south-1 to north-1 " in causes[2]
    assert causes[3].startswith(("link north-t1 from north-border ", "link south-t1 from south-border "))
    assert "of 100 Gb/s" in causes[3]
    assert "of 50 Gb/s" in causes[3]


def test_runs_that_agree_are_not_looked_into(tmp_path: Path) -> None:
    path = REPOSITORY / "experiments/allreduce-netem.yaml"
    for name in ("a", "b"):
        predict(path, tmp_path / name)
    console = Console(width=140, color_system=None)
    with console.capture() as capture:
        console.print(compare([tmp_path / "a", tmp_path / "b"]))
    assert "where it comes from" not in capture.get()


def test_the_use_of_a_direction(plan: Plan) -> None:
    """400 Gb/s; 500 MB in two intervals of 10 ms, nothing in the third."""
    near = next(link for link in plan.links if link.name == "tokyo-t1")
    node = next(end.node for end in near.ends if end.rate_bps is not None)
    rows = [(0.0, 0, 0), (0.01, 4 * 10**8, 7), (0.02, 5 * 10**8, 5), (0.03, 5 * 10**8, 0)]
    columns = [[value] * len(rows) for value in (near.name, node)]
    values = [[t_s for t_s, _, _ in rows], *columns, [sent for _, sent, _ in rows], [0] * 4, [2] * 4]
    table = pa.table([*values, [queue for _, _, queue in rows]], schema=SCHEMA)
    use = uses(plan, table)[near.name, node]
    assert use == Use(400e9, 5 * 10**8, pytest.approx(0.02), 7, 2)
    assert use.fullness == pytest.approx(0.5)
    assert use.least_s == pytest.approx(0.01)


def test_the_link_that_decides_comes_first_and_those_that_agree_not_at_all() -> None:
    full, slow = Use(1e9, 10**9, 8.0), Use(1e9, 10**9, 10.0, 5000, 3)
    wide = Use(1e12, 10**9, 8.0), Use(1e12, 10**9, 10.0)
    first = {("nic", "a"): wide[0], ("wan", "west"): full, ("wan", "east"): full, ("fibre", "x"): Use(None, 1, 1.0)}
    other = {("nic", "a"): wide[1], ("wan", "west"): slow, ("wan", "east"): full, ("fibre", "x"): Use(None, 9, 9.0)}
    found = link_causes(first, other, 0.05)
    assert [cause.what for cause in found] == [LINK, "link nic from a"]
    text = "1 GB in 10 s at 800 Mb/s of 1 Gb/s, queue up to 5 kB, 3 dropped"
    assert found[0] == Cause(LINK, "1 GB in 8 s at 1 Gb/s of 1 Gb/s", text)
    assert link_causes(first, other, 0.3) == []


def test_a_link_that_only_one_uses() -> None:
    (cause,) = link_causes({("wan", "west"): Use(1e9, 10**9, 8.0)}, {("wan", "west"): Use(1e9)}, 0.05)
    assert cause.other == "nothing sent"


def test_a_bound_carries_its_unit() -> None:
    assert bound_of("2 %") == 0.02
    with pytest.raises(BadInput) as problem:
        bound_of("2")
    assert str(problem.value) == "--bound: found '2' without a unit; allowed: %, as in '5 %'"
