"""Keeps the borders' flows in step with the circuits and packet links that work."""

from __future__ import annotations

from collections.abc import Iterable

from twin.control.circuit import Circuit
from twin.control.packets import circuit_edges, site_to_site_flows
from twin.control.plant import Plant, edges_of
from twin.control.route import Route
from twin.control.routing import Edge
from twin.control.tables import Tables


class SiteRouting:
    """``heed_ports``: whether packet links that are down are avoided."""

    def __init__(self, plant: Plant, tables: Tables, heed_ports: bool) -> None:
        self._plant = plant
        self._tables = tables
        self._heed_ports = heed_ports
        self._links = {link.name: edges_of(link) for link in plant.plan.links if link.kind == "packet"}
        self._of_circuit: dict[str, tuple[Route, tuple[Edge, Edge]]] = {}
        self._edges: list[Edge] = []

    def follow(self, circuits: Iterable[Circuit]) -> None:
        """Route packets over the joined circuits and the packet links. Does nothing when neither has changed."""
        edges: list[Edge] = []
        for circuit in circuits:
            if circuit.joined and circuit.route is not None:
                edges += self._circuit_edges(circuit.name, circuit.route)
        for name, both in self._links.items():
            if not self._heed_ports or self._plant.works(name):
                edges += both
        if edges != self._edges:
            self._edges = edges
            self._tables.want("packets", site_to_site_flows(self._plant.plan, edges))

    def _circuit_edges(self, name: str, route: Route) -> tuple[Edge, Edge]:
        """Kept for as long as the circuit stays on its route: this is asked after every event."""
        known = self._of_circuit.get(name)
        if known is None or known[0] is not route:
            known = self._of_circuit[name] = route, circuit_edges(self._plant, name, route)
        return known[1]
