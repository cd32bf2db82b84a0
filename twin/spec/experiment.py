"""An experiment file in, with the topology it names; a ``Scenario``, a ``Topology`` and their resolved texts out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from twin.plan.topology import Topology
from twin.spec import override, resolve_experiment
from twin.spec.document import Document, read
from twin.spec.experiment_file import ExperimentFile
from twin.spec.problems import validate
from twin.spec.topology import LoadedTopology, from_document, resolved_text
from twin.workloads.scenario import Scenario

#: Keys that only an experiment has; by them ``load`` tells the two kinds of file apart.
_EXPERIMENT_KEYS = {"topology", "controller", "workloads", "circuits", "timeline", "expect"}


@dataclass(frozen=True)
class LoadedExperiment:
    """An experiment, and the resolved texts of its two files."""

    topology: Topology
    scenario: Scenario
    experiment_text: str
    topology_text: str


def load_experiment(path: Path, sets: Sequence[str] = (), seed: int | None = None) -> LoadedExperiment:
    """Read an experiment file and the topology that it names.

    ``sets`` are ``KEY=VALUE`` texts, applied before the checks; a key below ``topology.`` goes to the topology's
    file. ``seed`` replaces the file's. Raises ``BadInput`` for the first thing that is wrong.
    """
    return _from_document(read(path), path, sets, seed)


def load(path: Path, sets: Sequence[str] = ()) -> LoadedTopology | LoadedExperiment:
    """Read a file of either kind, ``sets`` applied. Raises ``BadInput``."""
    document = read(path)
    if _EXPERIMENT_KEYS & document.data.keys():
        return _from_document(document, path, sets, None)
    return from_document(document, [(text, *override.split(text)) for text in sets])


def _from_document(document: Document, path: Path, sets: Sequence[str], seed: int | None) -> LoadedExperiment:
    below: list[tuple[str, list[str], str]] = []
    for text in sets:
        steps, value = override.split(text)
        if steps[0] == "topology" and len(steps) > 1:
            below.append((text, steps[1:], value))
        else:
            override.apply(document, text, steps, value)
    if seed is not None:
        document.data["seed"] = seed
        document.marks[("seed",)] = f"--seed {seed}"
    file = validate(ExperimentFile, document)
    other = Path(os.path.normpath(path.parent / file.topology))
    if not other.is_file():
        found = f"found {file.topology!r}, but there is no file {other}"
        raise document.bad(("topology",), found, "", "the path counts from the experiment file's folder")
    loaded = from_document(read(other), below)
    scenario, content = resolve_experiment.resolve(file, document, loaded.topology, path.parent)
    return LoadedExperiment(loaded.topology, scenario, resolved_text(content), loaded.text)
