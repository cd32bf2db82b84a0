"""Which rate each channel sends at: what begins or stops changes the rates of those that share links with it, directly
or through others, and of nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from twin.predict.channel import Channel
from twin.predict.loads import common_loads
from twin.predict.sharing import max_min

#: Rates that differ by less are the same.
_SAME_RATE: Final = 1e-9
#: What stands for the rate of a path that nothing limits.
UNLIMITED_BPS: Final = 1e18


class Rates:
    """``capacity_bps`` is each limited direction's; ``changed`` is called with each channel that got another rate."""

    def __init__(self, capacity_bps: Mapping[int, float], changed: Callable[[Channel], None]) -> None:
        self.capacity_bps = dict(capacity_bps)
        self._changed = changed
        self._channels: dict[Channel, None] = {}
        self._on_link: dict[int, set[Channel]] = {}
        self._dirty: set[int] = set()
        self._free: list[Channel] = []
        self._stale = False

    def limit(self, number: int, rate_bps: float) -> None:
        """The direction ``number`` has another capacity from now on."""
        if self.capacity_bps.get(number) != rate_bps:
            self.capacity_bps[number] = rate_bps
            self._stale = True

    def follow(self, channel: Channel) -> None:
        """The channel, which does not send now, has got other paths, or none."""
        self._channels[channel] = None
        channel.load = ()
        self._stale = True

    def forget(self, channel: Channel) -> None:
        """The channel, which does not send now, will not be heard of again."""
        self._channels.pop(channel, None)

    def begin(self, channel: Channel, now_s: float) -> None:
        """The channel sends from now on, at the rate that ``settle`` gives it."""
        channel.sending, channel.rate_bps, channel.since_s = True, 0.0, now_s
        self._join(channel)

    def stop(self, channel: Channel, now_s: float) -> None:
        """The channel sends nothing for now."""
        channel.advance(now_s)
        channel.sending, channel.rate_bps = False, 0.0
        for link, _weight in channel.load:
            self._on_link[link].discard(channel)
            self._dirty.add(link)

    def settle(self, now_s: float) -> None:
        """Give every channel that what just happened concerns its new rate."""
        if self._stale:
            self._share_links()
        for channel in self._free:
            self._set_rate(channel, UNLIMITED_BPS, now_s)
        self._free.clear()
        if not self._dirty:
            return
        loads = {channel: channel.load for channel in self._concerned()}
        for channel, rate_bps in max_min(loads, self.capacity_bps).items():
            self._set_rate(channel, rate_bps, now_s)
        self._dirty.clear()

    def _concerned(self) -> list[Channel]:
        """All channels that are joined to a changed link by links that they share."""
        found: dict[Channel, None] = {}
        links, seen = list(self._dirty), set(self._dirty)
        while links:
            for channel in self._on_link.get(links.pop(), ()):
                if channel not in found:
                    found[channel] = None
                    fresh = [link for link, _weight in channel.load if link not in seen]
                    seen.update(fresh)
                    links += fresh
        return sorted(found, key=lambda channel: channel.number)

    def _set_rate(self, channel: Channel, rate_bps: float, now_s: float) -> None:
        rate_bps = min(rate_bps, UNLIMITED_BPS)
        if abs(rate_bps - channel.rate_bps) <= _SAME_RATE * rate_bps:
            return
        channel.advance(now_s)
        channel.rate_bps = rate_bps
        self._changed(channel)

    def _share_links(self) -> None:
        """Links that the same channels load alike are one link, the narrowest of them."""
        self._stale = False
        common = common_loads([channel.paths or () for channel in self._channels], self.capacity_bps)
        self._on_link.clear()
        for channel, load in zip(self._channels, common, strict=True):
            channel.load = load
            if channel.sending:
                self._join(channel)

    def _join(self, channel: Channel) -> None:
        for link, _weight in channel.load:
            self._on_link.setdefault(link, set()).add(channel)
            self._dirty.add(link)
        if not channel.load:
            self._free.append(channel)
