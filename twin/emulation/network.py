"""The plan as a running Mininet network.

Everything is made in batches over netlink and one OVSDB transaction: namespaces, veth pairs, addresses, bridges, and
the shapers last, because Open vSwitch removes a port's queueing discipline when the port is attached.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mininet.net import Mininet

from twin.emulation import interfaces, qdisc, shaping, sysctl
from twin.emulation.interfaces import Interface
from twin.emulation.netlink import RouteSocket, interface_state
from twin.emulation.nodes import PlannedInterface, PlannedLink, Server, Switch
from twin.emulation.openvswitch import OpenVSwitch, bridge_commands, removal_commands
from twin.plan.model import End, Link, Plan
from twin.traffic import namespaces

#: Written to every server's namespace. Buffers never limit a flow below its path's capacity; an idle connection keeps
#: its window, as a collective's connections do; addresses do not expire while a run lasts.
#: A receive buffer holds its packets' bookkeeping too and what the program has not read yet: four times the window.
RECEIVE_WINDOWS = 4
_SERVER_SYSCTLS = {
    "net/ipv4/tcp_rmem": "4096 {receive} {receive}",
    "net/ipv4/tcp_wmem": "4096 {socket} {socket}",
    "net/ipv4/tcp_no_metrics_save": "1",
    "net/ipv4/tcp_slow_start_after_idle": "0",
    "net/ipv4/neigh/eth0/base_reachable_time_ms": "86400000",
}
_LAB_SYSCTLS = {
    "net/core/rmem_max": "{receive}",
    "net/core/wmem_max": "{socket}",
    "net/ipv4/tcp_mem": "16777216 16777216 16777216",
}


@dataclass(frozen=True)
class Direction:
    """Where the counters of one direction of a link are read: ``namespace`` None is the lab's own."""

    link: str
    node: str
    kind: str
    ifindex: int
    namespace: int | None


class Network(Mininet):  # type: ignore[misc]
    """A Mininet network made from ``plan``; ``get(name)`` finds servers and switches by the plan's names."""

    inited = True  # Mininet's own initialisation changes limits of the whole machine.

    def __init__(self, plan: Plan, ovs: OpenVSwitch, seed: int) -> None:
        Mininet.inited = True
        super().__init__(topo=None, build=False, controller=None)
        self.plan = plan
        self.ovs = ovs
        self.seed = seed
        self.directions: list[Direction] = []
        self._link_index = {link.name: index for index, link in enumerate(plan.links)}
        self._route = RouteSocket()
        self._server_routes: dict[str, RouteSocket] = {}

    # -- building ---------------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Make nodes, links and addresses; switches get their controller with ``start``."""
        _write_sysctls(_LAB_SYSCTLS, self.plan.socket_bytes, sysctl.write_machine_wide)
        _disable_ipv6()
        for server in self.plan.servers:
            self.addHost(server.name, cls=Server, ip=f"{server.ip}/8", mac=server.mac)
        for switch in self.plan.switches:
            self.addSwitch(switch.name, cls=Switch, bridge=switch.bridge, dpid=f"{switch.dpid:x}")
        wires = [wire for index, link in enumerate(self.plan.links) for wire in self._wires(index, link)]
        self._route.apply(*(interfaces.veth(near, far) for near, far in wires))
        self._route.apply(*(interface_state(far.index, up=True) for _near, far in wires if far.namespace is None))
        for link in self.plan.links:
            self._add_planned_link(link)
        for server in self.plan.servers:
            self._configure_server(server.name)
        self.built = True

    def start(self, controller: str = "") -> None:
        """Make the bridges, connect them to ``controller`` (``tcp:127.0.0.1:6653``) and shape every link."""
        if not self.built:
            self.build()
        if self.plan.light is not None:
            self._darken()
        self.ovs.transact(*bridge_commands(self.plan, controller))
        for index in range(len(self.plan.links)):
            self._shape(index)

    def stop(self) -> None:
        """Take everything down: bridges, then interfaces, then namespaces."""
        self.ovs.transact(*removal_commands([s.bridge for s in self.switches]))
        for index, link in enumerate(self.plan.links):
            for number in self._root_indices(index, link):
                with suppress(OSError):  # a start that broke off has not made them all; pairs go together
                    self._route.apply(interfaces.remove(number))
        for control in (self._route, *self._server_routes.values()):
            control.close()
        for node in (*self.switches, *self.hosts):
            node.terminate()

    def _root_indices(self, index: int, link: Link) -> list[int]:
        """The link's interfaces in the lab's own namespace."""
        ends = [shaping.end_index(index, i) for i, end in enumerate(link.ends) if self._namespace_of(end) is None]
        return ends + ([shaping.span_index(index, i) for i in (0, 1)] if shaping.needs_span(link) else [])

    def _namespace_of(self, end: End) -> int | None:
        return self.get(end.node).namespace if end.node in self.plan.server_by_name else None

    def _wires(self, index: int, link: Link) -> list[tuple[Interface, Interface]]:
        """The veth pairs of a link. Netlink makes the first of a pair here, and the second where it belongs."""
        ends = [
            Interface(
                end.interface, shaping.end_index(index, i), self.plan.mtu, self._mac_of(end), self._namespace_of(end)
            )
            for i, end in enumerate(link.ends)
        ]
        span = shaping.span_of(link, index)
        if span is None:
            return [(ends[0], ends[1]) if ends[0].namespace is None else (ends[1], ends[0])]
        inner = [Interface(n, shaping.span_index(index, i), self.plan.mtu) for i, n in enumerate((span.near, span.far))]
        return list(zip(inner, ends, strict=True))

    def _mac_of(self, end: End) -> str | None:
        server = self.plan.server_by_name.get(end.node)
        return server.mac if server else None

    def _add_planned_link(self, link: Link) -> None:
        nodes = [self.get(end.node) for end in link.ends]
        made = PlannedLink.__new__(PlannedLink)
        made.intf1, made.intf2 = (
            PlannedInterface(
                end.interface,
                ip=getattr(self.plan.server_by_name.get(end.node), "ip", None),
                node=node,
                port=end.port,
                link=made,
                mac=self._mac_of(end),
                moveIntfFn=PlannedLink._ignore,
            )
            for end, node in zip(link.ends, nodes, strict=True)
        )
        self.links.append(made)

    def _configure_server(self, name: str) -> None:
        server = self.plan.server_by_name[name]
        (link,) = self.plan.links_of[name]
        eth0 = shaping.end_index(self._link_index[link.name], 0 if link.a.node == name else 1)
        with namespaces.inside(self.get(name).namespace):
            _disable_ipv6()
            route = RouteSocket()
            route.apply(
                interface_state(1, up=True), interface_state(eth0, up=True), interfaces.address(eth0, server.ip, 8)
            )
            _write_sysctls(_SERVER_SYSCTLS, self.plan.socket_bytes, sysctl.write)
            self._server_routes[name] = route

    # -- shaping ----------------------------------------------------------------------------------------------------

    def _shape(self, index: int) -> None:
        link = self.plan.links[index]
        spanned = shaping.needs_span(link)
        messages: list[bytes] = []
        for position, end in enumerate(link.ends):
            here = shaping.end_index(index, position)
            seed = self.seed * 1_000_003 + 2 * index + position
            if end.rate_bps is not None:
                self._route_of(end).apply(*self._rate(here, end))
                self._add_direction(link, end, "rate", here, self._namespace_of(end))
            if spanned and (end.delay_s > 0 or end.loss > 0):
                # What leaves one end waits on the inner interface that faces the other.
                beyond = shaping.span_index(index, 1 - position)
                messages.append(qdisc.netem(beyond, end.delay_s, end.loss, seed))
                self._add_direction(link, end, "delay", beyond, None)
            elif shaping.delays_here(end, spanned):
                self._route_of(end).apply(qdisc.netem(here, end.delay_s, end.loss, seed))
                self._add_direction(link, end, "delay", here, self._namespace_of(end))
        if spanned:
            messages += _joined(shaping.span_index(index, 0), shaping.span_index(index, 1))
        self._route.apply(*messages)

    def _rate(self, ifindex: int, end: End) -> list[bytes]:
        if end.rate_bps is None:
            return []
        burst = qdisc.burst_bytes(end.rate_bps, self.plan.mtu)
        messages = [qdisc.tbf(ifindex, end.rate_bps, burst, end.queue_bytes)]
        return messages if end.ecn_bytes is None else [*messages, qdisc.red(ifindex, end.queue_bytes, end.ecn_bytes)]

    def _route_of(self, end: End) -> RouteSocket:
        return self._server_routes.get(end.node, self._route)

    def _add_direction(self, link: Link, end: End, kind: str, ifindex: int, namespace: int | None) -> None:
        self.directions.append(Direction(link.name, end.node, kind, ifindex, namespace))

    def _darken(self) -> None:
        """No transceiver receives light yet: the border switches' line ports have no carrier. See ``plant.Ports``."""
        for transceiver in self.plan.transceivers:
            link = self.plan.link_by_name[transceiver.link]
            position = 0 if link.a.node == transceiver.optical else 1
            self._route.apply(interface_state(shaping.end_index(self._link_index[link.name], position), up=False))

    # -- faults -----------------------------------------------------------------------------------------------------

    def set_link(self, name: str, up: bool) -> None:
        """Cut (``up`` False) or repair the link ``name``: both ends lose or regain their carrier."""
        index = self._link_index[name]
        number = shaping.span_index if shaping.needs_span(self.plan.links[index]) else shaping.end_index
        self._route.apply(*(interface_state(number(index, position), up) for position in (0, 1)))

    # -- counters ---------------------------------------------------------------------------------------------------

    def statistics(self) -> list[tuple[Direction, qdisc.QueueStatistics]]:
        """The root qdisc's counters of every shaped direction, in the plan's order."""
        tables: dict[int | None, dict[int, qdisc.QueueStatistics]] = {}
        tables[None] = {s.ifindex: s for s in qdisc.statistics(self._route) if s.parent == qdisc.TC_H_ROOT}
        found = []
        for direction in self.directions:
            if direction.namespace not in tables:
                control = self._server_routes[direction.node]
                tables[direction.namespace] = {
                    s.ifindex: s for s in qdisc.statistics(control) if s.parent == qdisc.TC_H_ROOT
                }
            found.append((direction, tables[direction.namespace][direction.ifindex]))
        return found


def _joined(near: int, far: int) -> list[bytes]:
    """Forward every frame that enters one inner interface out of the other."""
    hooks = [interfaces.ingress_hook(number) for number in (near, far)]
    return [*hooks, interfaces.redirect(near, far), interfaces.redirect(far, near)]


def _write_sysctls(settings: dict[str, str], socket_bytes: int, write: Callable[[str, str], object]) -> None:
    for name, value in settings.items():
        receive = min(RECEIVE_WINDOWS * socket_bytes, 0x7FFFFFFF)
        write(name, value.format(socket=min(socket_bytes, 0x7FFFFFFF), receive=receive))


def _disable_ipv6() -> None:
    """No neighbour discovery: nothing is on the wire but what the experiment puts there."""
    for scope in ("all", "default"):
        path = f"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6"
        if os.path.exists(path):
            Path(path).write_text("1")
