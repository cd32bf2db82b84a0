"""One prediction from an experiment's file to its bundle: parse, plan, predict, results.

The bundle has the shape and the metric names of a run's, so that the two can be compared.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from twin.errors import BadInput
from twin.optics.lightpaths import plan_light
from twin.plan.build import build_plan
from twin.predict import engine
from twin.results import bundle, finish, report, telemetry
from twin.results.document import Results
from twin.spec import load_experiment
from twin.workloads.scenario import Scenario


@dataclass(frozen=True)
class Predicted:
    """A prediction: its bundle and what it found."""

    folder: Path
    results: Results


def predict(path: Path, out: Path | None, sets: Sequence[str] = (), seed: int | None = None) -> Predicted:
    """Predict the experiment at ``path`` and write its bundle (``out``, or a new folder below ``runs/``).

    Raises ``BadInput`` before anything is written, also for what only a run can tell."""
    loaded = load_experiment(path, sets, seed)
    _check(path, loaded.scenario)
    plan = plan_light(loaded.topology, build_plan(loaded.topology))
    start_s = time.monotonic()
    predicted = engine.predict(plan, loaded.scenario)
    wall_s = time.monotonic() - start_s
    folder = bundle.create(out, loaded.scenario.name)
    (folder / "experiment.yaml").write_text(loaded.experiment_text, encoding="utf-8")
    (folder / "topology.yaml").write_text(loaded.topology_text, encoding="utf-8")
    bundle.write_plan(folder, plan)
    bundle.write_scenario(folder, loaded.scenario)
    _write_prediction(folder, predicted)
    results = finish.finish(folder, lab="none", clock="virtual", wall_s=wall_s, engine="prediction")
    report.write(folder)
    return Predicted(folder, results)


def _check(path: Path, scenario: Scenario) -> None:
    """Raise ``BadInput`` that names the file for what only a run can tell."""
    try:
        engine.check(scenario)
    except BadInput as refusal:
        raise replace(refusal, where=str(path), path=refusal.where) from None


def _write_prediction(folder: Path, predicted: engine.Prediction) -> None:
    """The files that the lab would leave."""
    bundle.write_json(folder / bundle.OUTCOME, predicted.outcome)
    lines = [json.dumps(event, ensure_ascii=False) for event in predicted.events]
    (folder / bundle.EVENTS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    rows = [",".join(row) for row in predicted.samples]
    (folder / bundle.SAMPLES_CSV).write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    if predicted.light is not None:
        happened = [json.dumps(line) for line in predicted.light]
        (folder / telemetry.LIGHT).write_text("".join(f"{line}\n" for line in happened), encoding="utf-8")
