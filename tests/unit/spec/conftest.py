"""A small topology, and a way to load an experiment on it from a few lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.spec import LoadedExperiment, LoadedTopology, load_experiment, load_topology

TOPOLOGY = """\
name: net
sites:
  a: {servers: {count: 2, nic: 10 Gb/s}, optical: roadm, transceivers: {count: 2, rate: 100 Gb/s}}
  b: {servers: {count: 2, nic: 10 Gb/s}, optical: roadm, transceivers: {count: 1, rate: 100 Gb/s}}
  c: {servers: {count: 1, nic: 10 Gb/s}, optical: roadm, transceivers: {count: 2, rate: 100 Gb/s}}
  c-d: {optical: ocs, transceivers: {count: 1, rate: 100 Gb/s}}
  island: {optical: roadm, transceivers: {count: 1, rate: 100 Gb/s}}
  dark: {servers: {count: 1, nic: 10 Gb/s}}
fibres:
  a-b: {between: [a, b], length: 100 km}
  b-c: {between: [b, c], length: 100 km}
links:
  wan: {between: [a, dark], rate: 1 Gb/s, delay: 5 ms}
"""

HEAD = "name: e\ntopology: net.yaml\ncontroller: optical_circuit\n"

Load = Callable[..., LoadedExperiment]
Refusal = Callable[..., str]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads an experiment whose first three lines are ``HEAD``."""

    def load_text(rest: str, *sets: str, seed: int | None = None, head: str = HEAD) -> LoadedExperiment:
        (tmp_path / "net.yaml").write_text(TOPOLOGY)
        (tmp_path / "e.yaml").write_text(head + rest)
        return load_experiment(tmp_path / "e.yaml", sets, seed)

    return load_text


@pytest.fixture
def refusal(load: Load, tmp_path: Path) -> Refusal:
    """The message with which an experiment is refused, without the folder."""

    def refuse(rest: str, *sets: str, seed: int | None = None, head: str = HEAD) -> str:
        with pytest.raises(BadInput) as caught:
            load(rest, *sets, seed=seed, head=head)
        return str(caught.value).replace(f"{tmp_path}/", "")

    return refuse


@pytest.fixture
def load_plant(tmp_path: Path) -> Callable[..., LoadedTopology]:
    """Loads a topology from its text, in a folder of its own or in another one."""

    def load_text(text: str, folder: Path = tmp_path) -> LoadedTopology:
        (folder / "x.yaml").write_text(text)
        return load_topology(folder / "x.yaml")

    return load_text


@pytest.fixture
def plant_refusal(load_plant: Callable[..., LoadedTopology], tmp_path: Path) -> Callable[[str], str]:
    """The message with which a topology's text is refused, with FILE for its path and FOLDER for where it lies."""

    def refuse(text: str) -> str:
        with pytest.raises(BadInput) as caught:
            load_plant(text)
        return str(caught.value).replace(str(tmp_path / "x.yaml"), "FILE").replace(str(tmp_path), "FOLDER")

    return refuse
