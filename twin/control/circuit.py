"""One circuit: what was asked for, what it holds, and how far it is.

    REQUESTED -> COMPUTED -> INSTALLING -> QUALIFYING -> ACTIVE <-> DEGRADED      (a protected circuit with one path)
        |            a path      switches       light      |  ^         |
        v                        answered     at both ends v  |         v
      FAILED  <---- a switch refuses; no light        RESTORING ---> QUALIFYING   (or waits for a path)

    ACTIVE, DEGRADED -> DRAINING -> RELEASED          whatever carries nothing is RELEASED at once

The ``step`` is what the circuit waits for within a state. An active circuit goes through MAKING, SWITCHING and DRAINING
as it moves to another path: two routes exist then, and packets arrive over either. Where one transceiver cannot have
two (see ``Plant.splits``), the second route has transceivers of its own, which are lit first (BRIDGING)::

    border A - t1 ==== first route ==== t1 - border B        a move: packets are led from t1 to t2, then t1 is free
             - t2 ==== second route === t2 -                 1+1: a group sends into the first whose port is up
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any, Final

from twin.control.flows import Bucket, Choice, Entry, Group, Output
from twin.control.plant import Plant
from twin.control.route import WHOLE_FIBRE, Route, add_flows, drop_flows, express_flows
from twin.control.service import Protection, Service
from twin.control.spectrum import Ends


class State(StrEnum):
    """What the northbound shows."""

    REQUESTED = "requested"
    COMPUTED = "computed"
    INSTALLING = "installing"
    QUALIFYING = "qualifying"
    ACTIVE = "active"
    DEGRADED = "degraded"
    RESTORING = "restoring"
    DRAINING = "draining"
    RELEASED = "released"
    FAILED = "failed"


#: The states of a circuit that has yet to become active or to fail.
ON_THE_WAY: Final = (State.REQUESTED, State.COMPUTED, State.INSTALLING, State.QUALIFYING)


class Step(Enum):
    """What the circuit waits for: nothing; cross-connects; light at both ends; packet flows; cross-connects of a second
    route, to move to it or to have it; light at its own ends; the flows that lead into it; the last frames of the first
    route; packet flows that lead elsewhere; the last frames of all."""

    SETTLED = "settled"
    CONNECTING = "connecting"
    LIGHTING = "lighting"
    JOINING = "joining"
    MAKING = "making"
    PROTECTING = "protecting"
    BRIDGING = "bridging"
    SWITCHING = "switching"
    DRAINING = "draining"
    LEAVING = "leaving"
    EMPTYING = "emptying"


#: The steps that end with time or light, and not with switches' answers.
PATIENT = (Step.SETTLED, Step.LIGHTING, Step.BRIDGING, Step.DRAINING, Step.EMPTYING)


@dataclass
class Circuit:
    """``route`` is where the transceivers listen and, but for 1+1, the only one they send into; ``spare`` the second
    path of a protected circuit; ``other`` the route being made or drained. ``ends`` are the transceivers of ``route``,
    ``second`` those of the other one where it has its own. ``waits``: dpid -> the token of the barrier that it has yet
    to answer; None: the barriers of this step are not sent yet. ``due_s`` is when a step that waits for time ends.
    ``reason`` is why the state is what it is, ``cause`` why the circuit will be active. ``down_since_s`` is when it
    ceased to be of use (None: it is of use); ``retries``: it failed for that, and tries again when light comes back."""

    name: str
    sites: tuple[str, str]
    service: Service = field(default_factory=Service)
    state: State = State.REQUESTED
    reason: str = ""
    cause: str = ""
    step: Step = Step.SETTLED
    ends: Ends | None = None
    second: Ends | None = None
    route: Route | None = None
    spare: Route | None = None
    other: Route | None = None
    waits: dict[int, int] | None = field(default_factory=dict)
    due_s: float = 0.0
    down_since_s: float | None = None
    retries: bool = False

    @property
    def owner(self) -> str:
        """How the tables call whom this circuit's flows belong to."""
        return f"circuit {self.name}"

    @property
    def alive(self) -> bool:
        """Whether the circuit holds anything, or waits for it."""
        return self.state not in (State.FAILED, State.RELEASED)

    @property
    def carries(self) -> bool:
        """Whether packets pass."""
        return self.state in (State.ACTIVE, State.DEGRADED)

    @property
    def joined(self) -> bool:
        """Whether packets may be sent into the circuit."""
        return self.carries or self.step is Step.JOINING

    @property
    def fails_over(self) -> bool:
        """Whether the border switches choose between two pairs of transceivers by themselves."""
        return self.second is not None and self.service.protection is Protection.ONE_PLUS_ONE

    @property
    def routes(self) -> tuple[Route, ...]:
        """All that it holds."""
        return tuple(route for route in (self.route, self.spare, self.other) if route is not None)

    @property
    def fibres(self) -> tuple[str, ...]:
        return self.route.fibres if self.route else ()

    @property
    def channel(self) -> int | None:
        """The channel, from 1; None without a route and where the circuit takes whole fibres."""
        return self.route.channel if self.route and self.route.channel != WHOLE_FIBRE else None

    def enter(self, step: Step, due_s: float = 0.0) -> None:
        """Go on to ``step``, whose barriers are still to be sent, or which ends at ``due_s``."""
        self.step, self.due_s = step, due_s
        self.waits = {} if step in PATIENT else None

    def answered(self, dpid: int, token: int) -> None:
        """A switch answered a barrier; later tokens stand for all earlier ones."""
        if self.waits is not None and dpid in self.waits and token >= self.waits[dpid]:
            del self.waits[dpid]

    def flows(self, plant: Plant) -> list[Entry]:
        """The cross-connects this circuit needs now, and the groups that choose between its transceivers. What lets
        light through comes before what lets it in."""
        if self.route is None:
            return []
        both = self.service.protection is Protection.ONE_PLUS_ONE and self.spare is not None and not self.fails_over
        flows: list[Entry] = [flow for route in self.routes for flow in express_flows(plant, route)]
        for route in self.routes:
            if not (both and route is self.spare):
                flows += drop_flows(plant, route)
        flows += add_flows(plant, self.route, self.spare if both else None)
        for route in self.routes:
            if route.ends != self.route.ends:
                flows += add_flows(plant, route)
        return flows + (self._groups(plant) if self.fails_over else [])

    def group_numbers(self, plant: Plant) -> tuple[int, int]:
        """The numbers of the groups at its borders: the lower of the two ports."""
        assert self.ends is not None
        assert self.second is not None
        first, second = (min(map(plant.plan.line_port, pair)) for pair in zip(self.ends, self.second, strict=True))
        return first, second

    def _groups(self, plant: Plant) -> list[Group]:
        """At both borders: into the route while its light arrives, else into the spare."""
        groups = []
        for side, number in enumerate(self.group_numbers(plant)):
            ends = [route.ends[side] for route in (self.route, self.spare) if route is not None]
            ports = [plant.plan.line_port(end) for end in ends]
            buckets = tuple(Bucket(Output(port), port) for port in ports)
            groups.append(Group(plant.dpid_of[ends[0].switch], number, Choice.FAST_FAILOVER, buckets))
        return groups

    def awaited(self, plant: Plant, packet_dpids: set[int]) -> list[int]:
        """The dpids whose answer this step needs; ``packet_dpids`` are the packet switches just told to change."""
        if self.step in (Step.JOINING, Step.LEAVING):
            return sorted(packet_dpids)
        if self.route is None:
            return []
        rolls = self.other is not None and self.other.ends != self.route.ends
        if self.step is Step.SWITCHING and (rolls or self.fails_over):
            return sorted(packet_dpids)
        names: dict[str, None] = {}
        if self.step is Step.CONNECTING:
            names = dict.fromkeys(name for route in self.routes for name in route.switches)
        elif self.step is Step.MAKING and self.other is not None:
            names = dict.fromkeys(self.other.switches)
        elif self.step is Step.PROTECTING and self.spare is not None:
            names = dict.fromkeys(self.spare.switches)
        elif self.step is Step.SWITCHING:
            names = dict.fromkeys((self.route.switches[0], self.route.switches[-1]))
        return [plant.dpid_of[name] for name in names]

    def show(self) -> dict[str, Any]:
        """What the northbound tells of it."""
        return {
            "name": self.name,
            "sites": list(self.sites),
            "state": self.state.value,
            "protection": self.service.protection.value,
            "fibres": list(self.fibres),
            "channel": self.channel,
            "spare": list(self.spare.fibres) if self.spare else None,
            "reason": self.reason,
        }
