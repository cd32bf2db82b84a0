"""The controller of an experiment without a network: the same brain, asked at the same times.

Switches and the controller take no time here. What the brain asks for later (``Wake``) is handed to ``later``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from twin.control.brain import Brain, optical_circuit, static_path
from twin.control.commands import Answer, Barrier, Command, Record, Wake
from twin.control.desk import Desk
from twin.control.events import (
    BarrierAnswered,
    CircuitReleased,
    CircuitRequested,
    CircuitsListed,
    Event,
    PortStatus,
    SwitchConnected,
    Woken,
)
from twin.control.northbound import service_of
from twin.errors import BadInput
from twin.plan.codec import to_json
from twin.plan.model import Plan
from twin.predict.forwarding import Forwarding
from twin.workloads.northbound import quotas
from twin.workloads.scenario import Circuit, Scenario

#: The controllers whose brains can be asked without their process.
BRAINS: Final[dict[str, Callable[[Plan], Brain]]] = {"optical_circuit": optical_circuit, "static_path": static_path}
#: When circuits are set up: about a second before the experiment's zero, as in the lab.
SETUP_S = -1.0

Recorder = Callable[[float, str, str, dict[str, Any]], None]


def check_controller(scenario: Scenario) -> None:
    """Raise ``BadInput`` for a controller that is a program of the user's own: nobody can predict it."""
    if scenario.controller.name == "engineered":
        found = "found 'engineered': when its circuits move, and how long they are dark, is not followed here"
        raise BadInput("controller", "", found, ", ".join(BRAINS), "or use twin run")
    if scenario.controller.name not in BRAINS:
        found = f"found {scenario.controller.name!r}, a program that only a run can ask"
        raise BadInput("controller", "", found, ", ".join(BRAINS), "or use twin run")
    if scenario.controller.name == "optical_circuit" and scenario.controller.options:
        found = "found options: which way a flow takes is chosen by a switch's hash, or pinned, and not followed here"
        raise BadInput("controller.options", "", found, remedy="use twin run")
    if scenario.control_channel is not None:
        raise BadInput("control_channel", "", "found a slow control channel", "none", "or use twin run")


class ControlPlane:
    """``record(t_s, source, event, details)`` gets what the brain records; ``later(at_s)`` asks to be ``woken``."""

    def __init__(
        self, plan: Plan, scenario: Scenario, forwarding: Forwarding, record: Recorder, later: Callable[[float], None]
    ) -> None:
        check_controller(scenario)
        self._plan = plan
        self._forwarding = forwarding
        self._record = record
        self._later = later
        self._desk = Desk(BRAINS[scenario.controller.name](plan), quotas(scenario.controller.northbound))
        for circuit in scenario.circuits:
            self.request(circuit, SETUP_S)
        for switch in plan.switches:
            self.feed(SwitchConnected(switch.dpid), SETUP_S)

    def feed(self, event: Event, now_s: float) -> Answer | None:
        """Tell the brain, do what it says, and answer its barriers; returns its answer, if it gives one."""
        answer: Answer | None = None
        events = [event]
        while events:
            commands = self._desk.handle(events.pop(0), now_s)
            self._forwarding.apply(commands)
            for command in commands:
                answer = self._do(command, events) or answer
        return answer

    def _do(self, command: Command, events: list[Event]) -> Answer | None:
        match command:
            case Barrier(dpid, token):
                events.append(BarrierAnswered(dpid, token))
            case Wake(at_s):
                self._later(at_s)
            case Record(at_s, event, details):
                self._record(at_s, "controller", event, details)
            case Answer():
                return command
            case _:
                pass
        return None

    def woken(self, now_s: float) -> None:
        """The time of a ``later`` has come."""
        self.feed(Woken(), now_s)

    def set_link(self, name: str, up: bool, now_s: float) -> None:
        """Cut or repair a link; the switches at its ends tell the brain."""
        self._forwarding.set_link(name, up)
        dpids = {switch.name: switch.dpid for switch in self._plan.switches}
        for end in self._plan.link_by_name[name].ends:
            self.feed(PortStatus(dpids[end.node], end.port, up), now_s)

    def request(self, circuit: Circuit, now_s: float) -> Answer | None:
        """Ask for a circuit, with all that is asked of it."""
        asked = to_json(circuit)
        name, sites = asked.pop("name"), asked.pop("sites")
        return self.feed(CircuitRequested(name, (sites[0], sites[1]), service_of(asked)), now_s)

    def release(self, name: str, now_s: float) -> Answer | None:
        """Give a circuit back."""
        return self.feed(CircuitReleased(name), now_s)

    def circuits(self, now_s: float) -> list[dict[str, Any]]:
        """Every circuit as the northbound would list it."""
        answer = self.feed(CircuitsListed(), now_s)
        return list(answer.circuits or ()) if answer is not None else []
