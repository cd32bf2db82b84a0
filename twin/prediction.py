"""One prediction from an experiment's file to its bundle: parse, plan, predict, results.

The bundle has the shape and the metric names of a run's, so that the two can be compared.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from twin.errors import BadInput
from twin.optics.lightpaths import plan_light
from twin.plan.build import build_plan
from twin.predict import engine
from twin.results import bundle, finish, report
from twin.results.document import Results
from twin.spec import LoadedExperiment, load_experiment


@dataclass(frozen=True)
class Predicted:
    """A prediction: its bundle and what it found."""

    folder: Path
    results: Results


def predict(path: Path, out: Path | None, sets: Sequence[str] = (), seed: int | None = None) -> Predicted:
    """Predict the experiment at ``path`` and write its bundle (``out``, or a new folder below ``runs/``).

    Raises ``BadInput`` before anything is written, also for what only a run can tell."""
    loaded = load_experiment(path, sets, seed)
    _refuse_what_only_a_run_can_tell(path, loaded)
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


def _refuse_what_only_a_run_can_tell(path: Path, loaded: LoadedExperiment) -> None:
    for index, action in enumerate(loaded.scenario.timeline):
        if loaded.topology.optics is not None and action.do not in ("start", "stop"):
            found = "found a change of light; what switches and receivers make of it, a prediction does not know"
            raise BadInput(str(path), f"timeline[{index}]", found, remedy="use twin run")
        if action.do in ("change", "rewire"):
            found = "found circuits that are moved while they carry traffic, which a prediction does not play"
            raise BadInput(str(path), f"timeline[{index}]", found, remedy="use twin run")
        if action.do == "controller":
            found = "found a controller that ends or starts, which a prediction cannot play"
            raise BadInput(str(path), f"timeline[{index}].controller", found, remedy="use twin run")


def _write_prediction(folder: Path, predicted: engine.Prediction) -> None:
    """The files that the lab would leave."""
    bundle.write_json(folder / bundle.OUTCOME, predicted.outcome)
    lines = [json.dumps(event, ensure_ascii=False) for event in predicted.events]
    (folder / bundle.EVENTS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    rows = [",".join(row) for row in predicted.samples]
    (folder / bundle.SAMPLES_CSV).write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
