"""What a topology must satisfy before a plan can be made of it. Pure; standard library only."""

from __future__ import annotations

from collections import Counter

from twin.errors import BadInput
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, PacketLink, Site, Topology

#: Limits of the address plan 10.SITE.GROUP.INDEX.
MAX_SITES = 250
MAX_LEAVES = 250
MAX_GROUP = 254
#: Linux: IFNAMSIZ - 1.
MAX_INTERFACE = 15


def check_topology(topology: Topology) -> None:
    """Raise ``BadInput`` for the first thing that the plan cannot hold, in the order of the file."""
    if not topology.sites:
        raise _bad(topology, "sites", "found no site", "1 site or more")
    if len(topology.sites) > MAX_SITES:
        raise _bad(topology, "sites", f"found {len(topology.sites)} sites", f"{MAX_SITES} sites or fewer")
    _check_unique(topology, "sites", [site.name for site in topology.sites])
    _check_unique(topology, "fibres", [fibre.name for fibre in topology.fibres])
    _check_unique(topology, "links", [link.name for link in topology.links])
    for site in topology.sites:
        _check_site(topology, site)
    for fibre in topology.fibres:
        _check_ends(topology, "fibres", fibre)
        _check_optical(topology, fibre)
    for link in topology.links:
        _check_ends(topology, "links", link)


def check_plan(topology: Topology, plan: Plan) -> None:
    """Raise ``BadInput`` when two nodes or two links of the built plan share a name, or an interface's is too long."""
    names = [server.name for server in plan.servers]
    names += [switch.name for switch in plan.packet_switches] + [switch.name for switch in plan.optical_switches]
    for name, count in Counter(names).items():
        if count > 1:
            raise _bad(topology, "sites", f"found {count} nodes named {name!r}", "", "rename one of the sites")
    for name, count in Counter(link.name for link in plan.links).items():
        if count > 1:
            found = f"found {count} links named {name!r} (servers' and transceivers' links carry their names)"
            section = "fibres" if any(fibre.name == name for fibre in topology.fibres) else "links"
            raise _bad(topology, f"{section}.{name}", found, "", "rename it")
    for link in plan.links:
        for end in link.ends:
            if len(end.interface) > MAX_INTERFACE:
                found = f"found the interface {end.interface!r}"
                raise _bad(topology, "sites", found, f"names of {MAX_INTERFACE} characters or fewer")


def _check_site(topology: Topology, site: Site) -> None:
    path = f"sites.{site.name}"
    if site.servers and site.nic is None:
        raise _bad(topology, f"{path}.servers", "found servers without a nic", "", "give servers.nic a rate")
    if site.transceivers and (site.line is None or site.optical is None):
        found = "found transceivers without an optical switch or a rate"
        raise _bad(topology, f"{path}.transceivers", found, "", "give the site 'optical: roadm'")
    fabric = site.fabric
    if fabric.kind == "leaf-spine":
        if fabric.leaves < 1 or fabric.spines < 1 or fabric.uplink is None:
            found = f"found leaves: {fabric.leaves}, spines: {fabric.spines}"
            raise _bad(topology, f"{path}.fabric", found, "1 or more of each, and an uplink")
        if max(fabric.leaves, fabric.spines) > MAX_LEAVES:
            found = f"found leaves: {fabric.leaves}, spines: {fabric.spines}"
            raise _bad(topology, f"{path}.fabric", found, f"{MAX_LEAVES} or fewer of each")
    elif fabric.kind != "switch":
        raise _bad(topology, f"{path}.fabric", f"found {fabric.kind!r}", "switch, leaf-spine")
    groups = fabric.leaves if fabric.kind == "leaf-spine" else 1
    if site.servers > groups * MAX_GROUP:
        allowed = f"{groups * MAX_GROUP} or fewer ({MAX_GROUP} a switch)"
        found = f"found {site.servers} servers on {groups} switch{'es' if groups > 1 else ''}"
        raise _bad(topology, f"{path}.servers.count", found, allowed, "spread them over more leaves or sites")


def _check_ends(topology: Topology, section: str, join: FibrePair | PacketLink) -> None:
    path = f"{section}.{join.name}.between"
    names = [site.name for site in topology.sites]
    for name in join.sites:
        if name not in names:
            raise _bad(topology, path, f"found the unknown site {name!r}", ", ".join(names))
    if join.sites[0] == join.sites[1]:
        raise _bad(topology, path, f"found {join.sites[0]!r} at both ends", "two different sites")


def _check_optical(topology: Topology, fibre: FibrePair) -> None:
    for site in topology.sites:
        if site.name in fibre.sites and site.optical is None:
            found = f"found the site {site.name!r}, which has no optical switch"
            raise _bad(topology, f"fibres.{fibre.name}.between", found, "", f"give sites.{site.name} 'optical: roadm'")


def _check_unique(topology: Topology, path: str, names: list[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise _bad(topology, f"{path}.{name}", f"found the name {name!r} {count} times", "each name once")


def _bad(topology: Topology, path: str, found: str, allowed: str = "", remedy: str = "") -> BadInput:
    return BadInput(f"topology {topology.name}", path, found, allowed, remedy)
