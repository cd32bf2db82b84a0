"""Which rate each channel sends at: what begins or stops changes the rates of those that share full links with it,
directly or through others, and of nobody else.

A link that is not full limits nobody, and is left out until it would be overfull. So few links count and channels make
few classes (``loads``), over which ``sharing`` finds max-min fair rates; its cost does not depend on how many channels
a class has. Without the other links rates are those of all links: they are fair, and no link is overfull.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Container, Iterable, Mapping
from math import inf
from typing import Final

from twin.predict.agenda import Agenda
from twin.predict.channel import Channel
from twin.predict.loads import FlowClass, Stretch, full_load
from twin.predict.sharing import fill
from twin.predict.stretches import Stretches

#: Rates that differ by less are the same.
_SAME_RATE: Final = 1e-9
#: What stands for the rate of a path that nothing limits.
UNLIMITED_BPS: Final = 1e18


class Rates:
    """``capacity_bps`` is each limited direction's; ``progress`` is called with a channel whose message or window has
    ended, on ``agenda``'s time."""

    def __init__(self, capacity_bps: Mapping[int, float], agenda: Agenda, progress: Callable[[Channel], None]) -> None:
        self.capacity_bps = dict(capacity_bps)
        self._agenda = agenda
        self._progress = progress
        self._stretches = Stretches(self.capacity_bps)
        self._classes: dict[tuple[tuple[int, float], ...], FlowClass] = {}
        self._planned = 0
        #: Classes whose rate may be another, and classes of which another member may be the next to end something.
        self._dirty: dict[FlowClass, None] = {}
        self._touched: dict[FlowClass, None] = {}

    def limit(self, number: int, rate_bps: float) -> None:
        """The direction ``number`` has another capacity from now on."""
        if self.capacity_bps.get(number) != rate_bps:
            self.capacity_bps[number] = rate_bps
            self._reconsider(self._stretches.measure(number))

    def follow(self, channel: Channel) -> None:
        """The channel, which does not send now, has got other paths, or none."""
        self._stretches.remove(channel)
        self._reconsider(self._stretches.add(channel, full_load(channel.paths or ())))

    def forget(self, channel: Channel) -> None:
        """The channel, which does not send now, will not be heard of again."""
        self._stretches.remove(channel)

    def begin(self, channel: Channel) -> None:
        """The channel sends from now on, at the rate that ``settle`` gives it."""
        load = self._stretches.loads[channel]
        limits = sorted((stretch for stretch in load if stretch.full), key=lambda stretch: stretch.number)
        key = tuple((stretch.number, load[stretch]) for stretch in limits)
        flows = self._classes.get(key)
        if flows is None:
            flows = self._classes[key] = FlowClass(key=key, limits=tuple(limits))
        flows.members[channel] = None
        for stretch, weight in load.items():
            stretch.put(flows, weight)
            if not stretch.full:
                self._lower(stretch)
        channel.pace, channel.mark = flows, flows.sent_by(self._agenda.now_s)
        self._dirty[flows] = self._touched[flows] = None
        self.plan(channel)

    def stop(self, channel: Channel) -> None:
        """The channel sends nothing for now."""
        channel.advance(self._agenda.now_s)
        flows = self._class_of(channel)
        channel.pace = None
        channel.version += 1
        del flows.members[channel]
        for stretch, weight in self._stretches.loads[channel].items():
            stretch.put(flows, -weight)
        self._dirty[flows] = self._touched[flows] = None
        if not flows.members:
            del self._classes[flows.key]

    def plan(self, channel: Channel) -> None:
        """The channel, which sends, has something else to end next."""
        flows = self._class_of(channel)
        self._planned += 1
        channel.version += 1
        whole = channel.left < channel.credit or channel.answered_at_once
        bits = channel.left if whole else channel.credit
        ends = channel.mark + bits if bits > 0 else channel.mark
        heapq.heappush(flows.due, (ends, self._planned, channel.version, channel))
        if flows.next is not None:  # else ``_reach`` is at work, and will see to it
            self._touched[flows] = None

    def _class_of(self, channel: Channel) -> FlowClass:
        flows = channel.pace
        assert isinstance(flows, FlowClass)
        return flows

    # -- time -------------------------------------------------------------------------------------------------------

    def _reach(self, flows: FlowClass, ends: float) -> None:
        """The first of the class has come to the end of something, and others may have with it."""
        flows.next = None
        flows.sent, flows.since_s = max(ends, flows.sent_by(self._agenda.now_s)), self._agenda.now_s
        while flows.due and flows.due[0][0] <= flows.sent:
            _ends, _order, version, channel = heapq.heappop(flows.due)
            if channel.version == version:
                self._progress(channel)
        if flows not in self._touched:
            self._plan_next(flows)

    def _plan_next(self, flows: FlowClass) -> None:
        """Put down when ``_reach`` is to be called next."""
        if flows.next is not None:
            self._agenda.cancel(flows.next)
            flows.next = None
        while flows.due and flows.due[0][3].version != flows.due[0][2]:
            heapq.heappop(flows.due)
        if flows.due and flows.rate_bps > 0:
            ends = flows.due[0][0]
            now_s = self._agenda.now_s
            wait_s = (ends - flows.sent_by(now_s)) / flows.rate_bps
            flows.next = self._agenda.at(now_s + wait_s if wait_s > 0 else now_s, self._reach, flows, ends)

    # -- rates ------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Give every channel that what just happened concerns its new rate."""
        found: dict[FlowClass, float] = {}
        while self._dirty:
            concerned = self._concerned()
            self._dirty.clear()
            limits = {stretch: stretch.capacity_bps for flows in concerned for stretch in flows.limits}
            loads = {flows: [(stretch, flows.load[stretch]) for stretch in flows.limits] for flows in concerned}
            rates, full = fill(loads, limits)
            found |= rates
            narrow = self._too_narrow(concerned, found)
            self._set_full(narrow, True)
            if not narrow:
                self._set_full(_idle(limits, full), False)
        for flows, rate_bps in found.items():
            self._set_rate(flows, min(rate_bps, UNLIMITED_BPS))
        for flows in self._touched:
            self._plan_next(flows)
        self._touched.clear()

    def _concerned(self) -> list[FlowClass]:
        """All classes that are joined to a changed one by full stretches."""
        found = dict(self._dirty)
        waiting, seen = list(found), set[Stretch]()
        while waiting:
            for stretch in waiting.pop().limits:
                if stretch not in seen:
                    seen.add(stretch)
                    fresh = [flows for flows in stretch.load if flows not in found]
                    found.update(dict.fromkeys(fresh))
                    waiting += fresh
        return [flows for flows in found if flows.members]

    def _set_rate(self, flows: FlowClass, rate_bps: float) -> None:
        if abs(rate_bps - flows.rate_bps) > _SAME_RATE * rate_bps:
            flows.change(rate_bps, self._agenda.now_s)
            self._touched[flows] = None

    # -- which stretches are full -----------------------------------------------------------------------------------

    def _lower(self, stretch: Stretch) -> None:
        """The stretch has less room for each than it had."""
        for flows in stretch.load:
            flows.room_bps = min(flows.room_bps, stretch.room_bps)

    def _reconsider(self, stretches: Iterable[Stretch]) -> None:
        """The capacity of the stretches, or what belongs to them, has changed."""
        for stretch in stretches:
            self._dirty.update(dict.fromkeys(stretch.load))
            self._lower(stretch)

    def _too_narrow(self, concerned: Iterable[FlowClass], found: Mapping[FlowClass, float]) -> dict[Stretch, None]:
        """The stretches that rates as ``found`` would overfill. Where nothing limits a channel so far, it is the one
        that gives it the least when all share it evenly."""
        narrow: dict[Stretch, None] = {}
        looked_at: set[Stretch] = set()
        for flows in concerned:
            rate_bps, room_bps = found[flows], inf
            if rate_bps <= flows.room_bps:
                continue
            if rate_bps == inf:
                tightest = [self._tightest(channel) for channel in flows.members]
                narrow |= dict.fromkeys(stretch for stretch in tightest if stretch is not None)
            for stretch in flows.load:
                if stretch.full:
                    continue
                if stretch.room_bps < rate_bps < inf and stretch not in looked_at:
                    looked_at.add(stretch)
                    if self._is_too_narrow(stretch, found):
                        narrow[stretch] = None
                room_bps = min(room_bps, stretch.room_bps)
            flows.room_bps = room_bps
        return narrow

    def _is_too_narrow(self, stretch: Stretch, found: Mapping[FlowClass, float]) -> bool:
        """Would ``found`` overfill the stretch? If not, whoever sends over it is looked at from now on for as long as
        somebody has more than an even share."""
        rates_bps = {flows: found.get(flows, flows.rate_bps) for flows in stretch.load}
        used_bps = sum(weight * rates_bps[flows] for flows, weight in stretch.load.items())
        if used_bps > stretch.capacity_bps * (1 + _SAME_RATE):
            return True
        watched = max(rates_bps.values()) > stretch.even_share_bps
        if watched != stretch.watched:
            stretch.watch(watched)
            self._lower(stretch)
        return False

    def _tightest(self, channel: Channel) -> Stretch | None:
        """The stretch of the channel with the least for each; None: it leads over none that is limited."""
        finite = [stretch for stretch in self._stretches.loads[channel] if stretch.capacity_bps < inf]
        return min(finite, key=lambda stretch: stretch.even_share_bps, default=None)

    def _set_full(self, stretches: Iterable[Stretch], full: bool) -> None:
        """Whoever sends over the stretches goes over to another class."""
        moved: dict[Channel, None] = {}
        for stretch in stretches:
            stretch.full, stretch.idle = full, 0
            stretch.watch(False)
            moved |= dict.fromkeys(channel for channel in stretch.weights if channel.sending)
        for channel in moved:
            self.stop(channel)
            self.begin(channel)


def _idle(limits: Mapping[Stretch, float], full: Container[Stretch]) -> list[Stretch]:
    """Of the stretches that are taken for ``full``, those that have limited nobody for so long that it pays to leave
    them out."""
    for stretch in limits:
        stretch.idle = 0 if stretch in full else stretch.idle + 1
    return [stretch for stretch in limits if stretch.idle > len(stretch.weights)]
