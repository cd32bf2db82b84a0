"""The app between OpenFlow and a brain: three-line handlers that turn messages into events, and commands into messages.

One lock: events come from the app's own thread, from northbound connections and from timers, and a brain takes one at
a time. Commands are sent within the lock, so that their order on the wire is the brain's order.
"""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, ClassVar

from controllers import rest
from controllers.memory import Memory, concerns
from controllers.northbound import serve
from controllers.ofapi import BaseApp, handler, hub, ofp_event, ofproto
from controllers.openflow import (
    add_message,
    group_message,
    is_up,
    packet_out_message,
    remove_group_message,
    remove_message,
)
from controllers.settings import from_environment
from controllers.switch import Switch
from twin.control.arp import parse_request
from twin.control.brains import brain_of
from twin.control.commands import (
    AddFlow,
    AddGroup,
    Answer,
    AskCounters,
    Barrier,
    Command,
    PacketOut,
    Record,
    RemoveFlow,
    RemoveGroup,
    Wake,
)
from twin.control.desk import CircuitBooked, Desk, DeskEvent
from twin.control.events import (
    ArpAsked,
    BarrierAnswered,
    CountersRead,
    FlowRefused,
    PortStatus,
    SwitchConnected,
    SwitchLost,
    Woken,
)
from twin.control.flows import Entry
from twin.workloads.northbound import quotas

MAIN, DEAD = handler.MAIN_DISPATCHER, handler.DEAD_DISPATCHER


class BrainApp(BaseApp):  # type: ignore[misc]
    """Feeds a brain. An app is a subclass that names one of ``twin.control.brains``."""

    OFP_VERSIONS: ClassVar = [ofproto.OFP_VERSION]
    brain: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._settings = from_environment(os.environ)
        brain = brain_of(type(self).brain, self._settings.plan, self._settings.options)
        self._desk = Desk(brain, quotas(self._settings.rest))
        self._memory = Memory(self._settings.kept)
        self._rest: rest.Served | None = None
        self._lock = hub.Semaphore()
        self._switches: dict[int, Switch] = {}
        self._events_file: IO[str] | None = None

    def start(self) -> Any:
        """Ask for what was kept, or for the scenario's circuits, in its order; then open the northbound. Switches come
        afterwards."""
        if self._settings.events is not None:
            self._events_file = self._settings.events.open("a", encoding="utf-8")
        for wanted in self._memory.wanted(self._settings.circuits):
            answer = self.feed(wanted)
            if answer is not None and not answer.ok:
                name = (wanted.request if isinstance(wanted, CircuitBooked) else wanted).name
                self._write(Record(time.monotonic(), "circuit-refused", {"circuit": name, "reason": answer.reason}))
        if self._settings.northbound is not None:
            serve(self._settings.northbound, self.feed)
        if self._settings.rest is not None:
            kept, folder = self._memory.services, self._certificates()
            self._rest = rest.serve(self._settings.plan, self._settings.rest, folder, self.feed, kept)
        # What is there now stays: collecting garbage need not look at it, and a decision is not held up.
        gc.freeze()
        return super().start()

    def _certificates(self) -> Path | None:
        wanted = self._settings.rest is not None and self._settings.rest.tls
        return self._settings.certificates if wanted else None

    def feed(self, event: DeskEvent) -> Answer | None:
        """Give ``event`` to the desk and do what it says. Returns its answer, if it gives one."""
        with self._lock:
            answer = None
            commands = self._desk.handle(event, time.monotonic())
            for command in commands:
                answer = self._do(command) or answer
            if concerns(event, commands):
                self._memory.keep(self._desk.wanted, self._rest.keep() if self._rest else self._memory.services)
            return answer

    def _do(self, command: Command) -> Answer | None:
        match command:
            case AddFlow(flow):
                self._send(flow.dpid, lambda datapath: add_message(datapath, flow), flow)
            case RemoveFlow(flow):
                self._send(flow.dpid, lambda datapath: remove_message(datapath, flow))
            case AddGroup(group, known):
                self._send(group.dpid, lambda datapath: group_message(datapath, group, known), group)
            case RemoveGroup(group):
                self._send(group.dpid, lambda datapath: remove_group_message(datapath, group))
            case Barrier(dpid, token):
                self._send_barrier(dpid, token)
            case AskCounters(dpid):
                self._ask_for_counters(dpid)
            case PacketOut(dpid, port, data):
                self._send(dpid, lambda datapath: packet_out_message(datapath, port, data))
            case Wake(at_s):
                hub.spawn_after(max(0.0, at_s - time.monotonic()), self.feed, Woken())
            case Record():
                self._write(command)
            case Answer():
                return command
        return None

    def _send(self, dpid: int, message_for: Callable[[Any], Any], entry: Entry | None = None) -> None:
        """A switch that has gone meanwhile is told what it lacks when it is back."""
        switch = self._switches.get(dpid)
        if switch is not None:
            switch.send(message_for(switch.datapath), entry)

    def _send_barrier(self, dpid: int, token: int) -> None:
        switch = self._switches.get(dpid)
        if switch is not None:
            switch.send_barrier(token)

    def _ask_for_counters(self, dpid: int) -> None:
        switch = self._switches.get(dpid)
        if switch is not None:
            switch.ask_for_counters()

    def _write(self, record: Record) -> None:
        self.logger.info("%s %s", record.event, record.details)
        if self._rest is not None:
            self._rest.tell(record)
        if self._events_file is not None:
            line = {"monotonic_s": record.at_s, "event": record.event, **record.details}
            self._events_file.write(json.dumps(line) + "\n")
            self._events_file.flush()

    @handler.set_ev_cls(ofp_event.EventOFPStateChange, [MAIN, DEAD])  # type: ignore[untyped-decorator]
    def on_state_change(self, event: Any) -> None:
        """A switch has finished its handshake, or its connection is gone."""
        datapath = event.datapath
        dpid = datapath.id
        if datapath.state == MAIN:
            self._switches[dpid] = Switch(datapath)
            self._switches[dpid].ask_what_it_holds()
        elif dpid in self._switches and self._switches[dpid].datapath is datapath:
            del self._switches[dpid]
            self.feed(SwitchLost(dpid))

    @handler.set_ev_cls(ofp_event.EventOFPGroupDescStatsReply, MAIN)  # type: ignore[untyped-decorator]
    def on_group_descriptions(self, event: Any) -> None:
        """A part of the groups that a new switch holds."""
        datapath = event.msg.datapath
        switch = self._switches.get(datapath.id)
        if switch is not None and switch.datapath is datapath:
            switch.take_groups(event.msg)

    @handler.set_ev_cls(ofp_event.EventOFPFlowStatsReply, MAIN)  # type: ignore[untyped-decorator]
    def on_flow_stats(self, event: Any) -> None:
        """A part of what a new switch holds, or of its counters; with the last part, the brain hears of it."""
        datapath = event.msg.datapath
        switch = self._switches.get(datapath.id)
        if switch is None or switch.datapath is not datapath:
            return
        if switch.counts(event.msg):
            counts = switch.take_counters(event.msg)
            if counts is not None:
                self.feed(CountersRead(datapath.id, counts))
        elif switch.take_flows(event.msg):
            dark = frozenset(number for number, port in datapath.ports.items() if not is_up(port, ofproto))
            self.feed(SwitchConnected(datapath.id, dark, tuple(switch.flows), tuple(switch.groups)))

    @handler.set_ev_cls(ofp_event.EventOFPPortStatus, MAIN)  # type: ignore[untyped-decorator]
    def on_port_status(self, event: Any) -> None:
        """A port changed or vanished."""
        message = event.msg
        up = message.reason != ofproto.OFPPR_DELETE and is_up(message.desc, ofproto)
        self.feed(PortStatus(message.datapath.id, message.desc.port_no, up))

    @handler.set_ev_cls(ofp_event.EventOFPBarrierReply, MAIN)  # type: ignore[untyped-decorator]
    def on_barrier_reply(self, event: Any) -> None:
        """A switch has done all it was told before the barrier."""
        switch = self._switches.get(event.msg.datapath.id)
        if switch is not None:
            switch.done(event.msg.xid)
        self.feed(BarrierAnswered(event.msg.datapath.id, event.msg.xid))

    @handler.set_ev_cls(ofp_event.EventOFPPacketIn, MAIN)  # type: ignore[untyped-decorator]
    def on_packet_in(self, event: Any) -> None:
        """A frame that a flow sends to the controller: ARP."""
        asked = parse_request(bytes(event.msg.data))
        if asked is not None:
            self.feed(ArpAsked(event.msg.datapath.id, event.msg.match["in_port"], *asked))

    @handler.set_ev_cls(ofp_event.EventOFPErrorMsg, MAIN)  # type: ignore[untyped-decorator]
    def on_error(self, event: Any) -> None:
        """A switch refused something: the brain hears of it when it was a flow or a group of ours."""
        message = event.msg
        why = f"OpenFlow error type {message.type}, code {message.code}"
        self.logger.error("switch %s refused: %s", message.datapath.id, why)
        switch = self._switches.get(message.datapath.id)
        entry = switch.entry_sent(message.xid) if switch is not None else None
        if entry is not None:
            self.feed(FlowRefused(entry, why))
