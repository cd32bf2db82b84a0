"""Topologies from YAML text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twin.plan.topology import Topology
from twin.spec import load_topology

Load = Callable[..., Topology]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a topology from its text, or a file of the repository; the file stays in ``tmp_path``."""

    def load_text(text: str) -> Topology:
        file = tmp_path / "plant.yaml"
        file.write_text(text)
        return load_topology(file).topology

    return load_text


@pytest.fixture
def star() -> Callable[..., str]:
    """The text of a star (mode, line system, lengths in km)."""
    return _star


def _star(mode: str, system: str, lengths_km: list[int]) -> str:
    """A hub ``h`` with one fibre ``f<km>`` to a site ``s<km>`` for each length."""
    site = f"{{optical: roadm, transceivers: {{count: 1, mode: {mode}}}}}"
    lines = ["name: star", "sites:", f"  h: {site}", *(f"  s{km}: {site}" for km in lengths_km), "fibres:"]
    lines += [f"  f{km}: {{between: [h, s{km}], length: {km} km}}" for km in lengths_km]
    return "\n".join([*lines, f"optics: {{line_system: {system}}}"])
