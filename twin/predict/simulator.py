"""The event loop: channels share links fairly, messages arrive after their path's delay, paths change under way.

What rates channels send at is said by ``rates``. Queues are not modelled: what leaves a sender arrives one path delay
later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from twin.plan.model import Plan
from twin.predict.acknowledgements import Queues
from twin.predict.agenda import SAME_S, Agenda
from twin.predict.carried import Carried
from twin.predict.channel import FIRST_WINDOW_BYTES, INITIAL_SEGMENTS, Channel, Message
from twin.predict.directions import Directions, Path
from twin.predict.forwarding import Forwarding
from twin.predict.rates import UNLIMITED_BPS, Rates
from twin.predict.recovery import Loss

#: Frame and segment: Ethernet's header; IPv4's, TCP's and the timestamps option.
ETHERNET_BYTES: Final = 14
TCP_HEADERS_BYTES: Final = 20 + 20 + 12
#: Bits that are a rounding error.
_NO_BITS: Final = 1.0


class Simulator:
    """``now_s`` is the experiment's time, from ``start_s`` on. Each of ``watchers`` is called when tables or links have
    changed."""

    def __init__(self, plan: Plan, start_s: float = 0.0) -> None:
        self.plan = plan
        self._agenda = Agenda(start_s)
        self.directions = Directions(plan)
        self.forwarding = Forwarding(plan, self.directions)
        self.segment_bits = (plan.mtu + ETHERNET_BYTES) * 8.0
        self.overhead = (plan.mtu + ETHERNET_BYTES) / (plan.mtu - TCP_HEADERS_BYTES)
        self._opened = 0
        self._channels: dict[Channel, None] = {}
        self.watchers: dict[Callable[[], None], None] = {}
        self._broken: set[int] = set()
        self.carried = Carried(self._channels, len(self.directions.all))
        self._seen = 0
        capacity_bps = {i: d.rate_bps for i, d in enumerate(self.directions.all) if d.rate_bps is not None}
        self._rates = Rates(capacity_bps, self._agenda, self._progress)
        ends = [end for link in plan.links for end in link.ends]
        depths = {self.directions.leaving(end.node, end.port): end.queue_bytes * 8.0 for end in ends}
        self._queues = Queues(self._rates.capacity_bps, depths)

    def set_rate(self, node: str, port: int, rate_bps: float) -> None:
        """What leaves ``port`` of ``node`` gets another rate; call ``rerouted`` afterwards."""
        self._seen = -1
        self._rates.limit(self.directions.leaving(node, port), rate_bps)

    def interrupt(self, node: str, port: int) -> None:
        """What is under way to ``port`` of ``node`` is lost, once ``rerouted`` is called."""
        self._broken.add(self.directions.arriving(node, port))

    # -- time -------------------------------------------------------------------------------------------------------

    @property
    def now_s(self) -> float:
        """The experiment's time."""
        return self._agenda.now_s

    def at(self, at_s: float, call: Callable[..., None], *arguments: Any) -> None:
        """Call ``call`` at ``at_s``; calls of one time keep their order."""
        self._agenda.at(at_s, call, *arguments)

    def run(self, until: Callable[[], bool]) -> None:
        """Let time pass until ``until()`` or until nothing more can happen."""
        while not until():
            self._rates.settle()
            if not self._agenda.pass_on():
                return

    # -- channels ---------------------------------------------------------------------------------------------------

    def open(self, pairs: Sequence[tuple[str, str]]) -> Channel:
        """A connection from the first to the second of each of ``pairs``; all of them do the same."""
        limit = self.plan.socket_bytes * 8.0
        self._opened += 1
        whole = INITIAL_SEGMENTS * self.segment_bits
        first = min(whole, FIRST_WINDOW_BYTES * 8 * self.overhead)
        channel = Channel(self._opened, tuple(pairs), first, limit, whole - first)
        self._channels[channel] = None
        self._route(channel)
        return channel

    def close(self, channel: Channel) -> None:
        """The connection is gone, and what it had to send; what it sent stays counted."""
        self._stop(channel)
        channel.queue.clear()
        for message in channel.flying:
            message.lost = True
        self.carried.book(channel)
        del self._channels[channel]
        self._rates.forget(channel)
        self._queues.forget(channel)

    def send(self, channel: Channel, size_bytes: float, arrived: Callable[[], None]) -> None:
        """Put a message in the channel's queue."""
        channel.queue.append(Message(size_bytes * 8 * self.overhead, arrived))
        if len(channel.queue) == 1:
            channel.left = channel.queue[0].bits
            self._begin(channel)
        else:
            self._fill(channel)

    def rerouted(self) -> None:
        """Paths and rates may have changed, and something may have been interrupted."""
        if self._seen == self.forwarding.version and not self._broken:
            return
        self._seen = self.forwarding.version
        for watcher in self.watchers:
            watcher()
        for channel in self._channels:
            if self._broken and channel.paths is not None:
                self._lose_under_way(channel)
            self._route(channel)
        self._broken.clear()

    def overflows(self) -> list[tuple[str, str, float]]:
        """(link, node, s): the queues that lose something, and when they begin to."""
        found = [(self.directions.all[number], at_s) for number, at_s in self._queues.overfull.items()]
        return [(direction.link, direction.node, at_s) for direction, at_s in found]

    # -- sending ----------------------------------------------------------------------------------------------------

    def _begin(self, channel: Channel) -> None:
        """Send, if there is something to send and nothing that forbids it."""
        if channel.sending or channel.waits or not channel.queue:
            return
        if channel.paths is None:
            self._lose(channel, self.now_s)
            return
        if self.now_s >= channel.round_s + channel.rtt_s - SAME_S:
            channel.begin_again(self.now_s)
        elif channel.credit <= _NO_BITS:
            self._wait(channel, channel.round_s + channel.rtt_s, grow=True)
            return
        self._rates.begin(channel)
        self._fill(channel)

    def _fill(self, channel: Channel) -> None:
        """What the channel lets out goes into queues. Where one overflows, what comes after is told of the gap once the
        queue is through, and a round trip later the gap is filled."""
        queued_s = self._queues.fill(channel, self.now_s) if self.now_s >= channel.repaired_s else None
        if queued_s is None:
            return
        told_s = self.now_s + queued_s + channel.rtt_s
        channel.repaired_s = told_s + channel.rtt_s
        self.at(self.now_s + queued_s, self._hold, channel, told_s + channel.delay_s)
        self.at(told_s, self._cut, channel)

    def _hold(self, channel: Channel, until_s: float) -> None:
        """Nothing that leaves from now on is whole before then."""
        channel.last_arrival_s = max(channel.last_arrival_s, until_s)

    def _cut(self, channel: Channel) -> None:
        channel.cut(self.now_s, self.segment_bits)
        if channel.sending:
            self._progress(channel)

    def _stop(self, channel: Channel) -> None:
        """Send nothing for now."""
        if channel.sending:
            self._rates.stop(channel)

    def _wait(self, channel: Channel, until_s: float, grow: bool) -> None:
        channel.waits = True
        channel.version += 1
        self.at(until_s, self._resume, channel, channel.version, grow)

    def _resume(self, channel: Channel, version: int, grow: bool) -> None:
        if channel.version == version:
            channel.waits = False
            channel.open_round(self.now_s, grow)
            self._begin(channel)

    def _progress(self, channel: Channel) -> None:
        """A message has left or the window is used up."""
        channel.advance(self.now_s)
        while channel.queue and channel.left <= _NO_BITS:
            self._depart(channel)
        if not channel.queue:
            self._stop(channel)
        elif channel.credit > _NO_BITS:
            self._rates.plan(channel)
        elif (answered_s := self._answered_s(channel)) <= self.now_s + SAME_S:
            channel.open_round(self.now_s, grow=True)
            self._fill(channel)
            self._rates.plan(channel)
        else:
            self._stop(channel)
            self._wait(channel, answered_s, grow=True)

    def _answered_s(self, channel: Channel) -> float:
        """When the link is busy again after a window that is used up now: by early answers, or by all that waited."""
        crowding = self._queues.crowding(channel)
        if crowding <= 1.0 or channel.recovery is not None:
            return channel.round_s + channel.rtt_s
        back_s = channel.rtt_s - channel.delay_s
        idle_s = channel.rtt_s - (self.now_s - channel.round_s - back_s) / crowding
        return max(channel.round_s + channel.rtt_s, self.now_s + min(max(idle_s, 0.0), back_s))

    def _depart(self, channel: Channel) -> None:
        message = channel.queue.popleft()
        message.departed_s = self.now_s
        channel.left = channel.queue[0].bits if channel.queue else 0.0
        channel.flying.append(message)
        channel.last_arrival_s = max(self.now_s + channel.delay_s, channel.last_arrival_s)
        self.at(channel.last_arrival_s, self._arrive, channel, message)

    def _arrive(self, channel: Channel, message: Message) -> None:
        if message.lost:
            message.lost = False
        elif channel.flying and channel.flying[0] is message:
            channel.flying.popleft()
            message.arrived()

    # -- paths ------------------------------------------------------------------------------------------------------

    def _route(self, channel: Channel) -> None:
        found = [self.forwarding.path(source, target, channel.number) for source, target in channel.pairs]
        paths = tuple(path for path in found if path is not None)
        whole = paths if len(paths) == len(found) else None
        back = self.forwarding.path(*channel.pairs[0][::-1], channel.number)
        self._queues.follow(channel, paths, back)
        queued = self._queues.has(channel)
        if whole == channel.paths and queued == channel.queued and (whole is None or channel.lost is None):
            return
        had_path = channel.paths is not None
        self._stop(channel)
        self.carried.book(channel)
        channel.paths, channel.queued = whole, queued
        self._rates.follow(channel)
        if whole is None:
            if channel.queue:
                self._lose(channel, self.now_s)
            return
        channel.delay_s = max(path.delay_s for path in whole)
        channel.rtt_s = channel.delay_s + self._back_s(channel, back)
        if channel.lost is not None:
            self._wait(channel, channel.recover(self.now_s, self.segment_bits), grow=False)
        elif had_path or channel.queue:
            self._begin(channel)

    def _back_s(self, channel: Channel, first: Path | None) -> float:
        """The delay of the way back, of which ``first`` is the first pair's; the way there's, where there is none."""
        others = [self.forwarding.path(target, source, channel.number) for source, target in channel.pairs[1:]]
        return max((path.delay_s for path in (first, *others) if path is not None), default=channel.delay_s)

    def _lose_under_way(self, channel: Channel) -> None:
        """What left less than the delay up to where light broke off ago is lost and has to be sent again."""
        before_s = max((self._delay_to_break_s(path) for path in channel.paths or ()), default=0.0)
        if before_s == 0.0:
            return
        since_s = self.now_s - before_s
        again = [message for message in channel.flying if message.departed_s > since_s]
        arrives = len(again) < len(channel.flying) or (channel.sending and channel.round_s < since_s)
        answered_s = since_s + channel.rtt_s if arrives else self.now_s
        if channel.sending:
            channel.advance(self.now_s)
            channel.left = min(channel.left + channel.rate_bps * before_s, channel.queue[0].bits)
            self._lose(channel, answered_s)
        for message in reversed(again):
            channel.flying.remove(message)
            message.lost = True
            copy = Message(message.bits, message.arrived)
            channel.queue.appendleft(copy)
            channel.left = copy.bits
            self._lose(channel, answered_s)

    def _lose(self, channel: Channel, answered_s: float) -> None:
        """Remember since when something is lost."""
        if channel.lost is None:
            first = self._rates.capacity_bps.get(self.forwarding.first(channel.pairs[0][0]), UNLIMITED_BPS)
            channel.lost = Loss(self.now_s, answered_s, channel.rate_bps or first, channel.rtt_s)

    def _delay_to_break_s(self, path: Path) -> float:
        """Delay from the start of ``path`` to the last place where it is interrupted; 0: nowhere."""
        passed_s = lost_s = 0.0
        for number in path.directions:
            passed_s += self.directions.all[number].delay_s
            if number in self._broken:
                lost_s = max(passed_s, SAME_S)
        return lost_s
