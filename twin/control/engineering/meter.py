"""Who sends how much to whom, from the byte counters of the border switches' flows.

A border has a flow for each other site, and it counts what passes for that site: the border's own traffic, and what
comes through from others. Where the flow leads is known, so what comes through can be taken off::

    own(x, r) = count(x, r) - sum over the borders y whose flow to r leads to x of count(y, r)

Port counters alone would not do: they say how much leaves a site, and not for where. A group that leads to several
borders is taken to share alike, which is so over many flows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network

from twin.control.circuit import Circuit
from twin.control.engineering.ground import Pair
from twin.control.flows import Action, Flow, FlowKey, Group, GroupKey, Output, ToGroup
from twin.control.plant import Plant, Port
from twin.control.tables import Tables


class Meter:
    """What was read so far; ``tables`` tell where each flow leads."""

    def __init__(self, plant: Plant, tables: Tables) -> None:
        self._tables = tables
        sites = plant.plan.sites
        self._site_at = {plant.dpid_of[site.border]: site.name for site in sites}
        self._networks = {site.name: IPv4Network(site.prefix) for site in sites}
        self._last: dict[FlowKey, int] = {}
        self._passed: dict[Pair, float] = {}
        self._through: dict[Pair, float] = {}

    @property
    def dpids(self) -> list[int]:
        """The switches to ask."""
        return sorted(self._site_at)

    def read(self, dpid: int, counts: Iterable[tuple[FlowKey, int]], leads: Mapping[Port, str]) -> None:
        """The flows' counters as switch ``dpid`` tells them now; ``leads`` says to which site a border's port leads."""
        here = self._site_at[dpid]
        for key, count in counts:
            target = self._target(key, here)
            if target is None:
                continue
            before = self._last.get(key, 0)
            size = count - before if count >= before else count  # a flow that is new counts from zero
            self._last[key] = count
            self._add(self._passed, (here, target), size)
            sites = [leads[port] for port in self._ports(key) if port in leads]
            for site in sites:
                if site != target:
                    self._add(self._through, (site, target), size / len(sites))

    def take(self) -> dict[Pair, float]:
        """(from, to) -> bytes since the last call."""
        own = {pair: passed - self._through.get(pair, 0.0) for pair, passed in self._passed.items()}
        self._passed.clear()
        self._through.clear()
        return {pair: size for pair, size in own.items() if size > 0}

    @staticmethod
    def _add(sums: dict[Pair, float], pair: Pair, size: float) -> None:
        sums[pair] = sums.get(pair, 0.0) + size

    def _target(self, key: FlowKey, here: str) -> str | None:
        """The other site that a flow leads to."""
        if key.match.ipv4_dst is None:
            return None
        network = IPv4Network(key.match.ipv4_dst)
        return next((n for n, whole in self._networks.items() if n != here and network.subnet_of(whole)), None)

    def _ports(self, key: FlowKey) -> list[Port]:
        """The ports that a flow sends to, by itself or through groups."""
        flow = self._tables.wanted(key)
        todo: list[Action] = list(flow.actions) if isinstance(flow, Flow) else []
        ports: list[Port] = []
        while todo:
            action = todo.pop()
            if isinstance(action, Output):
                ports.append(Port(key.dpid, action.port))
            elif isinstance(action, ToGroup):
                group = self._tables.wanted(GroupKey(key.dpid, action.number))
                todo += [bucket.action for bucket in group.buckets] if isinstance(group, Group) else []
        return ports


def leads_of(plant: Plant, circuits: Iterable[Circuit]) -> dict[Port, str]:
    """The borders' ports that lead to other sites, over ``circuits`` and packet links -> the site."""
    leads: dict[Port, str] = {}
    for circuit in circuits:
        for pair in (circuit.ends, circuit.second):
            for end, far in zip(pair or (), (pair or ())[::-1], strict=True):
                port = plant.plan.line_port(end)
                leads[Port(plant.dpid_of[end.switch], port)] = far.site
    site_at = {site.border: site.name for site in plant.plan.sites}
    for link in plant.plan.links:
        for here in link.ends if link.kind == "packet" else ():
            leads[Port(plant.dpid_of[here.node], here.port)] = site_at[link.other(here.node).node]
    return leads
