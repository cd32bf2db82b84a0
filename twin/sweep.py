"""One experiment predicted at several settings: a table and a plot from one file."""

from __future__ import annotations

from pathlib import Path

from twin.errors import BadInput
from twin.prediction import predict
from twin.results.document import Metric
from twin.results.sweep_figure import Panel, Series, svg
from twin.spec.sweep import Sweep

PLOT = "sweep.svg"


def run(sweep: Sweep, folder: Path) -> list[Panel]:
    """Predict every point (its bundle goes to ``folder``, in the points' order), write the plot there, and return what
    it shows. Raises ``BadInput`` for a metric that some workload has not."""
    found: list[dict[str, Metric]] = []
    for number, (_name, sets) in enumerate(sweep.points, start=1):
        found.append(predict(sweep.experiment, folder / f"point-{number}", sets).results.metrics)
    panels = [_panel(sweep, metric, found) for metric in sweep.metrics]
    (folder / PLOT).write_text(svg(sweep.title, [name for name, _ in sweep.points], panels), encoding="utf-8")
    return panels


def _panel(sweep: Sweep, metric: str, found: list[dict[str, Metric]]) -> Panel:
    return Panel(metric, tuple(Series(name, _values(f"{name}.{metric}", found)) for name in sweep.workloads))


def _values(name: str, found: list[dict[str, Metric]]) -> tuple[Metric, ...]:
    for metrics in found:
        if name not in metrics:
            raise BadInput(
                "metrics", "", f"found {name!r}, which a prediction does not have", ", ".join(sorted(metrics))
            )
    return tuple(metrics[name] for metrics in found)
