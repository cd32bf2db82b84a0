"""The plants that the controller is measured on: CORONET CONUS (75 sites, 99 fibres, of GNPy), SNDlib's nobel-germany
(17 sites, 26 fibres) and one fibre. 96 channels a fibre, transceivers of 100 Gb/s."""

from __future__ import annotations

import importlib.resources
import tempfile
from pathlib import Path

from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology
from twin.spec import load_topology


def conus(transceivers: int) -> Plan:
    """CORONET CONUS, each site with so many transceivers."""
    file = importlib.resources.files("gnpy") / "example-data" / "CORONET_CONUS_Topology.json"
    return _imported(f"gnpy: {{network: {file}}}", transceivers)


def germany(transceivers: int) -> Plan:
    """nobel-germany, likewise."""
    return _imported("topohub: nobel-germany", transceivers)


def _imported(source: str, transceivers: int) -> Plan:
    line = f"{{count: {transceivers}, rate: 100 Gb/s}}"
    site = f"{{servers: {{count: 1, nic: 100 Gb/s}}, optical: roadm, transceivers: {line}}}"
    with tempfile.TemporaryDirectory(prefix="twin-bench-") as folder:
        path = Path(folder) / "plant.yaml"
        path.write_text(f"name: plant\nimport:\n  {source}\n  site: {site}\n", encoding="utf-8")
        return build_plan(load_topology(path).topology)


def one_link(transceivers: int) -> Plan:
    """Two sites and a fibre."""
    line = Port(100e9)
    sites = tuple(Site(name, 1, Port(100e9), SiteFabric(), Optical("roadm"), transceivers, line) for name in "ab")
    return build_plan(Topology("one link", sites, (FibrePair("ab", ("a", "b"), 100.0),)))
