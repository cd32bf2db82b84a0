"""The optical plant beside a prediction: ``twin.physics.operation`` with the simulator's clock, tables and ports.

It is what ``twin.emulation.plant`` is beside a run, by the same rules: switching and locking take their time, light
that becomes too weak changes a mode or takes the port down, and all of it is told and noted in the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twin.control.commands import AddFlow, RemoveFlow
from twin.control.events import PortStatus
from twin.control.flows import Flow, Output, PopChannel, PushChannel
from twin.physics import record
from twin.physics.events import Event, Tick
from twin.physics.operation import Operation
from twin.physics.wiring import CrossConnect
from twin.plan.model import Plan
from twin.predict.simulator import Simulator

#: Gets (source, event, details) for the event log, at the simulator's time.
Tell = Callable[[str, str, dict[str, Any]], None]


class Light:
    """The plant of a plan that has light; at first no transceiver receives any. ``happened`` are the lines of
    ``lab/light.jsonl`` so far."""

    def __init__(self, simulator: Simulator, tell: Tell) -> None:
        self._simulator = simulator
        self._tell = tell
        self._plan = simulator.plan
        self._transceivers = {transceiver.name: transceiver for transceiver in self._plan.transceivers}
        self._switches = {switch.dpid: switch.name for switch in self._plan.optical_switches}
        self._dpids = {switch.name: switch.dpid for switch in self._plan.switches}
        self._ports: list[PortStatus] = []
        self._operation: Operation[Flow] = Operation(self._plan, self)
        self.happened: list[dict[str, Any]] = []
        for transceiver in self._plan.transceivers:
            simulator.forwarding.set_link(transceiver.link, up=False)

    @property
    def next_s(self) -> float | None:
        """When ``tick`` has something to do; None: never."""
        return self._operation.next_s

    def ports(self) -> list[PortStatus]:
        """The border switches' ports that have changed since this was asked last."""
        changed, self._ports = self._ports, []
        return changed

    def takes(self, dpid: int) -> bool:
        """Whether the switch is one of this plant's."""
        return dpid in self._switches

    def settled(self, dpid: int) -> bool:
        """Whether nothing of the switch moves: a barrier may be answered."""
        return self._operation.settled(self._switches[dpid])

    def add(self, flow: Flow) -> None:
        """The controller wants ``flow``, which is in force once light passes; at once where it is not light."""
        cross = cross_connect(self._switches[flow.dpid], flow)
        if cross is None:
            self.install(flow)
        else:
            self._operation.order(cross, flow, self._simulator.now_s)

    def remove(self, flow: Flow) -> None:
        """The controller takes ``flow`` away."""
        self._operation.cancel(self._switches[flow.dpid], lambda held: held.key == flow.key, self._simulator.now_s)
        self.withdraw(flow)

    def happen(self, event: Event) -> None:
        """Let ``event`` happen to the plant now."""
        self._operation.happen(event, self._simulator.now_s)

    def tick(self) -> None:
        """Do what is due."""
        self.happen(Tick())

    # -- what the operation asks for --------------------------------------------------------------------------------

    def install(self, flow: Flow) -> None:
        """Put the flow into its switch."""
        self._simulator.forwarding.apply(AddFlow(flow))

    def withdraw(self, flow: Flow) -> None:
        """Take the flow out of its switch."""
        self._simulator.forwarding.apply(RemoveFlow(flow))

    def interrupt(self, cross: CrossConnect) -> None:
        """What is under way to ``cross`` is lost."""
        self._simulator.interrupt(cross.switch, cross.in_port)

    def set_carrier(self, transceiver: str, up: bool) -> None:
        """The border switch sees its port go up or down."""
        end = self._transceivers[transceiver]
        self._simulator.forwarding.set_link(end.link, up)
        if not up:
            self._simulator.interrupt(end.switch, self._plan.line_port(end))
        self._ports.append(PortStatus(self._dpids[end.switch], self._plan.line_port(end), up))

    def set_rate(self, transceiver: str, rate_bps: float) -> None:
        """The border switch sends at another rate."""
        end = self._transceivers[transceiver]
        self._simulator.set_rate(end.switch, self._plan.line_port(end), rate_bps)

    def tell(self, event: str, details: dict[str, Any]) -> None:
        """One line for the event log."""
        self._tell("plant", event, details)

    def note(self, event: Event, at_s: float) -> None:
        """One line for ``lab/light.jsonl``."""
        self.happened.append(record.to_line(event, at_s))


def dark_ports(plan: Plan) -> dict[int, frozenset[int]]:
    """The border switches' ports without light when a run begins, by datapath id."""
    found: dict[int, set[int]] = {switch.dpid: set() for switch in plan.switches}
    dpids = {switch.name: switch.dpid for switch in plan.switches}
    for transceiver in plan.transceivers if plan.light is not None else ():
        found[dpids[transceiver.switch]].add(plan.line_port(transceiver))
    return {dpid: frozenset(ports) for dpid, ports in found.items()}


def cross_connect(switch: str, flow: Flow) -> CrossConnect | None:
    """The light that ``flow`` passes on; None where it passes none, as the flow that drops what nothing else takes."""
    channel, port = flow.match.vlan or 0, None
    in_channel = channel
    for action in flow.actions:
        if isinstance(action, PushChannel):
            channel = action.channel
        elif isinstance(action, PopChannel):
            channel = 0
        elif isinstance(action, Output):
            port = action.port
    if flow.match.in_port is None or port is None:
        return None
    return CrossConnect(switch, flow.match.in_port, in_channel, port, channel)
