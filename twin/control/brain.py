"""The whole controller but for its wires: one ``handle(event, now_s)`` that returns commands.

Two kinds: ``optical_circuit`` restores circuits after a loss of light and returns them when it is back;
``static_path`` computes every path once and never reacts. Both wait for all switches of the plan before the first
circuit, so that which circuit gets which channel does not depend on who connects first, and so that circuits of an
earlier life of the controller can be read out of the switches and left as they are.
"""

from __future__ import annotations

from typing import Any

from twin.control.adoption import found_in
from twin.control.arp import ArpProxy
from twin.control.circuit import Circuit, State, Step
from twin.control.circuits import Circuits
from twin.control.commands import Answer, Barrier, Command, PacketOut, Record, Wake
from twin.control.events import (
    ArpAsked,
    BarrierAnswered,
    CircuitChanged,
    CircuitReleased,
    CircuitRequested,
    CircuitsListed,
    CircuitsRequested,
    Event,
    FlowRefused,
    PortStatus,
    RewireRequested,
    SwitchConnected,
    SwitchLost,
    TrafficAnnounced,
    Woken,
)
from twin.control.flows import Entry
from twin.control.ledger import Ledger
from twin.control.packets import base_flows
from twin.control.plant import Plant, Port
from twin.control.requests import why_impossible
from twin.control.rewiring import Rewiring
from twin.control.service import Service
from twin.control.site_routing import SiteRouting
from twin.control.spread import SINGLE, Spread
from twin.control.tables import Tables
from twin.plan.model import Plan


class Brain:
    """``restores``: whether what happens to ports changes any path. ``spread``: which packets use several ways at
    once. ``plant`` is what the brain knows of fibres and ports. Not safe for threads: one event at a time."""

    def __init__(self, plan: Plan, *, restores: bool, spread: Spread = SINGLE) -> None:
        self._plan = plan
        self._restores = restores
        self.plant = Plant(plan)
        self._tables = Tables(cautious=True)
        ledger = Ledger(self.plant, self._tables, self._record, heed_light=restores)
        self._circuits = Circuits(ledger)
        self._rewiring = Rewiring(self._circuits, ledger, self._record)
        self._routing = SiteRouting(self.plant, self._tables, heed_ports=restores, spread=spread)
        self._arp = ArpProxy(plan)
        self._packet_dpids = {switch.dpid for switch in plan.packet_switches}
        self._missing = set(self.plant.dpid_of.values())
        self._found: dict[int, tuple[Entry, ...]] = {}
        self._token = 0
        self._wake_at_s: float | None = None
        self._later: list[CircuitRequested] = []
        self._now_s = 0.0
        self._out: list[Command] = []
        self._tables.want("base", base_flows(plan, spread))
        self._routing.follow(self._circuits, 0.0, planned=False)

    @property
    def circuits(self) -> tuple[Circuit, ...]:
        """All circuits: first those that were released lately, then the others in the order of their requests."""
        return self._circuits.with_released()

    @property
    def begun(self) -> bool:
        """Whether all switches have been there, so that circuits are made."""
        return not self._missing

    @property
    def tables(self) -> Tables:
        """What every switch should hold."""
        return self._tables

    def handle(self, event: Event, now_s: float) -> list[Command]:
        """What to do about ``event``, in this order. ``now_s`` is any clock that does not go back."""
        self._now_s, self._out = now_s, []
        match event:
            case SwitchConnected():
                self._on_connected(event)
            case SwitchLost(dpid):
                self._on_lost(dpid)
            case PortStatus(dpid, port, up):
                self._on_port(Port(dpid, port), up)
            case BarrierAnswered(dpid, token):
                for circuit in self._circuits:
                    circuit.answered(dpid, token)
            case FlowRefused(flow, why):
                self._on_refused(flow, why)
            case ArpAsked():
                self._on_arp(event)
            case CircuitRequested() | CircuitsRequested() | CircuitChanged() | CircuitReleased() if self._rewiring.busy:
                self._out.append(Answer(False, "circuits are being rewired; ask again when that is done"))
            case RewireRequested(release, requests):
                reason = self._rewire(release, requests)
                self._out.append(Answer(not reason, reason))
            case CircuitRequested():
                self._on_requested(event)
            case CircuitsRequested(requests):
                reason = self._request_together(requests)
                self._out.append(Answer(not reason, reason))
            case CircuitChanged(name, service):
                self._on_changed(name, service)
            case CircuitReleased(name):
                self._on_released(name)
            case CircuitsListed():
                self._out.append(Answer(True, circuits=tuple(circuit.show() for circuit in self.circuits)))
            case TrafficAnnounced():
                self._out.append(Answer(False, "this controller makes the circuits it is asked for, whatever is sent"))
            case Woken():
                self._wake_at_s = None
        self._settle(planned=not (isinstance(event, PortStatus) and not event.up))
        return self._out

    def _on_connected(self, event: SwitchConnected) -> None:
        if self.plant.switch_name(event.dpid) is None:
            return
        self._tables.connect(event.dpid, (*event.groups, *event.flows))
        waits_for_all = bool(self._missing)
        self._missing.discard(event.dpid)
        for port in self.plant.ports_of(event.dpid):
            self._on_port(port, port.number not in event.dark_ports)
        for circuit in self._circuits:
            if circuit.waits and event.dpid in circuit.waits:
                circuit.waits[event.dpid] = 0  # the barrier went down with the connection: ask anew
        if waits_for_all:
            self._found[event.dpid] = (*event.groups, *event.flows)
            if not self._missing:
                self._begin()

    def _begin(self) -> None:
        """All switches are there: first the circuits that are up already, then those that are to be made."""
        self._circuits.revive("all switches are there")
        entries = [entry for held in self._found.values() for entry in held]
        self._found.clear()
        self._circuits.adopt(found_in(self.plant, entries))
        self._tables.take_over()
        for circuit in [circuit for circuit in self._circuits if circuit.state is State.REQUESTED]:
            self._circuits.start(circuit)
        if self._restores:
            for fibre in self._plan.fibres:
                if not self.plant.works(fibre.name):
                    self._circuits.darken(fibre.name)

    def _on_refused(self, flow: Entry, why: str) -> None:
        """A circuit that a switch will not make has failed; any other flow is missed only by the log."""
        switch = self.plant.switch_name(flow.dpid)
        if self._tables.wanted(flow.key) != flow:
            return
        owner = self._tables.owner_of(flow.key)
        circuit = next((circuit for circuit in self._circuits if circuit.owner == owner), None)
        if circuit is None:
            self._record("flow-refused", {"switch": switch, "owner": owner, "reason": why})
        else:
            self._circuits.give_up(circuit, f"{switch} refused a cross-connect: {why}")

    def _on_port(self, port: Port, up: bool) -> None:
        link = self.plant.link_at(port)
        if link is None or up is not self.plant.is_dark(port):
            return
        worked = self.plant.works(link.name)
        self.plant.set_port(port, up)
        works = self.plant.works(link.name)
        details = {"switch": self.plant.switch_name(port.dpid), "port": port.number, "link": link.name}
        self._record("port-up" if up else "port-down", details)
        if not self._restores or works is worked:
            return
        if link.kind != "fibre":
            if not works:
                self._circuits.dim(link.name, self._now_s)
        elif works:
            self._circuits.relight(link.name, self._now_s)
        else:
            self._circuits.darken(link.name)

    def _on_arp(self, event: ArpAsked) -> None:
        data = self._arp.reply(event.sender_mac, event.sender_ip, event.target_ip)
        if data is not None:
            self._out.append(PacketOut(event.dpid, event.port, data))

    def _on_requested(self, request: CircuitRequested) -> None:
        """A name whose circuit is being drained will be free soon: then the request has its turn."""
        known = self._circuits.get(request.name)
        if request.name in [waiting.name for waiting in self._later]:
            reason = f"circuit {request.name!r} is being drained, and is asked for again already"
            self._out.append(Answer(False, reason))
        elif known is not None and known.state is State.DRAINING:
            self._later.append(request)
            self._out.append(Answer(True))
        elif known is not None and known.alive:
            self._out.append(Answer(False, f"circuit {request.name!r} exists and is {known.state.value}"))
        else:
            circuit = self._request(request)
            self._out.append(Answer(circuit.alive, "" if circuit.alive else circuit.reason))

    def _request(self, request: CircuitRequested) -> Circuit:
        waits = f"waits for {len(self._missing)} switches to connect" if self._missing else ""
        circuit = self._circuits.add(request.name, request.sites, request.service, waits)
        impossible = why_impossible(self.plant, request.sites, request.service)
        if impossible:
            self._circuits.fail(circuit, impossible)
        elif not self._missing:
            self._circuits.start(circuit)
        return circuit

    def _request_together(self, requests: tuple[CircuitRequested, ...]) -> str:
        return self._why_not_these(requests) or self._circuits.start_together(requests)

    def _why_not_these(self, requests: tuple[CircuitRequested, ...], beside: tuple[str, ...] = ()) -> str:
        """Why these circuits cannot be had by their names or at all; the names ``beside`` will be free."""
        if self._missing:
            return f"{len(self._missing)} switches have yet to connect; ask again when they have"
        for i, request in enumerate(requests):
            known = self._circuits.get(request.name)
            taken = known is not None and known.alive and request.name not in beside
            if taken or request.name in [other.name for other in requests[:i]]:
                return f"{request.name}: there is a circuit of that name"
            impossible = why_impossible(self.plant, request.sites, request.service)
            if impossible:
                return f"{request.name}: {impossible}"
        return ""

    def _rewire(self, release: tuple[str, ...], requests: tuple[CircuitRequested, ...]) -> str:
        if self._rewiring.busy:
            return "circuits are being rewired; ask again when that is done"
        for name in release:
            known = self._circuits.get(name)
            if known is None or not known.alive or release.count(name) > 1:
                return f"there is no circuit {name!r}" if release.count(name) == 1 else f"{name!r} is released twice"
        return self._why_not_these(requests, release) or self._rewiring.begin(release, requests)

    def _on_changed(self, name: str, service: Service) -> None:
        circuit = self._circuits.get(name)
        if circuit is None or not circuit.alive:
            why = f"there is no circuit {name!r}"
        else:
            why = why_impossible(self.plant, circuit.sites, service) or self._circuits.change(circuit, service)
        self._out.append(Answer(not why, why))

    def _on_released(self, name: str) -> None:
        circuit = self._circuits.get(name)
        if circuit is None:
            self._out.append(Answer(False, f"there is no circuit {name!r}"))
        elif circuit.state is State.RELEASED:
            self._out.append(Answer(False, f"circuit {name!r} is released already"))
        else:
            self._later = [request for request in self._later if request.name != name]
            self._circuits.release(circuit)
            self._out.append(Answer(True))

    def _on_lost(self, dpid: int) -> None:
        """Nobody waits for a lost switch before a circuit is given back: it would be told when it returns."""
        self._tables.lose(dpid)
        for circuit in self._circuits:
            if circuit.step is Step.LEAVING and circuit.waits:
                circuit.waits.pop(dpid, None)

    def _settle(self, planned: bool) -> None:
        """Send what changed, and let circuits that have nothing to wait for take their next step, until none can."""
        while True:
            self._circuits.move_settled(self._now_s)
            self._routing.follow(self._circuits, self._now_s, planned)
            commands, fresh = self._tables.flush()
            self._out += commands
            self._send_barriers(fresh & self._packet_dpids)
            ready = self._circuits.ready(self._now_s)
            for circuit in ready:
                self._circuits.advance(circuit, self._now_s)
            again = self._requests_whose_turn_it_is()
            for request in again:
                self._request(request)
            if not ready and not again and not self._rewiring.advance():
                break
        self._ask_to_wake()

    def _requests_whose_turn_it_is(self) -> list[CircuitRequested]:
        known = {circuit.name for circuit in self._circuits if circuit.alive}
        turn = [request for request in self._later if request.name not in known]
        self._later = [request for request in self._later if request.name in known]
        return turn

    def _ask_to_wake(self) -> None:
        """One wake at a time, for the circuit that has waited long enough first."""
        times_s = self._circuits.next_time_s(self._now_s), self._routing.turns_until_s
        at_s = min((time_s for time_s in times_s if time_s is not None), default=None)
        if at_s is not None and (self._wake_at_s is None or at_s < self._wake_at_s):
            self._wake_at_s = at_s
            self._out.append(Wake(at_s))

    def _send_barriers(self, packet_dpids: set[int]) -> None:
        """One barrier to each switch that some circuit now waits for."""
        dpids: set[int] = set()
        self._token += 1
        for circuit in self._circuits:
            if circuit.waits is None:
                awaited = circuit.awaited(self.plant, packet_dpids)
                if circuit.step is Step.LEAVING:
                    awaited = [dpid for dpid in awaited if dpid in self._tables.connected]
                circuit.waits = dict.fromkeys(awaited, self._token)
                dpids.update(circuit.waits)
            for dpid in [dpid for dpid, token in circuit.waits.items() if token == 0]:
                circuit.waits[dpid] = self._token
                dpids.add(dpid)
        self._out += [Barrier(dpid, self._token) for dpid in sorted(dpids & self._tables.connected)]

    def _record(self, event: str, details: dict[str, Any]) -> None:
        self._out.append(Record(self._now_s, event, details))


def optical_circuit(plan: Plan, spread: Spread = SINGLE) -> Brain:
    """The brain that restores circuits after a loss of light and returns them when it is back."""
    return Brain(plan, restores=True, spread=spread)


def static_path(plan: Plan) -> Brain:
    """The brain that computes paths once and never reacts to what happens to ports."""
    return Brain(plan, restores=False)
