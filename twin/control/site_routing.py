"""Keeps the borders' flows in step with the circuits and packet links that work."""

from __future__ import annotations

from collections.abc import Iterable

from twin.control.circuit import Circuit
from twin.control.flows import EntryKey, Flow, ToGroup
from twin.control.packets import circuit_edges, prefix_flow
from twin.control.plant import Plant, edges_of
from twin.control.route import Route
from twin.control.routing import Edge
from twin.control.tables import Tables
from twin.control.trees import Trees

_OWNER = "packets"
_Pair = tuple[Edge, Edge]


class SiteRouting:
    """Every border's flow to every other site, over the shortest path of circuits and packet links. ``heed_ports``:
    whether packet links that are down are avoided."""

    def __init__(self, plant: Plant, tables: Tables, heed_ports: bool) -> None:
        self._plant = plant
        self._tables = tables
        self._heed_ports = heed_ports
        self._links = {link.name: edges_of(link) for link in plant.plan.links if link.kind == "packet"}
        self._prefix_of = {site.border: site.prefix for site in plant.plan.sites}
        self._trees = Trees(self._prefix_of)
        self._of_circuit: dict[str, tuple[Route, _Pair]] = {}
        self._used: dict[tuple[str, str], _Pair] = {}
        #: (circuit, border) -> the group that chooses between the circuit's transceivers
        self._group_at: dict[tuple[str, str], ToGroup] = {}

    def follow(self, circuits: Iterable[Circuit]) -> None:
        """Route packets over the joined circuits and the packet links. Does nothing when neither has changed."""
        pairs: dict[tuple[str, str], _Pair] = {}
        for circuit in circuits:
            if circuit.joined and circuit.route is not None:
                pairs["circuit", circuit.name] = self._circuit_edges(circuit, circuit.route)
        for name, both in self._links.items():
            if not self._heed_ports or self._plant.works(name):
                pairs["link", name] = both
        if pairs == self._used:
            return
        used, self._used = self._used, pairs
        gone = [edge for key, both in used.items() if pairs.get(key) is not both for edge in both]
        new = [edge for key, both in pairs.items() if used.get(key) is not both for edge in both]
        self._want(self._trees.change(gone, new))

    def _want(self, changes: dict[str, dict[str, Edge | None]]) -> None:
        """Change the borders' flows to each site (root) where their first edge has changed."""
        dpids = self._plant.dpid_of
        flows, gone = list[Flow](), list[EntryKey]()
        for root, edges in changes.items():
            prefix = self._prefix_of[root]
            for node, edge in edges.items():
                if edge is None:
                    gone.append(prefix_flow(dpids[node], prefix, 0).key)
                else:
                    way = self._group_at.get((edge.name, node), edge.port)
                    flows.append(prefix_flow(dpids[node], prefix, way))
        self._tables.amend(_OWNER, flows, gone)

    def _circuit_edges(self, circuit: Circuit, route: Route) -> _Pair:
        """Kept for as long as the circuit stays on its route: this is asked after every event."""
        known = self._of_circuit.get(circuit.name)
        if known is None or known[0] is not route:
            known = self._of_circuit[circuit.name] = route, circuit_edges(self._plant, circuit.name, route)
            for side, edge in enumerate(known[1]):
                self._group_at.pop((circuit.name, edge.source), None)
                if circuit.fails_over:
                    number = circuit.group_number(self._plant, side)
                    self._group_at[circuit.name, edge.source] = ToGroup(number)
        return known[1]
