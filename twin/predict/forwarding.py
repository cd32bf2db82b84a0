"""Where every switch's flow table sends a packet: the controller's commands in, paths between servers out.

Flows with the same fields in their match share one dictionary, so a lookup costs one probe for each kind of match and
not one for each flow.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple
from zlib import crc32

from twin.control.commands import AddFlow, AddGroup, Command, RemoveFlow, RemoveGroup
from twin.control.flows import (
    IPV4,
    Bucket,
    Choice,
    Flow,
    FlowKey,
    Group,
    GroupKey,
    Match,
    Output,
    PopChannel,
    PushChannel,
    ToGroup,
    TurnBack,
)
from twin.plan.model import Plan
from twin.predict.directions import Directions, Path

#: (priority, matches the port, matches the channel, EtherType, lengths of the prefixes of target and source, or -1)
_Shape = tuple[int, bool, bool, int | None, int, int]
_Key = tuple[int | None, int | None, int, int]
_ALL_ONES = 0xFFFFFFFF


class Frame(NamedTuple):
    """What switches look at: the addresses, the wavelength it is on (None: it is no light), and the hash by which
    groups choose."""

    source: int
    target: int
    hash: int
    vlan: int | None = None


class Table:
    """One switch's flows."""

    def __init__(self) -> None:
        self._flows: dict[_Shape, dict[_Key, Flow]] = {}
        self._order: list[_Shape] = []

    def add(self, flow: Flow) -> None:
        """Add ``flow``, or replace the one with its priority and match."""
        shape, key = _place(flow.priority, flow.match)
        if shape not in self._flows:
            self._flows[shape] = {}
            self._order = sorted(self._flows, key=lambda known: -known[0])
        self._flows[shape][key] = flow

    def remove(self, flow: Flow) -> None:
        """Remove the flow with this priority and match, if it is there."""
        shape, key = _place(flow.priority, flow.match)
        self._flows.get(shape, {}).pop(key, None)

    def find(self, port: int, frame: Frame) -> Flow | None:
        """The flow that takes a frame that came in at ``port``; None: nobody does, and it is dropped."""
        for shape in self._order:
            _, by_port, by_vlan, ethertype, to, since = shape
            if ethertype is not None and (ethertype != IPV4 or frame.vlan is not None):
                continue
            place = port if by_port else None, frame.vlan if by_vlan else None
            flow = self._flows[shape].get((*place, _masked(frame.target, to), _masked(frame.source, since)))
            if flow is not None:
                return flow
        return None


def _masked(address: int, prefix: int) -> int:
    return address & (_ALL_ONES << (32 - prefix)) & _ALL_ONES if prefix >= 0 else 0


def _place(priority: int, match: Match) -> tuple[_Shape, _Key]:
    to, since = _network(match.ipv4_dst), _network(match.ipv4_src)
    shape = (priority, match.in_port is not None, match.vlan is not None, match.eth_type, to[1], since[1])
    return shape, (match.in_port, match.vlan, to[0], since[0])


def _network(prefix: str | None) -> tuple[int, int]:
    """(address, length) of a prefix; the length is -1 where every address will do."""
    if prefix is None:
        return 0, -1
    network = IPv4Network(prefix)
    return int(network.network_address), network.prefixlen


class Forwarding:
    """The tables of all switches of ``plan``. ``down`` holds the names of links that carry nothing; ``version`` counts
    what could have changed a path."""

    def __init__(self, plan: Plan, directions: Directions) -> None:
        self.down: set[str] = set()
        self.version = 0
        self._directions = directions
        self._groups: dict[GroupKey, Group] = {}
        self._dpid_of = {switch.name: switch.dpid for switch in plan.switches}
        self._tables = {switch.name: Table() for switch in plan.switches}
        self._switch_of = {switch.dpid: switch.name for switch in plan.switches}
        self._address = {server.name: int(IPv4Address(server.ip)) for server in plan.servers}
        self._port = {server.name: plan.links_of[server.name][0].at(server.name).port for server in plan.servers}

    def apply(self, command: Command) -> None:
        """Change a table as the controller says."""
        match command:
            case AddFlow(flow):
                self._tables[self._switch_of[flow.dpid]].add(flow)
            case RemoveFlow(flow):
                self._tables[self._switch_of[flow.dpid]].remove(flow)
            case AddGroup(group):
                self._groups[group.key] = group
            case RemoveGroup(group):
                self._groups.pop(group.key, None)
            case _:
                return
        self.version += 1

    def set_link(self, name: str, up: bool) -> None:
        """Take a link out of use, or put it back."""
        (self.down.discard if up else self.down.add)(name)
        self.version += 1

    def frame(self, source: str, target: str, connection: int = 0) -> Frame:
        """A frame as ``source`` sends it. Where groups spread connections over several ways, the numbers of these and
        the two servers decide."""
        return Frame(self._address[source], self._address[target], _hash(source, target, connection))

    def first(self, source: str) -> int:
        """The direction that a server sends into."""
        return self._directions.leaving(source, self._port[source])

    def path(self, source: str, target: str, connection: int = 0) -> Path | None:
        """The way a packet takes from one server to another now; None where it does not arrive."""
        hops = 4 * len(self._tables) + 2  # more than there are places would be a loop
        return self._follow(self.first(source), self.frame(source, target, connection), target, [], [], hops)

    def _follow(
        self, number: int, frame: Frame, target: str, numbers: list[int], flows: list[FlowKey], hops: int
    ) -> Path | None:
        """The way on from the direction ``number`` after ``numbers``, of the copy that arrives."""
        for left in range(hops, 0, -1):
            direction = self._directions.all[number]
            if direction.link in self.down:
                return None
            numbers.append(number)
            node, arrived = direction.far
            if node not in self._tables:
                arrives = node == target and frame.vlan is None
                return self._directions.path(numbers, flows) if arrives else None
            flow, onward = self.switch(node, arrived, frame)
            if flow is not None and flow.match.ipv4_dst is not None:
                flows.append(flow.key)
            if len(onward) != 1:
                found = (self._follow(*copy, target, [*numbers], [*flows], left - 1) for copy in onward)
                return next((path for path in found if path is not None), None)
            ((number, frame),) = onward
        return None

    def switch(self, node: str, arrived: int, frame: Frame) -> tuple[Flow | None, list[tuple[int, Frame]]]:
        """What a switch does now with a frame that came in at the port ``arrived``: the flow that takes it, and
        (direction, frame) of each copy that it sends on."""
        flow = self._tables[node].find(arrived, frame)
        vlan, copies = frame.vlan, list[tuple[int, Frame]]()
        for action in flow.actions if flow is not None else ():
            port: int | None = None
            match action:
                case PushChannel(channel):
                    vlan = channel
                case PopChannel():
                    vlan = None
                case Output(out) if out != arrived:
                    port = out
                case TurnBack():
                    port = arrived
                case ToGroup(number):
                    port = self._chosen(node, number, frame.hash)
                case _:
                    pass
            if port is not None:
                sent = frame if vlan == frame.vlan else frame._replace(vlan=vlan)
                copies.append((self._directions.leaving(node, port), sent))
        return flow, copies

    def _chosen(self, node: str, number: int, chance: int) -> int | None:
        """The port that a group leads to: of those that are up the first, or the one that the hash ``chance`` picks."""
        group = self._groups[GroupKey(self._dpid_of[node], number)]
        ports = [port for bucket in group.buckets if (port := self._leads_to(node, bucket, chance)) is not None]
        if not ports:
            return None
        return ports[0] if group.choice is Choice.FAST_FAILOVER else ports[chance % len(ports)]

    def _leads_to(self, node: str, bucket: Bucket, chance: int) -> int | None:
        if isinstance(bucket.action, ToGroup):
            return self._chosen(node, bucket.action.number, chance)
        link = self._directions.all[self._directions.leaving(node, bucket.port)].link
        return None if link in self.down else bucket.action.port


def _hash(source: str, target: str, connection: int) -> int:
    """Alike for all packets of one connection, and at every switch."""
    return crc32(f"{source} {target} {connection}".encode())
