"""A sweep's points, table and plot; and what the shipped one shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from twin import sweep
from twin.emulations import Wanted
from twin.errors import BadInput
from twin.results.document import Fidelity, Metric, Results
from twin.results.sweep_figure import Panel, Series, svg, table
from twin.spec.sweep import Sweep, read

REPOSITORY = Path(__file__).resolve().parents[2]
SHIPPED = REPOSITORY / "sweeps/training-1000km.yaml"

PANELS = [
    Panel("step_time", (Series("a", (Metric(0.01, "s"), Metric(0.02, "s"))), Series("b<", (Metric(0.0, "s"),) * 2)))
]


def panels_of(found: Sweep, folder: Path) -> list[Panel]:
    """Only predicted."""
    return sweep.run(found, folder, emulated=False, progress=lambda _step, _part: None)


def test_both_engines_stand_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulation is a stand-in here, in which everything takes a second."""
    path = REPOSITORY / "experiments/allreduce-netem.yaml"
    one = Sweep("T", path, ("allreduce",), ("time",), (("small", ("workloads.allreduce.size=1 MiB",)), ("large", ())))

    def emulate(wanted: list[Wanted]) -> list[Results]:
        assert [(want.name, want.sets, want.folder.name) for want in wanted] == [
            ("small", ("workloads.allreduce.size=1 MiB",), "point-1-emulated"),
            ("large", (), "point-2-emulated"),
        ]
        metrics = {"allreduce.time": Metric(1.0, "s")}
        return [Results(1, "n", "emulation", "uml", "virtual", 1, "v", 1.0, 1.0, metrics, (), Fidelity(True))] * 2

    monkeypatch.setattr(sweep, "emulate", emulate)
    steps: list[str] = []
    (panel,) = sweep.run(one, tmp_path, emulated=True, progress=lambda step, _part: steps.append(step))
    assert [series.name for series in panel.series] == ["allreduce", "allreduce, emulated"]
    assert panel.series[1].values == (Metric(1.0, "s"), Metric(1.0, "s"))
    assert steps == ["emulated small", "emulated large"]
    assert ">allreduce, emulated</text>" in (tmp_path / "sweep.svg").read_text()


def test_three_ways_of_training_by_the_wavelengths_rate(tmp_path: Path) -> None:
    found = read(SHIPPED)
    panels = {
        panel.metric: {series.name: series.values for series in panel.series} for panel in panels_of(found, tmp_path)
    }
    assert [name for name, _ in found.points] == ["10 Gb/s", "100 Gb/s", "400 Gb/s", "800 Gb/s"]
    for ways in panels.values():
        for name, values in ways.items():
            numbers = [metric.value for metric in values]
            assert numbers == sorted(numbers, reverse=True), f"{name}: more bandwidth never harms"
    idle = {name: [metric.value for metric in values] for name, values in panels["idle"].items()}
    assert all(share > 0.3 for share in idle["pipeline"]), "its bubble and the distance stay, whatever the rate"
    assert idle["diloco"][0] < idle["data"][0] / 2, "what is exchanged once in twenty steps needs less of a link"
    assert (tmp_path / "sweep.svg").read_text().count("<rect") == 1 + 3 + 3 * 3 * 4
    assert (tmp_path / "point-4/results.json").is_file()


def test_the_table() -> None:
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        console.print(table(["slow", "fast"], PANELS))
    lines = [line.split() for line in capture.get().splitlines()]
    assert lines[0] == ["metric", "slow", "fast"]
    assert ["a.step_time", "10", "ms", "20", "ms"] in lines


def test_the_plot_is_one_document_with_its_text_escaped() -> None:
    text = svg("A & B", ["slow", "fast"], PANELS)
    assert text.startswith('<svg xmlns="http://www.w3.org/2000/svg" width="760" height="260"')
    assert text.endswith("</svg>\n")
    assert ">A &amp; B<" in text
    assert ">b&lt;<" in text
    assert text == svg("A & B", ["slow", "fast"], PANELS)


TEXT = """\
title: T
experiment: EXPERIMENT
workloads: [allreduce]
metrics: [time]
points:
  - {name: small, set: [workloads.allreduce.size=1 MiB]}
  - {name: large}
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[allreduce]", "[train]"), ":3: workloads[0]: found 'train'; allowed: allreduce"),
        (("name: large", "name: small"), ":7: points[1].name: found 'small' a second time; allowed: each name once"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(TEXT.replace("EXPERIMENT", str(REPOSITORY / "experiments/allreduce-netem.yaml")).replace(*change))
    with pytest.raises(BadInput) as problem:
        read(path)
    assert str(problem.value) == f"{path}{message}"


def test_a_metric_that_nobody_has(tmp_path: Path) -> None:
    path = REPOSITORY / "experiments/allreduce-netem.yaml"
    one = Sweep("T", path, ("allreduce",), ("speed",), (("a", ()), ("b", ())))
    with pytest.raises(BadInput) as problem:
        panels_of(one, tmp_path)
    assert str(problem.value).startswith(
        "metrics: found 'allreduce.speed', which no run has; allowed: allreduce.algbw, "
    )


def test_distance_costs_the_cache_and_not_the_first_token(tmp_path: Path) -> None:
    """The first token is made where the prompt is; the cache crosses once, and a windowful at a time."""
    found = read(REPOSITORY / "sweeps/serving-distance.yaml")
    panels = {panel.metric: panel.series[0].values for panel in panels_of(found, tmp_path)}
    values = {metric: [value.value for value in values] for metric, values in panels.items()}
    assert values["ttft"] == pytest.approx([values["ttft"][0]] * 5, rel=1e-6)
    for metric in ("tpot", "kv"):
        assert values[metric] == sorted(values[metric])
        assert values[metric][-1] > 2 * values[metric][0]
