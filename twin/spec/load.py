"""Files in, checked documents out: the whole of reading, overriding, importing, checking and resolving."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from twin.plan.topology import Topology
from twin.spec import imports, override, resolve_experiment, resolve_topology
from twin.spec.document import Document, read
from twin.spec.experiment_file import ExperimentFile
from twin.spec.problems import validate
from twin.spec.topology_file import TopologyFile
from twin.workloads.scenario import Scenario

#: Keys that only an experiment has; by them ``load`` tells the two kinds of file apart.
_EXPERIMENT_KEYS = {"topology", "controller", "workloads", "circuits", "timeline", "expect"}


@dataclass(frozen=True)
class LoadedTopology:
    """A topology, and the text of its file with all defaults filled in."""

    topology: Topology
    text: str


@dataclass(frozen=True)
class LoadedExperiment:
    """An experiment, and the resolved texts of its two files."""

    topology: Topology
    scenario: Scenario
    experiment_text: str
    topology_text: str


def load_topology(path: Path) -> LoadedTopology:
    """Read a topology file. Raises ``BadInput`` for the first thing that is wrong with it."""
    return _topology(read(path))


def load_experiment(path: Path, sets: Sequence[str] = (), seed: int | None = None) -> LoadedExperiment:
    """Read an experiment file and the topology that it names.

    ``sets`` are ``KEY=VALUE`` texts, applied before the checks; a key below ``topology.`` goes to the topology's
    file. ``seed`` replaces the file's. Raises ``BadInput`` for the first thing that is wrong.
    """
    return _experiment(read(path), path, sets, seed)


def load(path: Path) -> LoadedTopology | LoadedExperiment:
    """Read a file of either kind. Raises ``BadInput``."""
    document = read(path)
    if _EXPERIMENT_KEYS & document.data.keys():
        return _experiment(document, path, (), None)
    return _topology(document)


def _topology(document: Document, sets: Iterable[tuple[str, list[str], str]] = ()) -> LoadedTopology:
    for text, steps, value in sets:
        override.apply(document, text, steps, value)
    imports.expand(document)
    file = validate(TopologyFile, document)
    topology = resolve_topology.resolve(file, document)
    return LoadedTopology(topology, _text(file.model_dump(mode="json", by_alias=True, exclude_none=True)))


def _experiment(document: Document, path: Path, sets: Sequence[str], seed: int | None) -> LoadedExperiment:
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
    loaded = _topology(read(other), below)
    scenario, content = resolve_experiment.resolve(file, document, loaded.topology, path.parent)
    return LoadedExperiment(loaded.topology, scenario, _text(content), loaded.text)


def _text(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
