"""More than one path: the k shortest, in order, and two without a common fibre or site.

- ``k_shortest`` is Yen's method (Management Science 17, 1971) without repeated nodes, one path at a time, so that
  whoever stops early pays only for what was taken.
- ``disjoint_pair`` is Suurballe's (Networks 4, 1974): the pair with the least sum, found where taking the shortest path
  away would leave none. Sites are kept apart by splitting each node into an entrance and an exit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

from twin.control.routing import Edge, Graph, shortest_path

Path = tuple[Edge, ...]
Usable = Callable[[Edge], bool]
Cost = tuple[int, int]


def delay_cost(path: Path) -> Cost:
    """Delay (ps), then the number of edges."""
    return sum(edge.delay_ps for edge in path), len(path)


def hops_cost(path: Path) -> Cost:
    """The number of edges, then delay (ps)."""
    return len(path), sum(edge.delay_ps for edge in path)


def k_shortest(graph: Graph, source: str, target: str, usable: Usable, by_hops: bool = False) -> Iterator[Path]:
    """All paths without repeated nodes, the shortest first; ties in the order of ``shortest_path``."""
    cost = hops_cost if by_hops else delay_cost
    first = shortest_path(graph, source, target, usable, by_hops)
    heap: list[tuple[Cost, tuple[str, ...], Path]] = []
    if first is not None:
        heap.append((cost(first), _names(first), first))
    known = {_names(path) for _, _, path in heap}
    found: list[Path] = []
    while heap:
        path = heappop(heap)[2]
        yield path
        found.append(path)
        for spur in range(len(path)):
            branch = _branch(graph, (source, target), path[:spur], found, usable, by_hops)
            if branch is not None and _names(branch) not in known:
                known.add(_names(branch))
                heappush(heap, (cost(branch), _names(branch), branch))


def _branch(
    graph: Graph, ends: tuple[str, str], root: Path, found: list[Path], usable: Usable, by_hops: bool
) -> Path | None:
    """The shortest path that begins with ``root`` and then differs from every one that was ``found``."""
    passed = {ends[0], *(edge.target for edge in root)}
    here = root[-1].target if root else ends[0]
    taken = {path[len(root)] for path in found if path[: len(root)] == root and len(path) > len(root)}
    rest = shortest_path(
        graph, here, ends[1], lambda edge: edge.target not in passed and edge not in taken and usable(edge), by_hops
    )
    return None if rest is None else root + rest


def disjoint_pair(
    graph: Graph, source: str, target: str, usable: Usable, nodes: bool = False
) -> tuple[Path, Path] | None:
    """Two paths without a common link (``nodes``: nor a common node between the ends) whose delays have the least sum,
    the shorter one first; None where there are none."""
    edges = [edge for leaving in graph.values() for edge in leaving if usable(edge)]
    arcs = _split(edges, (source, target)) if nodes else [_Arc(edge.source, edge.target, edge) for edge in edges]
    ends = (_exit(source), _entrance(target)) if nodes else (source, target)
    first = _search(arcs, *ends)
    if first is None:
        return None
    second = _search(_residual(arcs, first), *ends)
    if second is None:
        return None
    left = {arc.key: arc for arc in first}
    for arc in second:
        if left.pop(arc.opposite, None) is None:
            left[arc.key] = arc
    paths = _walk(list(left.values()), *ends)
    short, long = sorted(paths, key=lambda path: (delay_cost(path), _names(path)))
    return short, long


@dataclass(frozen=True)
class _Arc:
    """One way from node to node, over ``edge`` (None: through a split node). ``back`` gives ``edge``'s delay back."""

    source: str
    target: str
    edge: Edge | None
    back: bool = False

    @property
    def name(self) -> str:
        return self.edge.name if self.edge else ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.source, self.target, self.name

    @property
    def opposite(self) -> tuple[str, str, str]:
        return self.target, self.source, self.name

    @property
    def cost(self) -> int:
        delay_ps = self.edge.delay_ps if self.edge else 0
        return -delay_ps if self.back else delay_ps


def _entrance(node: str) -> str:
    return f"{node}<"


def _exit(node: str) -> str:
    return f"{node}>"


def _split(edges: list[Edge], ends: tuple[str, str]) -> list[_Arc]:
    nodes = sorted({node for edge in edges for node in (edge.source, edge.target)} - set(ends))
    arcs = [_Arc(_entrance(node), _exit(node), None) for node in nodes]
    return arcs + [_Arc(_exit(edge.source), _entrance(edge.target), edge) for edge in edges]


def _residual(arcs: list[_Arc], path: list[_Arc]) -> list[_Arc]:
    """The arcs once ``path`` is taken: its arcs can only be given back."""
    used = {key for arc in path for key in (arc.key, arc.opposite)}
    return [arc for arc in arcs if arc.key not in used] + [_Arc(a.target, a.source, a.edge, back=True) for a in path]


def _search(arcs: list[_Arc], source: str, target: str) -> list[_Arc] | None:
    """The cheapest way, costs below zero allowed (Bellman and Ford's method, with a queue)."""
    leaving: dict[str, list[_Arc]] = {}
    for arc in arcs:
        leaving.setdefault(arc.source, []).append(arc)
    best: dict[str, tuple[int, int]] = {source: (0, 0)}
    into: dict[str, _Arc] = {}
    todo = [source]
    while todo:
        later: dict[str, None] = {}
        for node in todo:
            cost, hops = best[node]
            for arc in leaving.get(node, ()):
                step = (cost + arc.cost, hops + (-1 if arc.back else 1))
                if arc.target not in best or step < best[arc.target]:
                    best[arc.target], into[arc.target] = step, arc
                    later[arc.target] = None
        todo = list(later)
    if target not in into:
        return None
    way: list[_Arc] = []
    node = target
    while node != source:
        way.append(into[node])
        node = into[node].source
    return way[::-1]


def _walk(arcs: list[_Arc], source: str, target: str) -> list[Path]:
    """The two paths that ``arcs`` consist of."""
    leaving: dict[str, list[_Arc]] = {}
    for arc in arcs:
        leaving.setdefault(arc.source, []).append(arc)
    paths = []
    for _ in (1, 2):
        node, path = source, list[Edge]()
        while node != target:
            arc = leaving[node].pop()
            node = arc.target
            if arc.edge is not None:
                path.append(arc.edge)
        paths.append(tuple(path))
    return paths


def _names(path: Path) -> tuple[str, ...]:
    return tuple(edge.name for edge in path)
