"""The best path on which one channel is free all the way, in one search over all channels.

A label is a way to a node and the channels that are free on all of it, as bits of a number. Ways come in order of their
cost; of a later way to the same node only those channels count that no earlier one had, because on these it is no
better. So the first way to the target is the best there is on any channel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from heapq import heappop, heappush

from twin.control.routing import Edge, Graph


def bits(channels: range) -> int:
    """``channels`` as bits."""
    return (1 << channels.stop) - (1 << channels.start)


def lowest(free: int) -> int:
    """The lowest of the channels that are set in ``free``, which has one."""
    return (free & -free).bit_length() - 1


def best_on_one_channel(
    graph: Graph,
    ends: tuple[str, str],
    usable: Callable[[Edge], bool],
    channels: int,
    taken: Mapping[str, int],
    by_hops: bool = False,
) -> tuple[tuple[Edge, ...], int] | None:
    """The path between ``ends`` with the least cost, as ``shortest_path`` counts it, and the lowest of ``channels``
    that makes it so; None where there is none. ``taken``: fibre -> its channels that are not free."""
    source, target = ends
    heap: list[tuple[int, int, tuple[str, ...], str, int, tuple[Edge, ...]]] = [(0, 0, (), source, channels, ())]
    seen: dict[str, int] = {}
    best: tuple[tuple[Edge, ...], int] | None = None
    cost = (0, 0)
    while heap:
        first, second, names, node, free, path = heappop(heap)
        if best is not None and (first, second) > cost:
            break
        free &= ~seen.get(node, 0)
        seen[node] = seen.get(node, 0) | free
        if node == target and free and (best is None or lowest(free) < best[1]):
            best, cost = (path, lowest(free)), (first, second)
        for edge in graph.get(node, ()) if free and node != target else ():
            left = free & ~taken.get(edge.name, 0) & ~seen.get(edge.target, 0)
            if left and usable(edge):
                then = (first + 1, second + edge.delay_ps) if by_hops else (first + edge.delay_ps, second + 1)
                heappush(heap, (*then, (*names, edge.name), edge.target, left, (*path, edge)))
    return best
