"""Tests that boot the lab kernel. Everything in this folder is marked ``lab``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.lab import kernel_build
from twin.prediction import predict
from twin.results.bundle import Run, read_run
from twin.results.compare import difference
from twin.results.document import Results

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.lab)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run's folder."""
    made = tmp_path / "run"
    made.mkdir()
    return made


@pytest.fixture
def own_record(tmp_path: Path) -> dict[str, str]:
    """An environment in which the twin keeps a record of live labs apart from other tests', with the same kernel."""
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "lab-kernel").symlink_to(kernel_build.ensure().parents[1])
    return {**os.environ, "TWIN_CACHE": str(cache)}


#: What a real control loop may take longer than a predicted one, s; the events of light and circuits that both tell.
REACTION_S = 5e-5
TOLD = ("carrier-up", "carrier-down", "rate-changed", "cross-connect-lit", "cross-connect-dark", "circuit-active")
#: How far a prediction may lie from an emulation without loss, and what is compared.
AGREEMENT = 0.05
COMPLETION = (
    *(".time", ".time_before", ".time_during", ".time_after", ".step_time"),
    *(".ttft", ".tpot", ".latency", ".fct", ".call", ".block", ".copy"),
)


@pytest.fixture
def agrees(tmp_path: Path) -> Callable[[Path, Results], list[str]]:
    """Predicts an experiment and returns which times of completion lie further from the emulated ones than allowed.

    Where something was lost nothing is compared: the prediction knows no loss. Nor where ``twin predict`` refuses the
    experiment as one that only a run can tell."""

    def differing(experiment: Path, emulated: Results) -> list[str]:
        losses = (".retransmits", ".dropped")
        if any(name.endswith(losses) and metric.value for name, metric in emulated.metrics.items()):
            return []
        try:
            predicted = predict(experiment, tmp_path / "predicted").results
        except BadInput as refusal:
            if refusal.remedy.endswith("use twin run"):
                return []
            raise
        compared = [name for name in emulated.metrics if name.endswith(COMPLETION)]
        apart = {name: difference(emulated.metrics[name], predicted.metrics.get(name)) for name in compared}
        return [f"{name}: {off}" for name, off in apart.items() if off is None or abs(off) > AGREEMENT]

    return differing


@pytest.fixture
def told_otherwise(tmp_path: Path) -> Callable[[Path, Path], list[str]]:
    """Predicts an experiment and returns which events of light and circuits, from zero on, its log has not where the
    run's log in ``folder`` has them."""

    def differing(experiment: Path, folder: Path) -> list[str]:
        run, foretold = (_told(read_run(one)) for one in (folder, predict(experiment, tmp_path / "foretold").folder))
        apart = [key for key in run.keys() | foretold.keys() if not _alike(run.get(key, []), foretold.get(key, []))]
        return [f"{key}: {run.get(key)} and {foretold.get(key)}" for key in sorted(apart)]

    return differing


def _told(run: Run) -> dict[str, list[float]]:
    """What happened to which element -> when."""
    found: dict[str, list[float]] = {}
    for event in run.events:
        if event.t_s > 0 and event.name in TOLD:
            details = {
                key: event.details.get(key) for key in ("transceiver", "mode", "switch", "port", "circuit", "fibres")
            }
            found.setdefault(f"{event.name} {details}", []).append(event.t_s)
    return found


def _alike(run: list[float], foretold: list[float]) -> bool:
    return len(run) == len(foretold) and all(
        -1e-9 <= late - early <= REACTION_S for late, early in zip(run, foretold, strict=True)
    )
