"""A topology in others' formats: file names and contents."""

from __future__ import annotations

from typing import Any

from twin.errors import BadInput
from twin.optics import gnpy_json
from twin.optics.lines import equipment
from twin.plan import rfc8345
from twin.plan.build import build_plan
from twin.plan.topology import Topology


def gnpy(topology: Topology) -> dict[str, dict[str, Any]]:
    """GNPy's network and equipment library, with which its own command line finds what ours did. Raises ``BadInput``
    where the transceivers are not of the catalogue."""
    if topology.optics is None:
        found = "found no transceivers by mode, so there is no light to export"
        raise BadInput(f"topology {topology.name}", "sites", found, "", "give them one, as in 'mode: 400ZR'")
    network = gnpy_json.network(topology, topology.catalogue)
    return {"gnpy-network.json": network, "gnpy-equipment.json": equipment(topology)}


def ietf(topology: Topology) -> dict[str, dict[str, Any]]:
    """RFC 8345."""
    return {"ietf-network.json": rfc8345.network(build_plan(topology))}
