"""One circuit: what was asked for, what it holds, and how far it is.

                      route found                 switches answered          packet switches answered
    REQUESTED ------> INSTALLING/CONNECTING ----> INSTALLING/JOINING ------> ACTIVE/SETTLED
        |                  ^   |  loss of light, another route                |  ^   |
        | no resources     |   +--------<---------- INSTALLING <--------------+  |   | a shorter path is back
        v                  | a fibre is back            | no other route         |   v
      FAILED              DOWN <------------------------+       SETTLED <-- DRAINING <-- SWITCHING <-- MAKING

RELEASED can follow anything. The circuit is ``active`` through MAKING, SWITCHING and DRAINING: two routes exist then,
and packets arrive over either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from twin.control.flows import Flow
from twin.control.plant import Plant
from twin.control.route import WHOLE_FIBRE, Route, add_flows, through_flows
from twin.control.spectrum import Ends


class State(StrEnum):
    """What the northbound shows."""

    REQUESTED = "requested"
    INSTALLING = "installing"
    ACTIVE = "active"
    DOWN = "down"
    FAILED = "failed"
    RELEASED = "released"


class Step(Enum):
    """What the circuit waits for: nothing; cross-connects; packet flows; cross-connects of a second route; the add
    flows that lead into it; the last frames of the first route."""

    SETTLED = "settled"
    CONNECTING = "connecting"
    JOINING = "joining"
    MAKING = "making"
    SWITCHING = "switching"
    DRAINING = "draining"


@dataclass
class Circuit:
    """``route`` is where the transceivers send; ``other`` the one being made or drained. ``waits``: dpid -> the token
    of the barrier that it has yet to answer; None: the barriers of this step are not sent yet."""

    name: str
    sites: tuple[str, str]
    state: State = State.REQUESTED
    reason: str = ""
    step: Step = Step.SETTLED
    ends: Ends | None = None
    route: Route | None = None
    other: Route | None = None
    waits: dict[int, int] | None = field(default_factory=dict)
    drained_at_s: float = 0.0

    @property
    def owner(self) -> str:
        """How the tables call whom this circuit's flows belong to."""
        return f"circuit {self.name}"

    @property
    def alive(self) -> bool:
        """Whether the circuit is still wanted and possible."""
        return self.state not in (State.FAILED, State.RELEASED)

    @property
    def joined(self) -> bool:
        """Whether packets may be sent into the circuit."""
        return self.state is State.ACTIVE or self.step is Step.JOINING

    @property
    def fibres(self) -> tuple[str, ...]:
        return self.route.fibres if self.route else ()

    @property
    def channel(self) -> int | None:
        """The channel, from 1; None without a route and where the circuit takes whole fibres."""
        return self.route.channel if self.route and self.route.channel != WHOLE_FIBRE else None

    def enter(self, step: Step) -> None:
        """Go on to ``step``, whose barriers are still to be sent."""
        self.step = step
        self.waits = {} if step in (Step.SETTLED, Step.DRAINING) else None

    def answered(self, dpid: int, token: int) -> None:
        """A switch answered a barrier; later tokens stand for all earlier ones."""
        if self.waits is not None and dpid in self.waits and token >= self.waits[dpid]:
            del self.waits[dpid]

    def flows(self, plant: Plant) -> list[Flow]:
        """The cross-connects this circuit needs now. What lets light through comes before what lets it in."""
        if self.route is None:
            return []
        flows = through_flows(plant, self.route)
        if self.other is not None:
            flows += through_flows(plant, self.other)
        return flows + add_flows(plant, self.route)

    def awaited(self, plant: Plant, packet_dpids: set[int]) -> list[int]:
        """The dpids whose answer this step needs; ``packet_dpids`` are the packet switches just told to change."""
        if self.route is None:
            return []
        if self.step is Step.JOINING:
            return sorted(packet_dpids)
        ends = (self.route.switches[0], self.route.switches[-1])
        making = self.other.switches if self.other else ()
        names = {Step.CONNECTING: self.route.switches, Step.MAKING: making, Step.SWITCHING: ends}.get(self.step, ())
        return [plant.dpid_of[name] for name in names]

    def show(self) -> dict[str, Any]:
        """What the northbound tells of it."""
        return {
            "name": self.name,
            "sites": list(self.sites),
            "state": self.state.value,
            "fibres": list(self.fibres),
            "channel": self.channel,
            "reason": self.reason,
        }
