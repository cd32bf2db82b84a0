"""Where every switch's flow table sends a packet: the controller's commands in, paths between servers out.

Flows with the same fields in their match share one dictionary, so a lookup costs one probe for each kind of match and
not one for each flow.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from twin.control.commands import AddFlow, AddGroup, Command, RemoveFlow, RemoveGroup
from twin.control.flows import (
    IPV4,
    Action,
    Flow,
    FlowKey,
    Group,
    GroupKey,
    Match,
    Output,
    PopChannel,
    PushChannel,
    ToGroup,
)
from twin.plan.model import Plan
from twin.predict.directions import Directions, Path

#: (priority, matches the port, matches the channel, EtherType, length of the prefix or -1)
_Shape = tuple[int, bool, bool, int | None, int]
_Key = tuple[int | None, int | None, int]
_ALL_ONES = 0xFFFFFFFF


class Table:
    """One switch's flows."""

    def __init__(self) -> None:
        self._flows: dict[_Shape, dict[_Key, tuple[Action, ...]]] = {}
        self._order: list[_Shape] = []

    def add(self, flow: Flow) -> None:
        """Add ``flow``, or replace the one with its priority and match."""
        shape, key = _place(flow.priority, flow.match)
        if shape not in self._flows:
            self._flows[shape] = {}
            self._order = sorted(self._flows, key=lambda known: -known[0])
        self._flows[shape][key] = flow.actions

    def remove(self, flow: Flow) -> None:
        """Remove the flow with this priority and match, if it is there."""
        shape, key = _place(flow.priority, flow.match)
        self._flows.get(shape, {}).pop(key, None)

    def find(self, port: int, vlan: int | None, address: int) -> tuple[Action, ...]:
        """The actions for an IPv4 packet to ``address`` that came in at ``port``; none: it is dropped."""
        for shape in self._order:
            _, by_port, by_vlan, ethertype, prefix = shape
            if ethertype is not None and (ethertype != IPV4 or vlan is not None):
                continue
            masked = address & _mask(prefix) if prefix >= 0 else 0
            actions = self._flows[shape].get((port if by_port else None, vlan if by_vlan else None, masked))
            if actions is not None:
                return actions
        return ()


def _mask(prefix: int) -> int:
    return (_ALL_ONES << (32 - prefix)) & _ALL_ONES


def _place(priority: int, match: Match) -> tuple[_Shape, _Key]:
    network = None if match.ipv4_dst is None else IPv4Network(match.ipv4_dst)
    shape = (
        priority,
        match.in_port is not None,
        match.vlan is not None,
        match.eth_type,
        -1 if network is None else network.prefixlen,
    )
    return shape, (match.in_port, match.vlan, 0 if network is None else int(network.network_address))


class Forwarding:
    """The tables of all switches of ``plan``. ``cut`` holds the names of links that carry nothing; ``version`` counts
    what could have changed a path."""

    def __init__(self, plan: Plan, directions: Directions) -> None:
        self.cut: set[str] = set()
        self.version = 0
        self._directions = directions
        self._groups: dict[GroupKey, Group] = {}
        self._dpid_of = {switch.name: switch.dpid for switch in plan.switches}
        #: What the optical switches hold.
        self.cross_connects: dict[FlowKey, Flow] = {}
        self._optical = {switch.dpid for switch in plan.optical_switches}
        self._tables = {switch.name: Table() for switch in plan.switches}
        self._switch_of = {switch.dpid: switch.name for switch in plan.switches}
        self._address = {server.name: int(IPv4Address(server.ip)) for server in plan.servers}
        self._port = {server.name: plan.links_of[server.name][0].at(server.name).port for server in plan.servers}

    def apply(self, commands: Iterable[Command]) -> None:
        """Change the tables as the controller says."""
        for command in commands:
            if isinstance(command, AddFlow):
                if command.flow.dpid in self._optical:
                    self.cross_connects[command.flow.key] = command.flow
                self._tables[self._switch_of[command.flow.dpid]].add(command.flow)
            elif isinstance(command, RemoveFlow):
                self.cross_connects.pop(command.flow.key, None)
                self._tables[self._switch_of[command.flow.dpid]].remove(command.flow)
            elif isinstance(command, AddGroup):
                self._groups[command.group.key] = command.group
            elif isinstance(command, RemoveGroup):
                self._groups.pop(command.group.key, None)
            else:
                continue
            self.version += 1

    def set_link(self, name: str, up: bool) -> None:
        """Cut or repair a link."""
        if up:
            self.cut.discard(name)
        else:
            self.cut.add(name)
        self.version += 1

    def path(self, source: str, target: str) -> Path | None:
        """The way a packet takes from one server to another now; None where it does not arrive."""
        node, port, vlan, address = source, self._port[source], None, self._address[target]
        numbers: list[int] = []
        for _ in range(4 * len(self._tables) + 2):
            number = self._directions.leaving(node, port)
            direction = self._directions.all[number]
            if direction.link in self.cut:
                return None
            numbers.append(number)
            node, arrived = direction.far
            table = self._tables.get(node)
            if table is None:
                return self._directions.path(tuple(numbers)) if node == target and vlan is None else None
            onward, vlan = self._act(node, table.find(arrived, vlan, address), vlan)
            if onward is None:
                return None
            port = onward
        return None  # more hops than there are places: a loop

    def _act(self, node: str, actions: tuple[Action, ...], vlan: int | None) -> tuple[int | None, int | None]:
        """(port to leave by, or None; channel of the packet then). A group leads to its first bucket, which is the one
        in use where light is not cut; groups that spread flows are refused beforehand."""
        for action in actions:
            match action:
                case PushChannel(channel):
                    vlan = channel
                case PopChannel():
                    vlan = None
                case Output(port):
                    return port, vlan
                case ToGroup(number):
                    buckets = self._groups[GroupKey(self._dpid_of[node], number)].buckets
                    return self._act(node, (buckets[0].action,), vlan) if buckets else (None, vlan)
                case _:
                    pass
        return None, vlan
