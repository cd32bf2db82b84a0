"""Which links are alike: ten thousand servers' cables become a handful of stretches.

A channel that comes splits the stretches of which it uses a part; this costs as much as its path is long, and nothing
where others lead.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from math import inf

from twin.predict.channel import Channel
from twin.predict.loads import Stretch


class Stretches:
    """``capacity_bps`` is read whenever a link is looked at; a link that it does not name limits nobody."""

    def __init__(self, capacity_bps: Mapping[int, float]) -> None:
        self._capacity_bps = capacity_bps
        self._of: dict[int, Stretch] = {}
        self._links: dict[Stretch, list[tuple[float, int]]] = {}
        self._count = 0
        #: What each channel puts on stretches.
        self.loads: dict[Channel, dict[Stretch, float]] = {}

    def add(self, channel: Channel, load: Mapping[int, float]) -> list[Stretch]:
        """The channel puts ``load`` on links from now on; returns the stretches that this divided."""
        parts: dict[tuple[Stretch | None, float], list[int]] = {}
        for link, weight in load.items():
            parts.setdefault((self._of.get(link), weight), []).append(link)
        own = self.loads[channel] = {}
        divided: list[Stretch] = []
        for (whole, weight), links in parts.items():
            stretch = whole
            if stretch is None or len(links) < stretch.size:
                stretch = self._part(whole, links)
                divided += [stretch] if whole is None else [stretch, whole]
            stretch.weights[channel] = own[stretch] = weight
        return divided

    def remove(self, channel: Channel) -> None:
        """The channel puts nothing on any link from now on."""
        for stretch in self.loads.pop(channel, ()):
            del stretch.weights[channel]
            if not stretch.weights:
                for _capacity_bps, link in self._links.pop(stretch):
                    if self._of.get(link) is stretch:
                        del self._of[link]

    def measure(self, link: int) -> list[Stretch]:
        """The link has another capacity; returns the stretch that it lies on, if there is one."""
        stretch = self._of.get(link)
        if stretch is None:
            return []
        self._hold(stretch, [link])
        return [stretch]

    def _part(self, whole: Stretch | None, links: list[int]) -> Stretch:
        """A stretch of ``links``, which were part of ``whole`` so far."""
        self._count += 1
        if whole is None:
            part = Stretch(self._count, len(links))
        else:
            part = Stretch(self._count, len(links), dict(whole.weights), dict(whole.load), whole.weight)
            whole.size -= len(links)
            for channel, weight in part.weights.items():
                self.loads[channel][part] = weight
            for flows, weight in part.load.items():
                flows.load[part] = weight
        for link in links:
            self._of[link] = part
        self._hold(part, links)
        if whole is not None:
            self._hold(whole, ())
        return part

    def _hold(self, stretch: Stretch, links: Iterable[int]) -> None:
        """``links`` are new on the stretch, or others left it: as wide as the narrowest that is there."""
        heap = self._links.setdefault(stretch, [])
        for link in links:
            heapq.heappush(heap, (self._capacity_bps.get(link, inf), link))
        while self._of.get(heap[0][1]) is not stretch or heap[0][0] != self._capacity_bps.get(heap[0][1], inf):
            heapq.heappop(heap)
        stretch.widen(heap[0][0])
