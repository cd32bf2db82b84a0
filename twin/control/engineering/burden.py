"""How long traffic takes over a mesh, when packets go the shortest way and parallel circuits share alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twin.control.engineering.ground import Ground, Mesh, Pair, Traffic, pair_of
from twin.control.routing import Edge
from twin.control.trees import Trees


@dataclass(frozen=True)
class Burden:
    """``unserved_bytes`` have no way at all. ``busy_s`` is how long the circuits of each pair send in their busier
    direction."""

    unserved_bytes: float
    busy_s: dict[Pair, float]

    @property
    def worst_s(self) -> float:
        """How long the busiest pair sends: when all traffic has arrived, if nothing else holds it up."""
        return max(self.busy_s.values(), default=0.0)

    @property
    def key(self) -> tuple[float, float]:
        """The less, the better."""
        return self.unserved_bytes, self.worst_s


class Ways:
    """The ways of ``traffic`` over ``mesh`` and the fixed circuits, which follow as circuits come and go. Left out:
    circuits of pairs that light cannot join now, and traffic of places outside the ground."""

    def __init__(self, ground: Ground, mesh: Mesh, traffic: Traffic) -> None:
        self._ground = ground
        self._count = {pair: count for pair, count in sorted(ground.whole(mesh).items()) if pair in ground.joins}
        self._sent: dict[str, dict[str, float]] = {}
        places = set(ground.sites)
        for (source, root), size_bytes in traffic.items():
            if size_bytes and source != root and source in places and root in places:
                self._sent.setdefault(root, {})[source] = size_bytes
        self._trees = Trees(sorted(self._sent))
        self._first: dict[str, dict[str, Edge]] = {root: {} for root in sorted(self._sent)}
        self._carried: dict[str, dict[Pair, float]] = {root: {} for root in self._first}
        self._change((), [edge for pair in self._count for edge in self._edges(pair)])

    def add(self, pair: Pair) -> None:
        """One more circuit."""
        self._count[pair] = self._count.get(pair, 0) + 1
        if self._count[pair] == 1:
            self._change((), self._edges(pair))

    def drop(self, pair: Pair) -> None:
        """One circuit less."""
        self._count[pair] -= 1
        if not self._count[pair]:
            del self._count[pair]
            self._change(self._edges(pair), ())

    def burden(self) -> Burden:
        """What the traffic is to the circuits there are."""
        total: dict[Pair, float] = {}
        for carried in self._carried.values():
            for way, size_bytes in carried.items():
                total[way] = total.get(way, 0.0) + size_bytes
        busy_s: dict[Pair, float] = {}
        for way, size_bytes in total.items():
            pair = pair_of(way)
            time_s = size_bytes * 8 / (self._count[pair] * self._ground.joins[pair].rate_bps)
            busy_s[pair] = max(busy_s.get(pair, 0.0), time_s)
        lost = ((root, source) for root, sent in self._sent.items() for source in sent if not self.reach(source, root))
        return Burden(sum(self._sent[root][source] for root, source in lost), busy_s)

    def reach(self, source: str, root: str) -> bool:
        """Whether there is a way; ``root`` is one that somebody sends to."""
        return source in self._first[root]

    def riders(self, pair: Pair) -> dict[Pair, float]:
        """Whose bytes the circuits of ``pair`` carry, both directions together: pair that talks -> bytes."""
        found: dict[Pair, float] = {}
        for root, first in self._first.items():
            heads = [here for here, there in (pair, pair[::-1]) if here in first and first[here].target == there]
            if not heads:
                continue
            sent = self._sent[root]
            for source in _behind(first, heads) & sent.keys():
                talk = pair_of((source, root))
                found[talk] = found.get(talk, 0.0) + sent[source]
        return found

    def _edges(self, pair: Pair) -> list[Edge]:
        delay_ps = self._ground.joins[pair].delay_ps
        return [Edge("-".join(pair), *way, 0, delay_ps) for way in (pair, pair[::-1])]

    def _change(self, gone: Iterable[Edge], new: Iterable[Edge]) -> None:
        for root, changes in self._trees.change(gone, new).items():
            first = self._first[root]
            for node, edge in changes.items():
                if edge is None:
                    del first[node]
                else:
                    first[node] = edge
            carried = self._carried[root] = {}
            for source, size_bytes in self._sent[root].items():
                for edge in _way(first, source):
                    way = edge.source, edge.target
                    carried[way] = carried.get(way, 0.0) + size_bytes


def burden(ground: Ground, mesh: Mesh, traffic: Traffic) -> Burden:
    """What ``traffic`` is to ``mesh`` and the fixed circuits."""
    return Ways(ground, mesh, traffic).burden()


def _behind(first: dict[str, Edge], heads: Iterable[str]) -> set[str]:
    """The nodes whose way leads through one of ``heads``, and these."""
    known = dict.fromkeys(heads, True)
    for node in first:
        passed = []
        while node in first and node not in known:
            passed.append(node)
            node = first[node].target
        known.update(dict.fromkeys(passed, known.get(node, False)))
    return {node for node, leads in known.items() if leads}


def _way(first: dict[str, Edge], node: str) -> Iterable[Edge]:
    while node in first:
        yield first[node]
        node = first[node].target
