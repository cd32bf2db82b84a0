"""The brain that gives circuits to the sites that need them: ``optical_circuit`` with a traffic matrix beside it.

::

    TrafficAnnounced ----------------.                                  .-> CircuitReleased -.
    CountersRead (every so often) ---+--> greedy, or exact --> repays? -+-> CircuitRequested +--> Brain --> commands
    everything else --------------------------------------------------------------------------'

It moves only circuits of its own (``engineered-A-B``, and those it finds up that nobody asked for). Circuits that the
experiment or an operator asked for stay where they are. What needs no transceiver of another circuit is made beside it;
else that one is drained first, and what is new waits for its transceivers: ``Brain`` sees to both. Parallel circuits
are used at once (ECMP).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from twin.control.brain import Brain
from twin.control.circuit import Circuit, State
from twin.control.commands import Answer, AskCounters, Command, Record, Wake
from twin.control.engineering.burden import burden
from twin.control.engineering.change import change_to
from twin.control.engineering.exact import exact, ready
from twin.control.engineering.greedy import greedy
from twin.control.engineering.ground import Ground, Mesh, Pair, Survey, Traffic, pair_of
from twin.control.engineering.meter import Meter, leads_of
from twin.control.engineering.worth import dark_s, gain_s, repays
from twin.control.events import CircuitReleased, CircuitRequested, CountersRead, Event, SwitchLost, TrafficAnnounced
from twin.control.spread import Spread
from twin.plan.model import Plan

#: What the engineer's circuits are called, and those that a controller finds up when it starts.
PREFIX: Final = "engineered-"
_FOUND: Final = "found-"
#: In these states a circuit neither comes nor goes.
_STEADY: Final = (State.ACTIVE, State.DEGRADED, State.RESTORING, State.FAILED, State.RELEASED)
SOLVERS: Final[dict[str, Callable[[Ground, Traffic], Mesh]]] = {"greedy": greedy, "exact": exact}


@dataclass(frozen=True)
class Policy:
    """``measures``: the traffic is read from the border switches' counters ``every_s`` and taken to last for
    ``horizon_s`` as it is; otherwise it is announced. ``solver`` is one of ``SOLVERS``."""

    measures: bool = False
    every_s: float = 1.0
    horizon_s: float = 60.0
    solver: str = "greedy"


class Engineer(Brain):
    """``optical_circuit``, and its own circuits where ``policy`` wants them. Raises ``MachineLacks`` and ``BadInput``
    where the exact solver is wanted and cannot be had."""

    def __init__(self, plan: Plan, policy: Policy) -> None:
        super().__init__(plan, restores=True, spread=Spread(ecmp=True))
        if policy.solver == "exact":
            ready(len({transceiver.site for transceiver in plan.transceivers}))
        self._policy = policy
        self._dark_s = dark_s(plan)
        self._survey = Survey(self.plant)
        self._meter = Meter(self.plant, self.tables)
        self._awaited: set[int] = set()
        self._read_at_s: float | None = None
        self._due_s: float | None = None
        self._moved = True

    def handle(self, event: Event, now_s: float) -> list[Command]:
        """What to do about ``event``, in this order."""
        match event:
            case TrafficAnnounced(traffic):
                return self._announced({(source, target): size for source, target, size in traffic}, now_s)
            case CountersRead(dpid, counts):
                self._meter.read(dpid, counts, leads_of(self.plant, self._alive()))
                self._awaited.discard(dpid)
                return self._measured(now_s)
            case SwitchLost(dpid):
                self._awaited.discard(dpid)
            case _:
                pass
        return super().handle(event, now_s) + self._poll(now_s)

    def _alive(self) -> list[Circuit]:
        return [circuit for circuit in self.circuits if circuit.alive]

    def _announced(self, traffic: dict[Pair, float], now_s: float) -> list[Command]:
        reason = self._refusal(traffic)
        if reason:
            return [Answer(False, reason)]
        return [*self._engineer(traffic, now_s), Answer(True)]

    def _refusal(self, traffic: Traffic) -> str:
        if self._policy.measures:
            return "this controller measures its traffic, and takes no announcements"
        if not self.begun:
            return "not all switches are connected; announce it again when they are"
        known = self.plant.plan.site_by_name
        strange = next((site for pair in traffic for site in pair if site not in known), None)
        return "" if strange is None else f"there is no site {strange!r}; sites: {', '.join(known)}"

    def _poll(self, now_s: float) -> list[Command]:
        """Ask for counters when it is time, and to be woken then. Who has not answered by then is asked again."""
        if not self._policy.measures or not self.begun or (self._due_s is not None and now_s < self._due_s):
            return []
        self._due_s = now_s + self._policy.every_s
        self._awaited = set(self._meter.dpids) & self.tables.connected
        return [*(AskCounters(dpid) for dpid in sorted(self._awaited)), Wake(self._due_s)]

    def _measured(self, now_s: float) -> list[Command]:
        """All have answered: what passed since the last time is the traffic, unless circuits moved meanwhile."""
        if self._awaited:
            return []
        passed = self._meter.take()
        before_s, self._read_at_s = self._read_at_s, now_s
        moved, self._moved = self._moved, any(circuit.state not in _STEADY for circuit in self.circuits)
        if before_s is None or moved or self._moved or now_s <= before_s:
            return []
        scale = self._policy.horizon_s / (now_s - before_s)
        return self._engineer({pair: size * scale for pair, size in passed.items()}, now_s)

    def _engineer(self, traffic: Traffic, now_s: float) -> list[Command]:
        """Change the circuits where that repays."""
        living = [circuit for circuit in self._alive() if circuit.state is not State.DRAINING]
        own = {circuit.name: circuit.sites for circuit in living if circuit.name.startswith((PREFIX, _FOUND))}
        held = Counter(site for circuit in living for site in _held(circuit, circuit.name in own))
        ground = self._survey.ground([circuit.sites for circuit in living if circuit.name not in own], held)
        change = change_to(ground, own, SOLVERS[self._policy.solver](ground, traffic))
        now = burden(ground, dict(Counter(map(pair_of, own.values()))), traffic)
        then = burden(ground, change.mesh, traffic)
        if not change.request or not repays(now, then, bool(change.release), self._dark_s):
            return []
        self._moved = True
        gained_s = gain_s(now, then)
        names = _names(change.request, {circuit.name for circuit in self._alive()})
        told = {"released": list(change.release), "requested": names, "dark_s": self._dark_s}
        told["gain_s"] = None if gained_s == float("inf") else gained_s
        commands: list[Command] = [Record(now_s, "topology-engineered", told)]
        events: list[Event] = [CircuitReleased(name) for name in change.release]
        events += [CircuitRequested(name, sites) for name, sites in zip(names, change.request, strict=True)]
        for event in events:
            commands += [c for c in super().handle(event, now_s) if not isinstance(c, Answer)]
        return commands


def _held(circuit: Circuit, own: bool) -> Iterator[str]:
    """The sites of the transceivers that a circuit keeps: of the engineer's own, only those of a second path."""
    if not own:
        yield from circuit.sites
    if circuit.second is not None:
        yield from circuit.sites


def _names(pairs: tuple[Pair, ...], taken: set[str]) -> list[str]:
    """A free name for each new circuit."""
    names: list[str] = []
    for a, b in pairs:
        number = 1
        while (name := f"{PREFIX}{a}-{b}" + (f"-{number}" if number > 1 else "")) in taken:
            number += 1
        names.append(name)
        taken.add(name)
    return names
