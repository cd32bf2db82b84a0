"""A topology file in, a ``Topology`` and its resolved text out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from twin.plan.topology import Topology
from twin.spec import catalogue, imports, override, resolve_topology
from twin.spec.document import Document, read
from twin.spec.problems import validate
from twin.spec.topology_file import TopologyFile


@dataclass(frozen=True)
class LoadedTopology:
    """A topology, and the text of its file with all defaults filled in."""

    topology: Topology
    text: str


def load_topology(path: Path) -> LoadedTopology:
    """Read a topology file. Raises ``BadInput`` for the first thing that is wrong with it."""
    return from_document(read(path))


def from_document(document: Document, sets: Iterable[tuple[str, list[str], str]] = ()) -> LoadedTopology:
    """The topology in ``document``, after ``sets``: (option as given, steps of its key, YAML value). Raises
    ``BadInput``."""
    for text, steps, value in sets:
        override.apply(document, text, steps, value)
    catalogue.expand(document)
    imports.expand(document)
    file = validate(TopologyFile, document)
    topology = resolve_topology.resolve(file, document)
    return LoadedTopology(topology, resolved_text(file.model_dump(mode="json", by_alias=True, exclude_none=True)))


def resolved_text(content: dict[str, Any]) -> str:
    """``content`` as YAML, in its own order."""
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
