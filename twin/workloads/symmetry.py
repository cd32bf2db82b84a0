"""Collectives of many ranks that all do the same, as graphs of a few *classes* of ranks.

In a ring within one site every rank sends, in every step, as much as every other; so one rank stands for all of them
and its messages to its neighbour are messages to itself. Ten thousand ranks at ten sites are ten classes::

    rank 0 -> rank 1 -> ... -> rank k-1 -> rank 0      becomes      class 0 -> class 0
    rank i of site a -> rank i of site b               becomes      class a -> class b

The graph is exact where a class's members are alike, and otherwise moves at the pace of the slowest, as a ring does.
Blocks that cannot be divided evenly count as large as the largest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.workloads.collectives import Ready, all_gather, reduce_scatter, split
from twin.workloads.graph import Graph, GraphBuilder

Pairs = list[tuple[int, int]]


@dataclass(frozen=True)
class ClassGraph:
    """``graph``'s ranks are classes; ``pairs[a, b]`` the (from, to) ranks that a message from a to b stands for."""

    graph: Graph
    pairs: dict[tuple[int, int], Pairs]


def as_classes(graph: Graph) -> ClassGraph:
    """Every rank a class of its own."""
    return ClassGraph(graph, {channel: [channel] for channel in graph.channels()})


def ring_classes(ranks: int, size_bytes: int, slices: int, lock_step: bool = False) -> ClassGraph:
    """A ring all-reduce over ``ranks`` ranks that are alike."""
    builder = GraphBuilder(1)
    cut = 1 if lock_step else slices
    owned = _steps_within(builder, 0, ranks, size_bytes, cut, {})
    _steps_within(builder, 0, ranks, size_bytes, cut, owned)
    return ClassGraph(builder.build(), {(0, 0): _ring(list(range(ranks)))})


def hierarchical_classes(
    sites: Sequence[Sequence[int]], size_bytes: int, slices: int, lock_step: bool = False
) -> ClassGraph:
    """A hierarchical all-reduce over ``sites``, the ranks of each alike. Class i is site i."""
    count, each = len(sites), len(sites[0])
    builder = GraphBuilder(count)
    cut = 1 if lock_step else slices
    ready: Ready = {}
    for index in range(count):
        ready |= _steps_within(builder, index, each, size_bytes, cut, {})
    shard = split(size_bytes, each)[0]
    everyone = list(range(count))
    ready |= all_gather(builder, everyone, shard, cut, reduce_scatter(builder, everyone, shard, cut, ready))
    for index in range(count):
        _steps_within(builder, index, each, size_bytes, cut, ready)
    pairs = {(i, i): _ring(site) for i, site in enumerate(sites) if each > 1}
    for i, site in enumerate(sites):
        after = (i + 1) % count
        pairs[i, after] = list(zip(site, sites[after], strict=True))
    return ClassGraph(builder.build(), pairs)


def _ring(ranks: Sequence[int]) -> Pairs:
    return [(rank, ranks[(i + 1) % len(ranks)]) for i, rank in enumerate(ranks)]


def _steps_within(builder: GraphBuilder, one: int, count: int, size_bytes: int, slices: int, ready: Ready) -> Ready:
    """The ``count - 1`` steps of a ring whose ranks the class ``one`` stands for."""
    now = {(one, piece): ready.get((one, piece), ()) for piece in range(slices)}
    sizes = split(split(size_bytes, count)[0], slices)
    for _step in range(count - 1):
        now = {(one, piece): (builder.message(one, one, size, now[one, piece]),) for piece, size in enumerate(sizes)}
    return now
