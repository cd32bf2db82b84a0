"""One experiment predicted at several settings, and emulated where that is asked for: one table, one plot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from twin.emulations import Wanted, emulate
from twin.errors import BadInput
from twin.prediction import predict
from twin.results.document import Metric
from twin.results.sweep_figure import Panel, Series, svg
from twin.spec.sweep import Sweep

PLOT = "sweep.svg"
#: What stands behind a workload's name in the table and the plot, where both engines are shown.
EMULATED = ", emulated"

#: The metrics of each point, in the points' order.
_Found = list[dict[str, Metric]]


def run(sweep: Sweep, folder: Path, *, emulated: bool, progress: Callable[[str, float], None]) -> list[Panel]:
    """Predict every point, and emulate it where ``emulated``; bundles and the plot go to ``folder``. Returns what the
    plot shows. Raises ``BadInput`` for a metric that some workload has not."""
    found: dict[str, _Found] = {"": []}
    for number, (_name, sets) in enumerate(sweep.points, start=1):
        found[""].append(predict(sweep.experiment, folder / f"point-{number}", sets).results.metrics)
    panels = [_panel(sweep, metric, found) for metric in sweep.metrics]
    if emulated:
        found[EMULATED] = _emulate(sweep, folder, progress)
        panels = [_panel(sweep, metric, found) for metric in sweep.metrics]
    (folder / PLOT).write_text(svg(sweep.title, [name for name, _ in sweep.points], panels), encoding="utf-8")
    return panels


def _emulate(sweep: Sweep, folder: Path, progress: Callable[[str, float], None]) -> _Found:
    wanted = [
        Wanted(name, sweep.experiment, sets, folder / f"point-{number}-emulated")
        for number, (name, sets) in enumerate(sweep.points, start=1)
    ]
    found = []
    for number, results in enumerate(emulate(wanted), start=1):
        progress(f"emulated {wanted[number - 1].name}", number / len(wanted))
        found.append(results.metrics)
    return found


def _panel(sweep: Sweep, metric: str, found: dict[str, _Found]) -> Panel:
    """A series for each workload and engine, the engines of one workload side by side."""
    return Panel(
        metric,
        tuple(
            Series(name + engine, _values(f"{name}.{metric}", points))
            for name in sweep.workloads
            for engine, points in found.items()
        ),
    )


def _values(name: str, found: _Found) -> tuple[Metric, ...]:
    for metrics in found:
        if name not in metrics:
            raise BadInput("metrics", "", f"found {name!r}, which no run has", ", ".join(sorted(metrics)))
    return tuple(metrics[name] for metrics in found)
