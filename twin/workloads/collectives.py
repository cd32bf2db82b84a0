"""Collectives as graphs: ring and hierarchical all-reduce, lock-step or pipelined in slices; all-to-all, broadcast.

A ring all-reduce of S bytes over n ranks is n - 1 steps of reduce-scatter and n - 1 of all-gather; in each step every
rank sends one block of S/n to its neighbour. With slices, a slice of a block moves on as soon as it has arrived, so a
long ring pays about one delay in all and not one per step.

The hierarchical form over D sites of k ranks: reduce-scatter within each site (each rank then owns S/k), ring
all-reduce of that shard over the D ranks of equal index, all-gather within each site.

Bus bandwidth = S/T x 2(n - 1)/n (nccl-tests).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from twin.workloads.graph import Graph, GraphBuilder

#: (rank, slice) -> ids of the steps after which that rank may send that slice on.
Ready = dict[tuple[int, int], tuple[int, ...]]


def split(size_bytes: int, parts: int) -> list[int]:
    """``size_bytes`` in ``parts`` whole parts that differ by at most one byte."""
    base, rest = divmod(size_bytes, parts)
    return [base + (1 if index < rest else 0) for index in range(parts)]


def ring_all_reduce(ranks: int, size_bytes: int, slices: int, lock_step: bool = False) -> Graph:
    """All-reduce of ``size_bytes`` over ``ranks`` in one ring."""
    builder = GraphBuilder(ranks)
    add_ring(builder, range(ranks), size_bytes, 1 if lock_step else slices, {})
    return builder.build()


def hierarchical_all_reduce(
    sites: Sequence[Sequence[int]], size_bytes: int, slices: int, lock_step: bool = False
) -> Graph:
    """All-reduce of ``size_bytes``: within each of ``sites`` (equally many ranks each), across them, within again."""
    builder = GraphBuilder(sum(len(site) for site in sites))
    add_hierarchy(builder, sites, size_bytes, 1 if lock_step else slices, {})
    return builder.build()


def add_ring(builder: GraphBuilder, group: Sequence[int], size_bytes: int, slices: int, ready: Ready) -> Ready:
    """Add a ring all-reduce over the ranks ``group`` that waits for ``ready``; returns after what each rank has it."""
    owned = reduce_scatter(builder, group, size_bytes, slices, ready)
    return all_gather(builder, group, size_bytes, slices, owned)


def add_hierarchy(
    builder: GraphBuilder, sites: Sequence[Sequence[int]], size_bytes: int, slices: int, ready: Ready
) -> Ready:
    """Add a hierarchical all-reduce over ``sites``, like ``add_ring``."""
    now: Ready = {}
    for site in sites:
        now |= reduce_scatter(builder, site, size_bytes, slices, ready)
    for index, shard in enumerate(split(size_bytes, len(sites[0]))):
        now |= add_ring(builder, [site[index] for site in sites], shard, slices, now)
    done: Ready = {}
    for site in sites:
        done |= all_gather(builder, site, size_bytes, slices, now)
    return done


def add_trees(builder: GraphBuilder, group: Sequence[int], size_bytes: int, slices: int) -> None:
    """Add an all-reduce over two binary trees, each for one half: who has children in one is a leaf of the other, so
    that no rank receives or sends more than 2S. Each slice goes up to the root and down again."""
    halves = split(size_bytes, 2)
    for order, half in ((list(group), halves[0]), (list(group)[::-1], halves[1])):
        for size in split(half, slices):
            _up_and_down(builder, order, size)


def _up_and_down(builder: GraphBuilder, order: Sequence[int], size_bytes: int) -> None:
    """One slice over the tree in which place ``i`` has its children at ``2i + 1`` and ``2i + 2``."""
    reduced: list[list[int]] = [[] for _ in order]
    for place in range(len(order) - 1, 0, -1):
        parent = (place - 1) // 2
        reduced[parent].append(builder.message(order[place], order[parent], size_bytes, reduced[place]))
    here: list[tuple[int, ...]] = [tuple(reduced[0])] + [()] * (len(order) - 1)
    for place in range(1, len(order)):
        parent = (place - 1) // 2
        here[place] = (builder.message(order[parent], order[place], size_bytes, here[parent]),)


def add_broadcast(
    builder: GraphBuilder, group: Sequence[int], size_bytes: int, slices: int, after: Mapping[int, tuple[int, ...]]
) -> dict[int, tuple[int, ...]]:
    """Add a broadcast from the first of ``group`` along the others, slice after slice. A rank takes part once ``after``
    it is done; returns the receives after which each rank has it, for the first what it waited for."""
    done: dict[int, list[int]] = {rank: [] for rank in group}
    for size in split(size_bytes, slices):
        here = after.get(group[0], ())
        for rank, following in pairwise(group):
            arrived = builder.message(rank, following, size, here)
            done[following].append(arrived)
            here = (arrived, *after.get(following, ()))
    return {rank: tuple(receives) or after.get(rank, ()) for rank, receives in done.items()}


def bus_factor(operation: str, ranks: int) -> float:
    """Bus bandwidth over algorithm bandwidth, as nccl-tests defines it."""
    if operation == "broadcast":
        return 1.0
    return (2 if operation == "all-reduce" else 1) * (ranks - 1) / ranks


def add_all_to_all(
    builder: GraphBuilder, group: Sequence[int], size_bytes: int, after: Mapping[int, tuple[int, ...]]
) -> dict[int, tuple[int, ...]]:
    """Add an all-to-all in which every rank deals ``size_bytes`` evenly to all of ``group``, itself included. A rank
    sends once ``after`` it is done; returns the steps after which each rank has its part."""
    count = len(group)
    arrived: dict[int, list[int]] = {rank: [] for rank in group}
    parts = split(size_bytes, count)
    for shift in range(1, count):
        for position, rank in enumerate(group):
            other = (position + shift) % count
            arrived[group[other]].append(builder.message(rank, group[other], parts[other], after.get(rank, ())))
    return {rank: (*receives, *after.get(rank, ())) for rank, receives in arrived.items()}


def reduce_scatter(builder: GraphBuilder, group: Sequence[int], size_bytes: int, slices: int, ready: Ready) -> Ready:
    """n - 1 ring steps; afterwards each rank owns one reduced block. What a rank adds to a block must be ready too."""
    return _ring_steps(builder, group, size_bytes, slices, ready, ready)


def all_gather(builder: GraphBuilder, group: Sequence[int], size_bytes: int, slices: int, ready: Ready) -> Ready:
    """n - 1 ring steps; afterwards each rank has every block. Its bytes and steps are reduce-scatter's."""
    return _ring_steps(builder, group, size_bytes, slices, ready, {})


def _ring_steps(
    builder: GraphBuilder, group: Sequence[int], size_bytes: int, slices: int, ready: Ready, own: Ready
) -> Ready:
    """Every rank passes one block to its neighbour, ``len(group) - 1`` times; returns what the last step readied.

    A slice waits for what arrived in its rank the step before, and for its rank's ``own``; the first step waits for
    ``ready``.
    """
    count = len(group)
    blocks = split(size_bytes, count)
    now = {(rank, piece): ready.get((rank, piece), ()) for rank in group for piece in range(slices)}
    for step in range(count - 1):
        arrived: Ready = {}
        for position, rank in enumerate(group):
            neighbour = group[(position + 1) % count]
            for piece, size in enumerate(split(blocks[(position - step) % count], slices)):
                receive = builder.message(rank, neighbour, size, now[rank, piece])
                arrived[neighbour, piece] = (receive, *own.get((neighbour, piece), ()))
        now = arrived
    return now
