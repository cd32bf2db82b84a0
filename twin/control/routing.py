"""Shortest paths over a graph whose edges have delays. Exact: delays are whole picoseconds, so equal is equal.

Among paths of equal delay the one with fewer edges wins, then the one that ``tie`` ranks lower; the answer never
depends on the order of dictionaries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from zlib import crc32


@dataclass(frozen=True)
class Edge:
    """One direction of a link or circuit, from ``source`` to ``target``; ``port`` is the port of ``source``."""

    name: str
    source: str
    target: str
    port: int
    delay_ps: int


#: node -> the edges that leave it
Graph = dict[str, list[Edge]]


def picoseconds(delay_s: float) -> int:
    """A delay as a whole number of picoseconds."""
    return round(delay_s * 1e12)


def graph_of(edges: Iterable[Edge]) -> Graph:
    """The graph made of ``edges``."""
    graph: Graph = {}
    for edge in edges:
        graph.setdefault(edge.source, []).append(edge)
    return graph


def shortest_path(
    graph: Graph,
    source: str,
    target: str,
    usable: Callable[[Edge], bool] = lambda edge: True,
    by_hops: bool = False,
) -> tuple[Edge, ...] | None:
    """The edges of the path with the least delay over ``usable`` edges (``by_hops``: with the fewest edges, and of
    these the least delay); None where there is none. Ties go to the fewest edges, then to the names in order."""
    heap: list[tuple[int, int, tuple[str, ...], str, tuple[Edge, ...]]] = [(0, 0, (), source, ())]
    settled: set[str] = set()
    while heap:
        first, second, names, node, path = heappop(heap)
        if node == target:
            return path
        if node in settled:
            continue
        settled.add(node)
        for edge in graph.get(node, ()):
            if edge.target not in settled and usable(edge):
                cost = (first + 1, second + edge.delay_ps) if by_hops else (first + edge.delay_ps, second + 1)
                heappush(heap, (*cost, (*names, edge.name), edge.target, (*path, edge)))
    return None


def fewest_edges_within(
    graph: Graph, source: str, target: str, usable: Callable[[Edge], bool], limit_ps: int
) -> tuple[Edge, ...] | None:
    """The path over ``usable`` edges with the fewest of them whose delay is ``limit_ps`` or less, and of these the one
    with the least delay, then the first by names; None where there is none. Grows by one edge at a time, and keeps of
    each node only what is quicker than any way with fewer edges."""
    best: dict[str, int] = {source: 0}
    rim: dict[str, tuple[int, tuple[str, ...], tuple[Edge, ...]]] = {source: (0, (), ())}
    while rim and target not in rim:
        further: dict[str, tuple[int, tuple[str, ...], tuple[Edge, ...]]] = {}
        for node, (delay_ps, names, path) in rim.items():
            for edge in graph.get(node, ()):
                then_ps = delay_ps + edge.delay_ps
                if then_ps > limit_ps or then_ps >= best.get(edge.target, then_ps + 1) or not usable(edge):
                    continue
                known = further.get(edge.target)
                if known is None or (then_ps, (*names, edge.name)) < known[:2]:
                    further[edge.target] = then_ps, (*names, edge.name), (*path, edge)
        best.update((node, entry[0]) for node, entry in further.items())
        rim = further
    return rim[target][2] if target in rim else None


def edges_towards(graph: Graph) -> Graph:
    """node -> the edges that lead to it"""
    towards: Graph = {}
    for edges in graph.values():
        for edge in edges:
            towards.setdefault(edge.target, []).append(edge)
    return towards


def tree_towards(graph: Graph, root: str) -> dict[str, Edge]:
    """For every node that can reach ``root``, the first edge of its shortest path to it. Following these edges never
    loops: each leads to a node that was settled earlier.

    Ties between equal paths are broken by a hash of root and edge, so that different roots use different spines."""
    return tree_along(edges_towards(graph), root)


def tree_along(towards: Graph, root: str) -> dict[str, Edge]:
    """``tree_towards``, for many roots: ``edges_towards`` is asked for once."""
    seed = crc32(root.encode())
    heap: list[tuple[int, int, int, str, str, Edge | None]] = [(0, 0, 0, "", root, None)]
    first: dict[str, Edge] = {}
    settled: set[str] = set()
    while heap:
        delay_ps, hops, _, _, node, via = heappop(heap)
        if node in settled:
            continue
        settled.add(node)
        if via is not None:
            first[node] = via
        for edge in towards.get(node, ()):
            if edge.source not in settled:
                rank = crc32(edge.name.encode(), seed)
                heappush(heap, (delay_ps + edge.delay_ps, hops + 1, rank, edge.name, edge.source, edge))
    return first
