"""How long traffic takes over a mesh, when packets go the shortest way and parallel circuits share alike."""

from __future__ import annotations

from dataclasses import dataclass

from twin.control.engineering.ground import Ground, Mesh, Pair, Traffic, pair_of
from twin.control.routing import Edge, Graph, graph_of, tree_towards


@dataclass(frozen=True)
class Burden:
    """``unserved_bytes`` have no way at all. ``busy_s`` is how long the circuits of each pair send in their busier
    direction; ``riders`` says whose bytes, both directions together: pair that is joined -> pair that talks -> bytes.
    """

    unserved_bytes: float
    busy_s: dict[Pair, float]
    riders: dict[Pair, dict[Pair, float]]

    @property
    def worst_s(self) -> float:
        """How long the busiest pair sends: when all traffic has arrived, if nothing else holds it up."""
        return max(self.busy_s.values(), default=0.0)

    @property
    def key(self) -> tuple[float, float]:
        """The less, the better."""
        return self.unserved_bytes, self.worst_s


def burden(ground: Ground, mesh: Mesh, traffic: Traffic) -> Burden:
    """What ``traffic`` is to ``mesh`` and the fixed circuits. Circuits of pairs that light cannot join now are left out,
    and traffic of places outside the ground."""
    whole = {pair: count for pair, count in ground.whole(mesh).items() if pair in ground.joins}
    places = set(ground.sites)
    graph = _graph(ground, whole)
    carried: dict[Pair, float] = {}
    riders: dict[Pair, dict[Pair, float]] = {}
    unserved_bytes = 0.0
    for root in sorted({target for _, target in traffic} & places):
        first = tree_towards(graph, root)
        for (source, target), size_bytes in traffic.items():
            if target != root or source not in places or source == root or not size_bytes:
                continue
            if source not in first:
                unserved_bytes += size_bytes
            node = source
            while node in first:
                here, node = node, first[node].target
                carried[here, node] = carried.get((here, node), 0.0) + size_bytes
                riding = riders.setdefault(pair_of((here, node)), {})
                riding[pair_of((source, root))] = riding.get(pair_of((source, root)), 0.0) + size_bytes
    busy_s: dict[Pair, float] = {}
    for way, size_bytes in carried.items():
        pair = pair_of(way)
        time_s = size_bytes * 8 / (whole[pair] * ground.joins[pair].rate_bps)
        busy_s[pair] = max(busy_s.get(pair, 0.0), time_s)
    return Burden(unserved_bytes, busy_s, riders)


def _graph(ground: Ground, whole: Mesh) -> Graph:
    ways = [(pair, way) for pair in sorted(whole) if whole[pair] for way in (pair, pair[::-1])]
    return graph_of(Edge("-".join(pair), *way, 0, ground.joins[pair].delay_ps) for pair, way in ways)
