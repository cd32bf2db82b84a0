"""The controller of an experiment without a network: the same brain, asked at the same times.

::

    timeline --> desk and brain --> flows and groups of packet switches --> Forwarding
                    ^     '-------> flows of optical switches, barriers --> Light, where the plan has any
                    '-- ports up or down, barriers answered, counters, time to wake <--'

The controller, its channel and packet switches take no time here; optical switches take what the plan says. As on a
real connection, what a switch is told behind a barrier waits with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from math import inf
from typing import Any, Final

from twin.control.brains import BRAINS, brain_of
from twin.control.commands import (
    AddFlow,
    AddGroup,
    Answer,
    AskCounters,
    Barrier,
    Command,
    Record,
    RemoveFlow,
    RemoveGroup,
    Wake,
)
from twin.control.desk import Desk
from twin.control.events import (
    BarrierAnswered,
    CircuitRequested,
    CircuitsListed,
    CountersRead,
    Event,
    PortStatus,
    SwitchConnected,
    Woken,
)
from twin.control.northbound import service_of
from twin.errors import BadInput
from twin.physics.events import Attenuate, Cut, Degrade, Repair
from twin.plan.codec import to_json
from twin.predict.light import Light, dark_ports
from twin.predict.simulator import Simulator
from twin.workloads.northbound import quotas
from twin.workloads.scenario import Circuit, Scenario

#: (t_s, source, event, details)
Recorder = Callable[[float, str, str, dict[str, Any]], None]
#: What switches are told, in this order; all else a brain says is for others.
_Told = AddFlow | RemoveFlow | AddGroup | RemoveGroup | Barrier | AskCounters
_REMEDY: Final = "or use twin run"


def check_controller(scenario: Scenario) -> None:
    """Raise ``BadInput`` for a controller that is a program of the user's own, which nobody can predict, and for a
    channel to it that takes time."""
    if scenario.controller.name not in BRAINS:
        found = f"found {scenario.controller.name!r}, a program that only a run can ask"
        raise BadInput("controller", "", found, ", ".join(BRAINS), _REMEDY)
    if scenario.control_channel is not None:
        raise BadInput("control_channel", "", "found a slow control channel", "none", _REMEDY)


class ControlPlane:
    """``record`` gets what the brain and the plant tell. Time is the simulator's."""

    def __init__(self, simulator: Simulator, scenario: Scenario, record: Recorder) -> None:
        check_controller(scenario)
        controller, plan = scenario.controller, simulator.plan
        self._simulator = simulator
        self._circuits = scenario.circuits
        self._record = record
        self._desk = Desk(brain_of(controller.name, plan, controller.options), quotas(controller.northbound))
        self._switches = {switch.name: switch.dpid for switch in plan.switches}
        self._optical = {switch.dpid for switch in plan.optical_switches}
        self._light = Light(simulator, self._tell) if plan.light is not None else None
        self._cuts: set[str] = set()
        #: dpid -> the barrier that waits for light, when it came, and what came behind it
        self._held: dict[int, tuple[float, deque[_Told]]] = {}
        self._due_s = inf

    @property
    def happened(self) -> list[dict[str, Any]] | None:
        """The lines of ``lab/light.jsonl`` so far; None where the plan does not look at light."""
        return None if self._light is None else self._light.happened

    def begin(self) -> None:
        """Ask for the experiment's circuits; then all switches come, and hold nothing."""
        for circuit in self._circuits:
            self.feed(request_of(circuit))
        dark = dark_ports(self._simulator.plan)
        for dpid in self._switches.values():
            self.feed(SwitchConnected(dpid, dark[dpid]))

    def feed(self, *events: Event) -> Answer | None:
        """Tell the brain, do what it says, and tell it what comes of that; returns its answer, if it gives one."""
        answer: Answer | None = None
        agenda = deque(events)
        while agenda:
            for command in self._desk.handle(agenda.popleft(), self._simulator.now_s):
                answer = self._do(command, agenda) or answer
            agenda += self._news()
        self._simulator.rerouted()
        self._wind()
        return answer

    def circuits(self) -> list[dict[str, Any]]:
        """Every circuit as the northbound would list it."""
        answer = self.feed(CircuitsListed())
        return list(answer.circuits or ()) if answer is not None else []

    def set_link(self, name: str, up: bool) -> None:
        """Cut or repair a link; the switches at its ends tell the brain, and those of all that share its risk."""
        before = self._dark()
        (self._cuts.discard if up else self._cuts.add)(name)
        for link in before ^ self._dark():
            self._simulator.forwarding.set_link(link, up)
            for end in self._simulator.plan.link_by_name[link].ends if not up else ():
                self._simulator.interrupt(end.node, end.port)
        if self._light is not None:
            self._light.happen(Repair(name) if up else Cut(name))
        ports = [end for link in sorted(before ^ self._dark()) for end in self._simulator.plan.link_by_name[link].ends]
        told = [PortStatus(self._switches[end.node], end.port, up) for end in ports if end.node in self._switches]
        self.feed(*self._news(), *told)

    def harm(self, event: Degrade | Attenuate) -> None:
        """An amplifier or a fibre gets another level; nothing to a plan that does not look at light."""
        if self._light is not None:
            self._light.happen(event)
            self.feed(*self._news())

    def _dark(self) -> frozenset[str]:
        light = self._simulator.plan.light
        return light.dark(self._cuts) if light is not None else frozenset(self._cuts)

    # -- commands ---------------------------------------------------------------------------------------------------

    def _do(self, command: Command, agenda: deque[Event]) -> Answer | None:
        match command:
            case Wake(at_s):
                self._simulator.at(max(at_s, self._simulator.now_s), self._wake)
            case Record(at_s, event, details):
                self._record(at_s, "controller", event, details)
            case Answer():
                return command
            case AddFlow() | RemoveFlow() | AddGroup() | RemoveGroup() | Barrier() | AskCounters():
                dpid = _dpid_of(command)
                if dpid in self._held:
                    self._held[dpid][1].append(command)
                else:
                    agenda += self._deliver(dpid, deque([command]))
            case _:
                pass
        return None

    def _deliver(self, dpid: int, commands: deque[_Told]) -> Iterable[Event]:
        """Let a switch do ``commands``, up to a barrier that has to wait; returns what it answers."""
        answers: list[Event] = []
        while commands:
            command = commands.popleft()
            match command:
                case Barrier(_, token):
                    if self._light is not None and dpid in self._optical and not self._light.settled(dpid):
                        commands.appendleft(command)
                        self._held[dpid] = self._simulator.now_s, commands
                        return answers
                    answers.append(BarrierAnswered(dpid, token))
                case AskCounters():
                    answers.append(CountersRead(dpid, self._simulator.carried.counters(dpid, self._simulator.now_s)))
                case _:
                    self._change(dpid, command)
        return answers

    def _change(self, dpid: int, command: AddFlow | RemoveFlow | AddGroup | RemoveGroup) -> None:
        light = self._light if dpid in self._optical else None
        match command:
            case AddFlow(flow) if light is not None:
                light.add(flow)
            case RemoveFlow(flow) if light is not None:
                light.remove(flow)
            case _:
                self._simulator.forwarding.apply(command)

    def _wake(self) -> None:
        self.feed(Woken())

    # -- light ------------------------------------------------------------------------------------------------------

    def _news(self) -> list[Event]:
        """What light has brought since this was asked last: ports that changed, barriers that may pass."""
        if self._light is None:
            return []
        news: list[Event] = list(self._light.ports())
        for dpid in [dpid for dpid in self._held if self._light.settled(dpid)]:
            since_s, commands = self._held.pop(dpid)
            held_s = round(self._simulator.now_s - since_s, 9)
            self._tell("plant", "barrier-passed", {"switch": self._name_of(dpid), "held_s": held_s})
            news += self._deliver(dpid, commands)
        return news

    def _name_of(self, dpid: int) -> str:
        return next(name for name, known in self._switches.items() if known == dpid)

    def _wind(self) -> None:
        """Come back when light has something to do."""
        next_s = self._light.next_s if self._light is not None else None
        if next_s is not None and next_s < self._due_s:
            self._due_s = next_s
            self._simulator.at(next_s, self._tick)

    def _tick(self) -> None:
        assert self._light is not None
        self._due_s = inf
        self._light.tick()
        self.feed(*self._news())

    def _tell(self, source: str, event: str, details: dict[str, Any]) -> None:
        self._record(self._simulator.now_s, source, event, details)


def request_of(circuit: Circuit) -> CircuitRequested:
    """The request for a circuit, with all that is asked of it."""
    asked = to_json(circuit)
    name, sites = asked.pop("name"), asked.pop("sites")
    return CircuitRequested(name, (sites[0], sites[1]), service_of(asked))


def _dpid_of(command: _Told) -> int:
    match command:
        case AddFlow(flow) | RemoveFlow(flow):
            return flow.dpid
        case AddGroup(group) | RemoveGroup(group):
            return group.dpid
        case Barrier(dpid, _) | AskCounters(dpid):
            return dpid
