"""Chakra traces of all ranks as one graph.

Nodes are taken in the order of their dependencies, those with small ids first; a collective waits until every rank has
come to it, and becomes sends and receives. The k-th send from one rank to another belongs to the k-th receive. Each
file is one rank of the graph; of traces that the twin wrote it can be several, and an empty message only a wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from pathlib import Path
from typing import Final

from twin.errors import BadInput
from twin.spec import chakra
from twin.spec.chakra import Node
from twin.workloads.collectives import Ready, add_all_to_all, add_broadcast, add_ring, all_gather, reduce_scatter
from twin.workloads.critical_path import end_times
from twin.workloads.graph import COMPUTE, RECEIVE, SEND, Graph, GraphBuilder

#: Numbers of the schema's collectives that can be played. A barrier is an all-reduce of a byte for each rank; the
#: schema names no root for a broadcast, which comes from rank 0 (assumed).
ALL_REDUCE, ALL_GATHER, BROADCAST, ALL_TO_ALL, REDUCE_SCATTER, BARRIER = 0, 2, 5, 6, 7, 9
PLAYED: Final = {
    ALL_REDUCE: "ALL_REDUCE",
    ALL_GATHER: "ALL_GATHER",
    BROADCAST: "BROADCAST",
    ALL_TO_ALL: "ALL_TO_ALL",
    REDUCE_SCATTER: "REDUCE_SCATTER",
    BARRIER: "BARRIER",
}
#: A collective travels in so many slices, where it is large enough.
SLICES: Final = 8
#: Ranks that a graph may have.
MOST_RANKS: Final = 1_000_000


@dataclass
class _Rank:
    """One rank's nodes, and how far it is."""

    path: Path
    nodes: dict[int, Node]
    left: dict[int, int]
    followers: dict[int, list[int]]
    done: dict[int, tuple[int, ...]]
    collective: Node | None = None


@dataclass(frozen=True)
class Traces:
    """``files[i]`` is the number of the file that rank i of ``graph`` was in."""

    graph: Graph
    files: tuple[int, ...]


def read_graph(paths: Sequence[Path]) -> Graph:
    """The graph of the traces in ``paths``, rank 0 first. Raises ``BadInput`` naming the file and the node."""
    return read_traces(paths).graph


def read_traces(paths: Sequence[Path]) -> Traces:
    """As ``read_graph``, with the files of its ranks."""
    reader = _Reader([_rank(path) for path in paths])
    return Traces(reader.read(), reader.files())


def _rank(path: Path) -> _Rank:
    nodes = {node.identity: node for node in chakra.read(path)}
    followers: dict[int, list[int]] = {identity: [] for identity in nodes}
    for node in nodes.values():
        for before in node.after:
            if before not in nodes:
                found = f"found that it waits for node {before}, which is not there"
                raise BadInput(str(path), f"node {node.identity}", found)
            followers[before].append(node.identity)
    return _Rank(path, nodes, {i: len(node.after) for i, node in nodes.items()}, followers, {})


class _Reader:
    def __init__(self, ranks: list[_Rank]) -> None:
        self._ranks = ranks
        self._builder = GraphBuilder(len(ranks))
        self._ready: list[tuple[bool, int, int]] = []
        self._origin: dict[int, tuple[int, Node]] = {}
        self._file_of: dict[int, int] = {}
        self._told: dict[int, tuple[int, ...]] = {}
        self._waiting: dict[int, list[tuple[int, Node]]] = {}
        self._messages: dict[str, Counter[tuple[int, int, int, int]]] = {SEND: Counter(), RECEIVE: Counter()}

    def read(self) -> Graph:
        for number, rank in enumerate(self._ranks):
            for identity, count in rank.left.items():
                if count == 0:
                    self._push(number, identity)
        while self._ready:
            _first, identity, number = heappop(self._ready)
            self._take(number, self._ranks[number].nodes[identity])
        self._check_all_done()
        self._check_messages()
        graph = self._builder.build()
        for step, end_s in enumerate(end_times(graph)):
            if end_s is None and step in self._origin:
                number, node = self._origin[step]
                raise self._bad(number, node, "found that it would never end: it waits for a message that waits for it")
        return graph

    def files(self) -> tuple[int, ...]:
        """The file of each rank; of one that does nothing, that of its number or the last."""
        last = len(self._ranks) - 1
        return tuple(self._file_of.get(rank, min(rank, last)) for rank in range(self._builder.ranks))

    def _push(self, number: int, identity: int) -> None:
        """A wait goes before all else: it is no step of its own."""
        step = chakra.WAIT not in self._ranks[number].nodes[identity].attributes
        heappush(self._ready, (step, identity, number))

    def _take(self, number: int, node: Node) -> None:
        if chakra.WAIT in node.attributes:
            self._wait(number, node, int(node.attributes[chakra.WAIT]))
        elif node.kind == chakra.COLLECTIVE:
            self._come_to(number, node)
        elif node.kind in (chakra.SENDING, chakra.RECEIVING):
            self._finish(number, node, (self._message(number, node),))
        elif node.kind == chakra.INVALID:
            raise self._bad(number, node, "found a node without a type")
        else:
            rank, after = self._rank_of(number, number, node, chakra.RANK), self._after(number, node)
            self._finish(number, node, (self._builder.add(rank, COMPUTE, seconds=node.seconds, after=after),))

    def _wait(self, number: int, node: Node, wait: int) -> None:
        """One end of wait ``wait``: what is waited for, or who waits."""
        after = self._after(number, node)
        if node.kind == chakra.SENDING:
            self._told[wait] = after
            self._finish(number, node, after)
        else:
            self._waiting.setdefault(wait, []).append((number, node))
        if wait in self._told:
            for other, waits in self._waiting.pop(wait, []):
                self._finish(other, waits, self._told[wait])

    def _rank_of(self, number: int, file: int, node: Node, attribute: str) -> int:
        """The graph's rank that ``attribute`` names, which belongs to ``file``; without it the file's own."""
        rank = int(node.attributes.get(attribute, file))
        if rank >= MOST_RANKS or self._file_of.setdefault(rank, file) != file:
            raise self._bad(number, node, f"found the {attribute} {rank}, which another file has")
        self._builder.ranks = max(self._builder.ranks, rank + 1)
        return rank

    def _after(self, number: int, node: Node) -> tuple[int, ...]:
        done = self._ranks[number].done
        return tuple(step for before in node.after for step in done[before])

    def _finish(self, number: int, node: Node, steps: tuple[int, ...]) -> None:
        rank = self._ranks[number]
        rank.done[node.identity] = steps
        for follower in rank.followers[node.identity]:
            rank.left[follower] -= 1
            if rank.left[follower] == 0:
                self._push(number, follower)

    def _message(self, number: int, node: Node) -> int:
        kind, attribute = (SEND, "comm_dst") if node.kind == chakra.SENDING else (RECEIVE, "comm_src")
        peer, size = self._number(number, node, attribute), self._number(number, node, "comm_size")
        if not 0 <= peer < len(self._ranks) or peer == number:
            found = f"found a {kind} {'to' if kind == SEND else 'from'} rank {peer}"
            others = ", ".join(str(other) for other in range(len(self._ranks)) if other != number)
            raise self._bad(number, node, found, f"the other ranks that have a file: {others}")
        near = self._rank_of(number, number, node, chakra.RANK)
        far = self._rank_of(number, peer, node, chakra.PEER)
        self._messages[kind][(number, peer, near, far) if kind == SEND else (peer, number, far, near)] += 1
        step = self._builder.add(near, kind, peer=far, size_bytes=size, after=self._after(number, node))
        self._origin[step] = number, node
        return step

    def _number(self, number: int, node: Node, attribute: str) -> int:
        value = node.attributes.get(attribute)
        if value is None:
            raise self._bad(number, node, f"the attribute {attribute!r} is missing")
        return int(value)

    def _come_to(self, number: int, node: Node) -> None:
        rank = self._ranks[number]
        if rank.collective is not None:
            found = f"found two collectives at one time, this and node {rank.collective.identity}"
            raise self._bad(number, node, found, "", "make one wait for the other")
        rank.collective = node
        nodes = [each.collective for each in self._ranks]
        here = [each for each in nodes if each is not None]
        if len(here) < len(nodes):
            return
        steps = self._collective(here)
        for each, (other, done) in enumerate(zip(here, steps, strict=True)):
            self._ranks[each].collective = None
            self._finish(each, other, done)

    def _collective(self, nodes: Sequence[Node]) -> list[tuple[int, ...]]:
        """Expand one collective, which ``nodes`` are on the ranks; returns after which steps each rank has it."""
        what = [(self._number(i, node, "comm_type"), self._size(i, node)) for i, node in enumerate(nodes)]
        kind, size = what[0]
        for i, node in enumerate(nodes):
            if what[i] != what[0]:
                found = f"found a collective of type {what[i][0]} and {what[i][1]} bytes, where rank 0 has {what[0]}"
                raise self._bad(i, node, found)
        if kind not in PLAYED:
            raise self._bad(0, nodes[0], f"found a collective of type {kind}", ", ".join(PLAYED.values()))
        ranks = range(len(nodes))
        after = {i: self._after(i, node) for i, node in enumerate(nodes)}
        if kind == ALL_TO_ALL:
            return list(add_all_to_all(self._builder, ranks, size, after).values())
        if kind == BROADCAST:
            return list(add_broadcast(self._builder, ranks, size, min(SLICES, max(size, 1)), after).values())
        size = max(size, len(nodes))
        slices = min(SLICES, size // len(nodes))
        ready: Ready = {(i, piece): after[i] for i in ranks for piece in range(slices)}
        add = {ALL_GATHER: all_gather, REDUCE_SCATTER: reduce_scatter}.get(kind, add_ring)
        done = add(self._builder, ranks, size, slices, ready)
        return [tuple(step for piece in range(slices) for step in done[i, piece]) for i in ranks]

    def _size(self, number: int, node: Node) -> int:
        barrier = node.attributes.get("comm_type") == BARRIER
        return 0 if barrier else self._number(number, node, "comm_size")

    def _check_all_done(self) -> None:
        nodes = [node for rank in self._ranks for node in rank.nodes.values()]
        told = {node.attributes.get(chakra.WAIT) for node in nodes if node.kind == chakra.SENDING}
        for wait, ends in self._waiting.items():
            if wait not in told:
                raise self._bad(*ends[0], f"found the {chakra.WAIT} {wait}, which no rank tells it of")
        for number, rank in enumerate(self._ranks):
            if rank.collective is not None:
                waits = next(i for i, other in enumerate(self._ranks) if other.collective is None)
                found = f"found a collective that rank {waits} never comes to"
                raise self._bad(number, rank.collective, found)
        for number, rank in enumerate(self._ranks):
            for identity, node in rank.nodes.items():
                if identity not in rank.done:
                    raise self._bad(number, node, "found a cycle: it waits for itself, over other nodes")

    def _check_messages(self) -> None:
        sent, received = self._messages[SEND], self._messages[RECEIVE]
        for pair in sorted(sent | received):
            if sent[pair] != received[pair]:
                found = f"found {sent[pair]} sends to rank {pair[1]}, and {received[pair]} receives there"
                raise BadInput(str(self._ranks[pair[0]].path), "", found, "as many of both")

    def _bad(self, number: int, node: Node, found: str, allowed: str = "", remedy: str = "") -> BadInput:
        return BadInput(str(self._ranks[number].path), f"node {node.identity}", found, allowed, remedy)
