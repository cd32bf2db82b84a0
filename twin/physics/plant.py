"""The plant while it is switched and harmed: a state, an event and a time in, a new state and effects out.

Pure; standard library only. Whoever plays it (the OpenFlow proxy) keeps the clock: it calls ``step`` when something
happens and again at ``state.next_s``, and does what the effects say::

    FlowMod of a controller     Connect / Disconnect ---> dark at once ... Install after the switching time
    timeline                    Cut / Repair / Degrade / Attenuate (at once, or as a drift)
    the clock                   Tick            ---> CarrierUp, CarrierDown, RateChange, Alarm

A receiver is ``dark``, ``low`` (light, but no mode closes), ``locking`` or ``up``. Light that comes back must be locked
on to for ``lock_s``; a change of mode on light that stays costs nothing.

Both directions of a pair of transceivers use one mode, judged by the worse of them: one that closes with the plan's
margin is taken; one that is in use stays while it closes at all; and where nothing has the margin, the best that
closes at all will do, with an alarm. A channel's number is all that is known of it here: the plan numbers channels so
that no two overlap (``Light.channels``).

While something drifts, ``next_s`` is the moment at which it first changes a mode, a carrier or an alarm.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from twin.physics.drift import Drift, first_change, harm_at, harmed_fibres, level_of, set_level
from twin.physics.effects import Alarm, CarrierDown, CarrierUp, Effect, Install, Locking, RateChange, Remove
from twin.physics.events import Attenuate, Connect, Cut, Degrade, Disconnect, Event, Repair, Tick
from twin.physics.modes import best_mode, margin_db, worse_way
from twin.physics.quality import NO_HARM, Harm, Quality, quality
from twin.physics.wiring import Beam, CrossConnect, Wiring
from twin.plan.catalogue import Mode
from twin.plan.model import Plan

#: Times that differ by less are one, s.
_SAME_S: Final = 1e-12


@dataclass(frozen=True)
class Receiver:
    """One transceiver's receiver. ``until_s`` is when it will have locked. ``seen`` is the light, None in the dark."""

    state: str = "dark"
    mode: Mode | None = None
    until_s: float = 0.0
    seen: Quality | None = None
    alarms: frozenset[str] = frozenset({"loss-of-signal"})


@dataclass(frozen=True)
class State:
    """The plant at a moment. ``moving`` holds (when it settles, cross-connect). ``broken`` are the fibres that were
    cut, ``cuts`` they and all that share a risk with one. ``harm`` is that of the moment, and ``change_s`` when
    ``drifts`` next change something (None: nothing drifts)."""

    connects: frozenset[CrossConnect] = frozenset()
    moving: tuple[tuple[float, CrossConnect], ...] = ()
    broken: frozenset[str] = frozenset()
    cuts: frozenset[str] = frozenset()
    harm: Harm = NO_HARM
    drifts: tuple[Drift, ...] = ()
    change_s: float | None = None
    receivers: dict[str, Receiver] = field(default_factory=dict)

    @property
    def next_s(self) -> float | None:
        """When something happens without an event; None: never."""
        changes = [] if self.change_s is None else [self.change_s]
        return min([*self.settling_s, *changes], default=None)

    @property
    def settling_s(self) -> list[float]:
        """When cross-connects settle and receivers will have locked."""
        locks = [item.until_s for item in self.receivers.values() if item.state == "locking"]
        return [*(due_s for due_s, _ in self.moving), *locks]

    def settled(self, switch: str) -> bool:
        """Whether nothing of the switch moves: a barrier may be answered."""
        return all(cross.switch != switch for _, cross in self.moving)


@dataclass(frozen=True)
class _Last:
    """The latest step: its state, the beams there, and whose receivers it changed."""

    state: State
    beams: dict[str, Beam]
    changed: frozenset[str]


class Plant:
    """The rules of one plan's plant; the plan must have light.

    A step that goes on from the latest one looks only at receivers for which something may differ, so that its cost
    hardly grows with the plant; any other looks at all. The result is the same."""

    def __init__(self, plan: Plan) -> None:
        assert plan.light is not None
        self._light = plan.light
        self._wiring = Wiring(plan)
        self._switching_s = {switch.name: switch.switching_s for switch in plan.optical_switches}
        self._types = {kind.name: kind for kind in plan.light.transceivers}
        self._last: _Last | None = None

    def start(self) -> State:
        """All is dark, and nothing is wrong."""
        return State(receivers={name: Receiver() for name in self._wiring.transceivers})

    def step(self, state: State, event: Event, now_s: float) -> tuple[State, tuple[Effect, ...]]:
        """The plant after ``event`` at ``now_s``, which must not lie before what is due (see ``State.next_s``)."""
        before, due_s = state, state.next_s
        drifted = replace(state, harm=harm_at(state.harm, state.drifts, now_s))
        state, effects = self._settle(self._apply(drifted, event, now_s), now_s)
        if isinstance(event, Disconnect):
            effects.append(Remove(event.cross))
        last = self._last if self._last is not None and self._last.state is before else None
        beams = self._beams(last, state)
        receivers, changed = dict(state.receivers), set()
        for name in self._in_question(last, state, beams):
            receivers[name], more = self._receive(name, state, beams, now_s)
            effects += more
            if receivers[name] != state.receivers[name]:
                changed.add(name)
        state = replace(state, receivers=receivers)
        if not isinstance(event, Tick) or due_s is None or due_s <= now_s + _SAME_S:
            state = self._look_ahead(state, beams, now_s)  # else a look in between: what was due stays due
        self._last = _Last(state, beams, frozenset(changed))
        return state, tuple(effects)

    def _beams(self, last: _Last | None, state: State) -> dict[str, Beam]:
        if last is not None and last.state.connects is state.connects and last.state.cuts is state.cuts:
            return last.beams
        return self._wiring.beams(state.connects, state.cuts)

    def _in_question(self, last: _Last | None, state: State, beams: dict[str, Beam]) -> list[str]:
        """The receivers that may differ from what they were: all, where nothing is known of before."""
        if last is None:
            return list(self._wiring.transceivers)
        names = set(last.changed)
        if beams is not last.beams:
            names |= {name for name in beams.keys() | last.beams.keys() if beams.get(name) != last.beams.get(name)}
        if any(item.state == "locking" for item in state.receivers.values()):
            names |= {name for name, item in state.receivers.items() if item.state == "locking"}
        fibres = harmed_fibres(last.state.harm, state.harm)
        if fibres:
            names |= {name for name, beam in beams.items() if any(line.fibre in fibres for line in beam.lines)}
        # What one end of a pair sees and uses counts for the other.
        names |= {known[name].sender for known in (beams, last.beams) for name in names if name in known}
        names |= {name for name, beam in beams.items() if beam.sender in names}
        return [name for name in self._wiring.transceivers if name in names]

    def _look_ahead(self, state: State, beams: dict[str, Beam], now_s: float) -> State:
        """``state`` without the drifts that have ended, and with the time of the next change by the others."""
        drifts = tuple(drift for drift in state.drifts if drift.until_s > now_s + _SAME_S)
        if not drifts:
            return replace(state, drifts=(), change_s=None)
        end_s = min(drift.until_s for drift in drifts)
        settling = min(state.settling_s, default=end_s)
        fibres = {drift.fibre for drift in drifts}
        touched = [name for name, beam in beams.items() if any(line.fibre in fibres for line in beam.lines)]
        # A pair goes by the worse of its two ways, so a receiver depends on the light at the other end too.
        ends = sorted({*touched, *(beams[name].sender for name in touched)})

        def outcome(at_s: float) -> object:
            there = replace(state, harm=harm_at(state.harm, drifts, at_s))
            found = (self._receive(name, there, beams, now_s)[0] for name in ends)
            return [(receiver.state, receiver.mode, receiver.alarms) for receiver in found]

        change_s = first_change(drifts, outcome, now_s, min(end_s, settling))
        return replace(state, drifts=drifts, change_s=end_s if change_s is None else change_s)

    def _apply(self, state: State, event: Event, now_s: float) -> State:
        match event:
            case Connect(cross):
                due_s = now_s + self._switching_s[cross.switch]
                others = tuple(item for item in state.moving if item[1] != cross)
                return replace(_without(state, cross), moving=(*others, (due_s, cross)))
            case Disconnect(cross):
                moving = tuple(item for item in state.moving if item[1] != cross)
                return replace(_without(state, cross), moving=moving)
            case Cut(fibre):
                return self._cut(state, state.broken | {fibre})
            case Repair(fibre):
                return self._cut(state, state.broken - {fibre})
            case Degrade(amplifier, level_db, over_s):
                return _harmed(state, "amplifier", amplifier, level_db, now_s, over_s)
            case Attenuate(fibre, level_db, over_s):
                return _harmed(state, "fibre", fibre, level_db, now_s, over_s)
            case Tick():
                return state

    def _cut(self, state: State, broken: frozenset[str]) -> State:
        return replace(state, broken=broken, cuts=self._light.dark(broken))

    def _settle(self, state: State, now_s: float) -> tuple[State, list[Effect]]:
        done = [item for item in state.moving if item[0] <= now_s + _SAME_S]
        if not done:
            return state, []
        rest = tuple(item for item in state.moving if item not in done)
        crosses = [cross for _, cross in sorted(done)]
        settled = replace(state, moving=rest, connects=state.connects | frozenset(crosses))
        return settled, [Install(cross) for cross in crosses]

    def _receive(self, name: str, state: State, beams: dict[str, Beam], now_s: float) -> tuple[Receiver, list[Effect]]:
        old = state.receivers[name]
        beam = beams.get(name)
        if beam is None:
            return self._report(name, old, replace(old, state="dark", mode=None, until_s=0.0, seen=None))
        back = beams.get(beam.sender)
        ways = [beam, back] if back is not None and back.sender == name else [beam]
        used = [known for end in (name, beam.sender) if (known := state.receivers[end].mode) is not None]
        mode = self._mode(ways, used, state.harm)
        return self._report(name, old, self._lit(old, beam, mode, state.harm, now_s))

    def _lit(self, old: Receiver, beam: Beam, mode: Mode | None, harm: Harm, now_s: float) -> Receiver:
        """A receiver with light: low, locking or up."""
        shown = mode or self._types[self._wiring.transceivers[beam.receiver].type or ""].modes[-1]
        seen = quality(beam.lines, shown, self._light.add_drop_db, harm)
        if mode is None:
            return replace(old, state="low", mode=None, until_s=0.0, seen=seen)
        if old.state == "up":
            return replace(old, mode=mode, seen=seen)
        until_s = old.until_s if old.state == "locking" else now_s + self._light.lock_s
        if until_s <= now_s + _SAME_S:
            return replace(old, state="up", mode=mode, until_s=0.0, seen=seen)
        return replace(old, state="locking", mode=mode, until_s=until_s, seen=seen)

    def _fitting(self, ways: list[Beam]) -> list[Mode]:
        """The modes that may be on the channel of all ``ways``; none where ends differ or are beyond reach."""
        kind = self._types[self._wiring.transceivers[ways[0].receiver].type or ""]
        types = {self._wiring.transceivers[name].type for way in ways for name in (way.sender, way.receiver)}
        length_km = max(sum(sum(line.spans_km) for line in way.lines) for way in ways)
        if len(types) > 1 or not kind.reaches(length_km):
            return []
        channel = max(way.channel for way in ways)
        return [mode for mode in kind.modes if channel <= self._light.channels[mode.carrier]]

    def _mode(self, ways: list[Beam], used: list[Mode], harm: Harm) -> Mode | None:
        """The mode for a pair of transceivers, whose ends have ``used`` until now; None where none closes."""
        fitting = self._fitting(ways)

        def see(mode: Mode) -> Quality:
            return worse_way(mode, [way.lines for way in ways], self._light.add_drop_db, harm)

        safe = best_mode(fitting, see, self._light.margin_db)
        kept = min(used, key=_rate_bps, default=None)
        if kept not in fitting or margin_db(kept, see(kept)) < 0:
            return safe or best_mode(fitting, see, 0.0)
        return max((kept, safe or kept), key=_rate_bps)

    def _report(self, name: str, old: Receiver, new: Receiver) -> tuple[Receiver, list[Effect]]:
        effects: list[Effect] = []
        if old.state == "up" and new.state != "up":
            effects.append(CarrierDown(name, "no light" if new.state == "dark" else "GSNR too low"))
        elif new.state == "up" and new.mode is not None:
            if old.state != "up":
                effects.append(CarrierUp(name, new.mode.name, new.mode.rate_bps))
            elif old.mode != new.mode:
                effects.append(RateChange(name, new.mode.name, new.mode.rate_bps))
        if new.state == "locking" and old.state != "locking":
            effects.append(Locking(name, self._light.lock_s))
        alarms = self._alarms(new)
        for kind in sorted(alarms ^ old.alarms):
            effects.append(Alarm(name, kind, kind in alarms))
        return replace(new, alarms=alarms), effects

    def _alarms(self, receiver: Receiver) -> frozenset[str]:
        if receiver.state == "dark":
            return frozenset({"loss-of-signal"})
        if receiver.mode is None or receiver.seen is None:
            return frozenset({"low-margin"})
        low = margin_db(receiver.mode, receiver.seen) < self._light.margin_db
        return frozenset({"low-margin"} if low else ())


def _without(state: State, cross: CrossConnect) -> State:
    return replace(state, connects=state.connects - {cross}) if cross in state.connects else state


def _harmed(state: State, kind: str, name: str, level_db: float, now_s: float, over_s: float) -> State:
    """``state`` with an amplifier or a fibre at another level, or on its way there from where it is."""
    others = tuple(drift for drift in state.drifts if (drift.kind, drift.name) != (kind, name))
    if over_s <= 0:
        return replace(state, harm=set_level(state.harm, kind, name, level_db), drifts=others)
    drift = Drift(kind, name, level_of(state.harm, kind, name), level_db, now_s, now_s + over_s)
    return replace(state, drifts=(*others, drift))


def _rate_bps(mode: Mode) -> float:
    return mode.rate_bps
