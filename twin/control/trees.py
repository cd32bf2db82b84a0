"""Shortest-path trees that follow a graph as it changes, at the cost of what changed and not of the whole graph.

The answer is always that of ``routing.tree_towards`` on the edges there are now. After a change, the nodes whose path
used an edge that went lose their place, and find another from the rim of what is left; new edges and better places
spread outwards from there, nearest first (the method of Ramalingam and Reps)::

    root <- a <- b <- c      gone: a <- b      b and c lose their place
      ^-- d <- e <----'                        c finds e, then b finds c
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from zlib import crc32

from twin.control.routing import Edge

#: What makes one first edge better than another: delay (ps) and edges to the root, then rank and name of the edge.
_Place = tuple[int, int, int, str]
_NOWHERE: _Place = (0, 0, 0, "")
_NONE: dict[tuple[str, int], Edge] = {}
#: node -> its edges, by what tells two edges of one node apart without a look at all their fields
_Edges = dict[str, dict[tuple[str, int], Edge]]
_Entry = tuple[_Place, str, Edge]


class Trees:
    """A tree towards each of ``roots``, over no edges at first."""

    def __init__(self, roots: Iterable[str]) -> None:
        self._out: _Edges = {}
        self._into: _Edges = {}
        self._trees = {root: _Tree(root, self._out, self._into) for root in roots}

    def change(self, gone: Iterable[Edge], new: Iterable[Edge]) -> dict[str, dict[str, Edge | None]]:
        """Take the edges ``gone`` away and add ``new``. Returns root -> node -> the first edge of the node's path to
        the root from now on (None: there is no path), for every node where it has changed, the nearest to the root
        first: whoever makes the changes in this order makes no loop on the way, because each node then points to one
        that has changed before, and those that have yet to change go on as they did."""
        lost, found = [], tuple(new)
        for edge in gone:
            key = edge.name, edge.port
            lost.append(self._out[edge.source].pop(key))
            del self._into[edge.target][(edge.source + edge.name, edge.port)]
        for edge in found:
            self._out.setdefault(edge.source, {})[edge.name, edge.port] = edge
            self._into.setdefault(edge.target, {})[edge.source + edge.name, edge.port] = edge
        changes = ((root, tree.change(lost, found)) for root, tree in self._trees.items())
        return {root: change for root, change in changes if change}


@dataclass
class _Tree:
    """``place`` and ``first`` hold every node that reaches ``root``; ``out`` and ``into`` are all trees' edges."""

    root: str
    out: _Edges
    into: _Edges
    place: dict[str, _Place] = field(default_factory=dict)
    first: dict[str, Edge] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.place[self.root] = (0, 0, 0, "")
        self.seed = crc32(self.root.encode())

    def change(self, gone: list[Edge], new: tuple[Edge, ...]) -> dict[str, Edge | None]:
        """Adjust the tree; the graph has changed already, and ``gone`` are the very edges that were in it."""
        before: dict[str, Edge | None] = {}
        for node in self._displaced(gone):
            before[node] = self.first.pop(node)
            del self.place[node]
        if not before and not new:
            return {}
        rim = [edge for node in before for edge in self.out.get(node, _NONE).values()]
        heap = [entry for edge in (*rim, *new) if (entry := self._better(edge)) is not None]
        heapify(heap)
        while heap:
            place, node, edge = heappop(heap)
            if node in self.place and self.place[node] <= place:
                continue
            before.setdefault(node, self.first.get(node))
            self.place[node], self.first[node] = place, edge
            for further in self.into.get(node, _NONE).values():
                entry = self._better(further)
                if entry is not None:
                    heappush(heap, entry)
        changed = [node for node, was in before.items() if (now := self.first.get(node)) is not was and now != was]
        if len(changed) > 1:
            changed.sort(key=lambda node: (node not in self.place, self.place.get(node, _NOWHERE)))
        return {node: self.first.get(node) for node in changed}

    def _displaced(self, gone: list[Edge]) -> list[str]:
        """The nodes whose path uses an edge that is gone."""
        first = self.first
        found = {edge.source: None for edge in gone if first.get(edge.source) is edge}
        todo = list(found)
        while todo:
            for edge in self.into.get(todo.pop(), _NONE).values():
                if first.get(edge.source) is edge and edge.source not in found:
                    found[edge.source] = None
                    todo.append(edge.source)
        return list(found)

    def _better(self, edge: Edge) -> _Entry | None:
        """The place that ``edge`` would give its source, if that is better than the one it has."""
        there = self.place.get(edge.target)
        if there is None:
            return None
        delay_ps, hops = there[0] + edge.delay_ps, there[1] + 1
        here = self.place.get(edge.source)
        if here is not None and (here[0] < delay_ps or (here[0] == delay_ps and here[1] < hops)):
            return None
        rank = self.ranks.get(edge.name)
        if rank is None:
            rank = self.ranks[edge.name] = crc32(edge.name.encode(), self.seed)
        place = (delay_ps, hops, rank, edge.name)
        return (place, edge.source, edge) if here is None or place < here else None
