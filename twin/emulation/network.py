"""The plan as a running Mininet network.

Everything is made in batches over netlink and one OVSDB transaction: namespaces, veth pairs, addresses, bridges, and
the shapers last, because Open vSwitch removes a port's queueing discipline when the port is attached.
"""

from __future__ import annotations

import os
import socket
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
        for index, link in enumerate(self.plan.links):
            self._make_interfaces(link, shaping.span_of(link, index))
        for link in self.plan.links:
            self._add_planned_link(link)
        for server in self.plan.servers:
            self._configure_server(server.name)
        self.built = True

    def start(self, controller: str = "") -> None:
        """Make the bridges, connect them to ``controller`` (``tcp:127.0.0.1:6653``) and shape every link."""
        if not self.built:
            self.build()
        self.ovs.transact(*bridge_commands(self.plan, controller))
        for index, link in enumerate(self.plan.links):
            span = shaping.span_of(link, index)
            for position, end in enumerate(link.ends):
                self._shape(link, end, span, seed=self.seed * 1_000_003 + 2 * index + position)
            if span:
                self._join(span)

    def stop(self) -> None:
        """Take everything down: bridges, then interfaces, then namespaces."""
        self.ovs.transact(*removal_commands([s.bridge for s in self.switches]))
        for index, link in enumerate(self.plan.links):
            self._remove(link, shaping.span_of(link, index))
        for control in (self._route, *self._server_routes.values()):
            control.close()
        for node in (*self.switches, *self.hosts):
            node.terminate()

    def _remove(self, link: Link, span: shaping.Span | None) -> None:
        """Remove the link's interfaces, as far as a start that broke off had made them."""
        mine = [end.interface for end in link.ends if end.node not in self.plan.server_by_name]
        for name in [span.near, span.far] if span else mine[:1]:  # the other end of each pair goes with it
            with suppress(OSError):
                self._route.apply(interfaces.remove(self._ifindex(name, None)))

    def _namespace_of(self, end: End) -> int | None:
        return self.get(end.node).namespace if end.node in self.plan.server_by_name else None

    def _make_interfaces(self, link: Link, span: shaping.Span | None) -> None:
        if span is None:
            self._make_pair(self._interface(link.a), self._interface(link.b))
        else:
            self._make_pair(self._interface(link.a), Interface(span.near, self.plan.mtu))
            self._make_pair(self._interface(link.b), Interface(span.far, self.plan.mtu))

    def _interface(self, end: End) -> Interface:
        return Interface(end.interface, self.plan.mtu, self._mac_of(end), self._namespace_of(end))

    def _make_pair(self, one: Interface, other: Interface) -> None:
        """A veth pair. Netlink makes the first interface here and the second where it belongs."""
        near, far = (one, other) if one.namespace is None else (other, one)
        self._route.apply(interfaces.veth(near, far))
        if far.namespace is None:
            self._route.apply(interface_state(self._ifindex(far.name, None), up=True))

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
        with namespaces.inside(self.get(name).namespace):
            _disable_ipv6()
            route = RouteSocket()
            eth0 = socket.if_nametoindex("eth0")
            for ifindex in (1, eth0):  # lo, and the server's one NIC
                route.apply(interface_state(ifindex, up=True))
            route.apply(interfaces.address(eth0, server.ip, 8))
            _write_sysctls(_SERVER_SYSCTLS, self.plan.socket_bytes, sysctl.write)
            self._server_routes[name] = route

    # -- shaping ----------------------------------------------------------------------------------------------------

    def _shape(self, link: Link, end: End, span: shaping.Span | None, seed: int) -> None:
        control = self._server_routes.get(end.node, self._route)
        namespace = self._namespace_of(end)
        if end.rate_bps is not None:
            ifindex = self._ifindex(end.interface, namespace)
            burst = qdisc.burst_bytes(end.rate_bps, self.plan.mtu)
            control.apply(qdisc.tbf(ifindex, end.rate_bps, burst, end.queue_bytes))
            if end.ecn_bytes is not None:
                control.apply(qdisc.red(ifindex, end.queue_bytes, end.ecn_bytes))
            self.directions.append(Direction(link.name, end.node, "rate", ifindex, namespace))
        if span and (end.delay_s > 0 or end.loss > 0):
            # What leaves end a waits on the far interface, which faces end b.
            ifindex = self._ifindex(span.far if end is link.a else span.near, None)
            self._route.apply(qdisc.netem(ifindex, end.delay_s, end.loss, seed))
            self.directions.append(Direction(link.name, end.node, "delay", ifindex, None))
        elif shaping.delays_here(end, spanned=span is not None):
            ifindex = self._ifindex(end.interface, namespace)
            control.apply(qdisc.netem(ifindex, end.delay_s, end.loss, seed))
            self.directions.append(Direction(link.name, end.node, "delay", ifindex, namespace))

    def _join(self, span: shaping.Span) -> None:
        """Forward every frame that enters one inner interface out of the other."""
        near, far = (self._ifindex(name, None) for name in (span.near, span.far))
        for source, target in ((near, far), (far, near)):
            self._route.apply(interfaces.ingress_hook(source))
            self._route.apply(interfaces.redirect(source, target))

    @staticmethod
    def _ifindex(interface: str, namespace: int | None) -> int:
        if namespace is None:
            return socket.if_nametoindex(interface)
        with namespaces.inside(namespace):
            return socket.if_nametoindex(interface)

    # -- faults -----------------------------------------------------------------------------------------------------

    def set_link(self, name: str, up: bool) -> None:
        """Cut (``up`` False) or repair the link ``name``: both ends lose or regain their carrier."""
        for interface in self._cut_points(name):
            self._route.apply(interface_state(self._ifindex(interface, None), up))

    def _cut_points(self, name: str) -> list[str]:
        """Interfaces to take down: the span's, whose peers then lose carrier, or else the link's own."""
        index = next(i for i, link in enumerate(self.plan.links) if link.name == name)
        link = self.plan.links[index]
        span = shaping.span_of(link, index)
        return [span.near, span.far] if span else [end.interface for end in link.ends]

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
