"""Keeps the borders' flows in step with the circuits and packet links that work.

When routes change on purpose, packets are under way on the old ones, and some meet a border whose new route leads back
to where they came from. A router sends them back; an OpenFlow switch sends nothing out of the port it came in at,
unless told so. For as long as such packets may come, a flow of higher priority tells it.
"""

from __future__ import annotations

from collections.abc import Iterable

from twin.control.circuit import Circuit
from twin.control.flows import Bucket, Choice, Entry, EntryKey, Flow, Group, Output, ToGroup
from twin.control.ledger import DRAIN_MARGIN_S
from twin.control.packets import circuit_edges, prefix_flow, turn_flow, way_of
from twin.control.plant import Plant, edges_of
from twin.control.route import Route
from twin.control.routing import Edge
from twin.control.spectrum import Ends
from twin.control.spread import BETWEEN, SINGLE, Spread, pin_flow
from twin.control.tables import Tables
from twin.control.trees import Trees

_OWNER = "packets"
_TURNING = "packets that turn back"
_PINNED = "pinned flows"
_Pair = tuple[Edge, Edge]


class SiteRouting:
    """Every border's flow to every other site, over the shortest path of circuits and packet links. ``heed_ports``:
    whether packet links that are down are avoided. ``spread``: whether parallel circuits are used at once, and what is
    pinned to one."""

    def __init__(self, plant: Plant, tables: Tables, heed_ports: bool, spread: Spread = SINGLE) -> None:
        self._plant = plant
        self._spread = spread
        self._tables = tables
        self._heed_ports = heed_ports
        self._links = {link.name: edges_of(link) for link in plant.plan.links if link.kind == "packet"}
        self._prefix_of = {site.border: site.prefix for site in plant.plan.sites}
        self._trees = Trees(self._prefix_of)
        self._of_circuit: dict[str, tuple[Route, Ends | None, _Pair]] = {}
        self._used: dict[tuple[str, str], _Pair] = {}
        #: (border, site, way) -> the flow: most changes go back to one that was there before
        self._flow_of: dict[tuple[str, str, int | ToGroup], Flow] = {}
        #: (border, next border) -> the circuits between them, where they are used at once
        self._parallel: dict[tuple[str, str], tuple[Edge, ...]] = {}
        #: (border, site) -> the flows that turn packets back, and when no more of them can come
        self._turns: dict[tuple[str, str], tuple[Flow, ...]] = {}
        self.turns_until_s: float | None = None

    def follow(self, circuits: Iterable[Circuit], now_s: float, planned: bool) -> None:
        """Route packets over the joined circuits and the packet links. Does nothing when neither has changed.
        ``planned``: nothing broke, so that the packets that are under way still arrive."""
        if self.turns_until_s is not None and self.turns_until_s <= now_s:
            self.turns_until_s = None
            self._turns.clear()
            self._tables.want(_TURNING, ())
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
        changes = self._trees.change(gone, new)
        groups, removed = self._regroup(gone, new) if self._spread.ecmp else ([], [])
        turns = self._want(changes, groups, removed, planned)
        self._pin()
        stale = [(node, root) for root, edges in changes.items() for node in edges if (node, root) in self._turns]
        if stale or turns:
            self._turns = {place: flows for place, flows in self._turns.items() if place not in stale} | turns
            self._tables.want(_TURNING, [flow for flows in self._turns.values() for flow in flows])
            longest_ps = max((edge.delay_ps for both in (*used.values(), *pairs.values()) for edge in both), default=0)
            self.turns_until_s = now_s + longest_ps * 1e-12 + DRAIN_MARGIN_S

    def _regroup(self, gone: Iterable[Edge], new: Iterable[Edge]) -> tuple[list[Entry], list[EntryKey]]:
        """The groups of those pairs of borders whose circuits have changed, and the keys of those without any."""
        places = {(edge.source, edge.target): None for edge in (*gone, *new) if edge.name not in self._links}
        circuits = [edge for (kind, _), both in self._used.items() if kind == "circuit" for edge in both]
        groups, removed = list[Entry](), list[EntryKey]()
        for place in places:
            edges = tuple(sorted((e for e in circuits if (e.source, e.target) == place), key=lambda edge: edge.port))
            group = self._group(*place, edges)
            if edges:
                self._parallel[place] = edges
                groups.append(group)
            else:
                del self._parallel[place]
                removed.append(group.key)
        return groups, removed

    def _group(self, border: str, beyond: str, edges: tuple[Edge, ...]) -> Group:
        ways = [way_of(edge) for edge in edges]
        buckets = tuple(Bucket(way, 0) if isinstance(way, ToGroup) else Bucket(Output(way), way) for way in ways)
        return Group(self._plant.dpid_of[border], BETWEEN + self._plant.dpid_of[beyond], Choice.SELECT, buckets)

    def _way(self, edge: Edge) -> tuple[int | ToGroup, tuple[Edge, ...]]:
        """Where packets go that take ``edge``, and all the edges that they may take there."""
        parallel = self._parallel.get((edge.source, edge.target), ())
        if edge in parallel:
            return ToGroup(BETWEEN + self._plant.dpid_of[edge.target]), parallel
        return way_of(edge), (edge,)

    def _pin(self) -> None:
        """Lead pinned flows into their circuits, where these are joined; else they go as all others do."""
        flows = []
        borders = {site.name: site.border for site in self._plant.plan.sites}
        servers = self._plant.plan.server_by_name
        for pin in self._spread.pins:
            here, there = borders[servers[pin.source].site], borders[servers[pin.target].site]
            for edge in (edge for name in pin.over for edge in self._used.get(("circuit", name), ())):
                if (edge.source, edge.target) == (here, there):
                    flows.append(pin_flow(self._plant.plan, pin, self._plant.dpid_of[here], way_of(edge)))
        if self._spread.pins:
            self._tables.want(_PINNED, flows)

    def _want(
        self, changes: dict[str, dict[str, Edge | None]], groups: list[Entry], gone: list[EntryKey], planned: bool
    ) -> dict[tuple[str, str], tuple[Flow, ...]]:
        """Change the borders' flows to each site (root) where their first edge has changed. Returns the flows that
        turn back what meets a changed route; none where it was not planned."""
        turns: dict[tuple[str, str], tuple[Flow, ...]] = {}
        dpids = self._plant.dpid_of
        flows = list(groups)
        for root, edges in changes.items():
            prefix = self._prefix_of[root]
            for node, edge in edges.items():
                if edge is None:
                    gone.append(prefix_flow(dpids[node], prefix, 0).key)
                else:
                    way, parallel = self._way(edge)
                    flow = self._flow_of.get((node, root, way))
                    if flow is None:
                        flow = self._flow_of[node, root, way] = prefix_flow(dpids[node], prefix, way)
                    if planned and self._tables.wanted(flow.key) not in (None, flow):
                        ports = map(self._port_of, parallel)
                        turns[node, root] = tuple(turn_flow(dpids[node], prefix, port) for port in ports)
                    flows.append(flow)
        self._tables.amend(_OWNER, flows, gone)
        return turns

    def _circuit_edges(self, circuit: Circuit, route: Route) -> _Pair:
        """Kept for as long as the circuit stays on its route: this is asked after every event."""
        known = self._of_circuit.get(circuit.name)
        if known is None or known[0] is not route or known[1] is not circuit.second:
            groups = circuit.group_numbers(self._plant) if circuit.fails_over else None
            edges = circuit_edges(self._plant, circuit.name, route, groups)
            known = self._of_circuit[circuit.name] = route, circuit.second, edges
        return known[2]

    def _port_of(self, edge: Edge) -> int:
        """The port that an edge leaves by now, where a group chooses it."""
        if edge.port > 0:
            return edge.port
        route = self._of_circuit[edge.name][0]
        return next(self._plant.plan.line_port(end) for end in route.ends if end.switch == edge.source)
