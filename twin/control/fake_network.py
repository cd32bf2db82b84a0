"""A plan's switches in memory: takes a brain's commands, and says where a frame would come out.

For tests, and for whoever wants a controller's decisions without a network. ``apply`` returns what the switches answer,
so that ``play`` can run a brain to rest::

    network = FakeNetwork(plan)
    network.play(brain, SwitchConnected(1), now_s=0.0)
    network.send("tokyo-1", "osaka-1").links
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Protocol

from twin.control.commands import AddFlow, AddGroup, Barrier, Command, RemoveFlow, RemoveGroup, Wake
from twin.control.events import BarrierAnswered, Event, PortStatus, SwitchConnected, Woken
from twin.control.flows import (
    IPV4,
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
from twin.plan.model import Plan, Transceiver


class Handler(Protocol):
    """What ``play`` needs of a brain."""

    def handle(self, event: Event, now_s: float) -> list[Command]:
        """The commands that answer the event."""


@dataclass(frozen=True)
class Journey:
    """The ``links`` a frame took, in order; ``end`` is the node where it came out or was lost, ``lost`` why
    (empty: it arrived)."""

    links: tuple[str, ...]
    end: str
    lost: str = ""


@dataclass(frozen=True)
class _Frame:
    node: str
    port: int
    ip: str
    source: str
    vlan: int | None = None


class FakeNetwork:
    """``tables``: dpid -> key -> flow. ``cut`` holds the names of links that carry nothing. A group that selects takes
    its first bucket that is up.

    Where the plan looks at light, a transceiver's port is up while light arrives, and ``apply`` tells which have
    changed; switches take no time."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.cut: set[str] = set()
        self.dpid_of = {switch.name: switch.dpid for switch in plan.packet_switches}
        self.dpid_of |= {switch.name: switch.dpid for switch in plan.optical_switches}
        self.tables: dict[int, dict[FlowKey, Flow]] = {dpid: {} for dpid in self.dpid_of.values()}
        self.groups: dict[GroupKey, Group] = {}
        self._dark: dict[str, bool] = {t.link: True for t in plan.transceivers} if plan.light is not None else {}
        self._link_at = {(end.node, end.port): link for link in plan.links for end in link.ends}

    def apply(self, commands: Iterable[Command]) -> list[Event]:
        """Change the tables; returns the answers to barriers."""
        answers: list[Event] = []
        for command in commands:
            match command:
                case AddFlow(flow):
                    self.tables[flow.dpid][flow.key] = flow
                case RemoveFlow(flow):
                    self.tables[flow.dpid].pop(flow.key, None)
                case AddGroup(group, known):
                    assert known is (group.key in self.groups), f"{group} is {'new' if known else 'known'}"
                    self.groups[group.key] = group
                case RemoveGroup(group):
                    self.groups.pop(group.key, None)
                case Barrier(dpid, token):
                    answers.append(BarrierAnswered(dpid, token))
                case _:
                    pass
        return answers + self.changed_light()

    def changed_light(self) -> list[Event]:
        """What the borders see of transceivers whose light has come or gone since this was asked last."""
        events: list[Event] = []
        journeys = [self.shine(transceiver) for transceiver in self.plan.transceivers] if self._dark else []
        lit = {journey.links[-1] for journey in journeys if not journey.lost and len(journey.links) > 1}
        for end in self.plan.transceivers if self._dark else ():
            if self._dark[end.link] is (end.link in lit):
                self._dark[end.link] = end.link not in lit
                port = self.plan.line_port(end)
                events.append(PortStatus(self.dpid_of[end.switch], port, end.link in lit))
        return events

    def hello(self, dpid: int) -> SwitchConnected:
        """What a controller hears when the switch connects."""
        links = self.plan.link_by_name
        ends = [end for name in self.cut for end in links[name].ends if end.node in self.dpid_of]
        ends += [links[t.link].at(t.switch) for t in self.plan.transceivers if self._dark.get(t.link, False)]
        ports = frozenset(end.port for end in ends if self.dpid_of[end.node] == dpid)
        return SwitchConnected(dpid, ports, tuple(self.tables[dpid].values()), self.groups_of(dpid))

    def play(
        self, brain: Handler, event: Event, now_s: float, patience_s: float = 60.0, also: Sequence[Event] = ()
    ) -> list[Command]:
        """Give ``event`` to ``brain``, and what happens ``also`` at that time, and then all answers and wakes at their
        times, until nothing is left that comes within ``patience_s``."""
        end_s = now_s + patience_s
        agenda: list[tuple[float, Event]] = [(now_s, one) for one in (event, *also)]
        all_commands: list[Command] = []
        while agenda:
            now_s, event = agenda.pop(0)
            commands = brain.handle(event, now_s)
            all_commands += commands
            agenda += [(now_s, answer) for answer in self.apply(commands)]
            wakes = [command.at_s for command in commands if isinstance(command, Wake)]
            agenda += [(at_s, Woken()) for at_s in wakes if at_s <= end_s]
            agenda.sort(key=lambda entry: entry[0])
        return all_commands

    def send(self, source: str, target: str) -> Journey:
        """Send an IPv4 frame from one server to another. A frame that comes back to a port as it was is a loop."""
        servers = self.plan.server_by_name
        journey = self._follow(_Frame(source, 1, servers[target].ip, servers[source].ip), frozenset(servers))
        if not journey.lost and journey.end != target:
            return Journey(journey.links, journey.end, f"came out at {journey.end}")
        return journey

    def shine(self, transceiver: Transceiver) -> Journey:
        """Send a frame out of a transceiver, and follow it to the packet switch that receives the light."""
        port = self.plan.line_port(transceiver)
        ends = frozenset(switch.name for switch in self.plan.packet_switches)
        return self._follow(_Frame(transceiver.switch, port, "0.0.0.0", "0.0.0.0"), ends)

    def _follow(self, frame: _Frame, ends: frozenset[str]) -> Journey:
        """Follow a frame that leaves a port, and all copies of it, until they reach one of ``ends`` or are lost. The
        journey is that of the copy that arrived."""
        todo: list[tuple[_Frame, tuple[str, ...]]] = [(frame, ())]
        seen: set[_Frame] = set()
        journeys: list[Journey] = []
        while todo:
            frame, links = todo.pop(0)
            link = self._link_at[frame.node, frame.port]
            links = (*links, link.name)
            if link.name in self.cut:
                journeys.append(Journey(links, frame.node, f"{link.name} is cut"))
                continue
            far = link.other(frame.node)
            if far.node in ends:
                lost = "" if frame.vlan is None else f"arrived on channel {frame.vlan}"
                journeys.append(Journey(links, far.node, lost))
                continue
            arrived = _Frame(far.node, far.port, frame.ip, frame.source, frame.vlan)
            onward = self._switch(arrived)
            if arrived in seen or not onward:
                why = "loop" if arrived in seen else f"no flow for port {far.port}"
                journeys.append(Journey(links, far.node, why))
                continue
            seen.add(arrived)
            todo += [(copy, links) for copy in onward]
        arrivals = [journey for journey in journeys if not journey.lost]
        if len(arrivals) > 1:
            return Journey(arrivals[0].links, arrivals[0].end, "arrived twice")
        return (arrivals or [journey for journey in journeys if journey.lost == "loop"] or journeys)[0]

    def _switch(self, frame: _Frame) -> list[_Frame]:
        """What the switch sends on for a frame that came in; empty: it drops it."""
        table = self.tables[self.dpid_of[frame.node]].values()
        matching = [flow for flow in table if _matches(flow.match, frame)]
        vlan, sent = frame.vlan, list[_Frame]()
        for action in max(matching, key=lambda flow: flow.priority).actions if matching else ():
            match action:
                case PushChannel(channel):
                    vlan = channel
                case PopChannel():
                    vlan = None
                case Output(port) if port != frame.port:
                    sent.append(_Frame(frame.node, port, frame.ip, frame.source, vlan))
                case TurnBack():
                    sent.append(_Frame(frame.node, frame.port, frame.ip, frame.source, vlan))
                case ToGroup(number):
                    ports = self._chosen(frame.node, number)
                    sent += [_Frame(frame.node, port, frame.ip, frame.source, vlan) for port in ports]
                case _:
                    pass
        return sent

    def groups_of(self, dpid: int) -> tuple[Group, ...]:
        """The groups of one switch."""
        return tuple(group for group in self.groups.values() if group.dpid == dpid)

    def _chosen(self, node: str, number: int) -> list[int]:
        """The port that a group leads to; empty: none is up."""
        for bucket in self.groups[GroupKey(self.dpid_of[node], number)].buckets:
            if isinstance(bucket.action, ToGroup):
                found = self._chosen(node, bucket.action.number)
            else:
                name = self._link_at[node, bucket.port].name
                dark = name in self.cut or self._dark.get(name, False)
                found = [] if dark else [bucket.action.port]
            if found:
                return found
        return []


def _matches(match: Match, frame: _Frame) -> bool:
    return (
        match.in_port in (None, frame.port)
        and match.vlan in (None, frame.vlan)
        and (match.eth_type is None or (match.eth_type == IPV4 and frame.vlan is None))
        and (match.ipv4_dst is None or IPv4Address(frame.ip) in IPv4Network(match.ipv4_dst))
        and (match.ipv4_src is None or IPv4Address(frame.source) in IPv4Network(match.ipv4_src))
    )
