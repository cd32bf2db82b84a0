"""MLCommons Chakra execution traces: one file for each rank, a metadata message and then a message for each node.

Field numbers and types follow the schema ``et_def.proto`` of MLCommons Chakra. A trace that the twin writes keeps each
step's number as its node's id, so that it reads as the same graph again. Ranks of a graph that share a server share a
file; attributes of our own then tell them apart, and ``comm_tag`` their connections. Where a step waits for one of
another file without a message, an empty message stands for it: the twin takes it as that wait, which takes no time,
and other programs as a small message.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from twin.errors import BadInput
from twin.spec import protobuf as wire
from twin.workloads.graph import COMPUTE, RECEIVE, SEND, Graph, Step

#: Numbers of the schema's node types.
INVALID, COMPUTING, SENDING, RECEIVING, COLLECTIVE = 0, 4, 5, 6, 7
#: Version that the metadata of our traces names.
VERSION: Final = b"0.0.4"
#: The exact computing time of a step; the schema's own field counts whole microseconds.
SECONDS: Final = "twin_seconds"
#: The graph's ranks of a step and of its peer, where they are not the numbers of their files.
RANK, PEER = "twin_rank", "twin_peer"
#: Number of a wait without a message; both of its nodes have it.
WAIT: Final = "twin_wait"

_ID, _NAME, _TYPE, _CONTROL, _DATA, _DURATION, _ATTRIBUTE = 1, 2, 3, 4, 5, 7, 10
_DOUBLE, _INT64, _UINT64 = 3, 9, 13
#: Fields of an attribute that hold a plain number as a varint: int32, int64, uint32, uint64, bool.
_INTEGERS: Final = (7, _INT64, 11, _UINT64, 27)
_ZIGZAG: Final = (15, 17)


@dataclass(frozen=True)
class Node:
    """One node of a rank's trace; ``after`` are the ids that it waits for, ``attributes`` those that are numbers."""

    identity: int
    name: str
    kind: int
    after: tuple[int, ...] = ()
    seconds: float = 0.0
    attributes: dict[str, float] = field(default_factory=dict)


def read(path: Path) -> list[Node]:
    """The nodes of one rank's file, in its order. Raises ``BadInput`` for a file that is no trace."""
    try:
        messages = list(wire.read_delimited(path.read_bytes()))
        nodes = [_node(message) for message in messages[1:]]
    except OSError as problem:
        raise BadInput(str(path), "", f"found no readable file ({type(problem).__name__})") from problem
    except (ValueError, struct.error) as problem:
        raise BadInput(str(path), "", f"found a file that is not a Chakra trace: {problem}") from problem
    seen: set[int] = set()
    for node in nodes:
        if node.identity in seen:
            raise BadInput(str(path), f"node {node.identity}", "found its id a second time", "each id once")
        seen.add(node.identity)
    return nodes


def _node(message: bytes) -> Node:
    identity, name, kind, duration_us = 0, "", INVALID, 0
    after: list[int] = []
    attributes: dict[str, float] = {}
    for number, _wire, value in wire.read_fields(message):
        if number in (_CONTROL, _DATA):
            after += wire.packed(value)
        elif number == _ATTRIBUTE and isinstance(value, bytes):
            attributes.update(_attribute(value))
        elif number == _NAME and isinstance(value, bytes):
            name = value.decode("utf-8", "replace")
        elif isinstance(value, int):
            identity = value if number == _ID else identity
            kind = value if number == _TYPE else kind
            duration_us = value if number == _DURATION else duration_us
    seconds = attributes.get(SECONDS, duration_us / 1e6)
    return Node(identity, name, kind, tuple(dict.fromkeys(after)), seconds, attributes)


def _attribute(message: bytes) -> Iterator[tuple[str, float]]:
    """(name, value) of an attribute that is a number; nothing for others."""
    name = ""
    for number, _wire, value in wire.read_fields(message):
        if number == 1 and isinstance(value, bytes):
            name = value.decode("utf-8", "replace")
        elif isinstance(value, int) and number in _INTEGERS:
            yield name, value
        elif isinstance(value, int) and number in _ZIGZAG:
            yield name, value >> 1 ^ -(value & 1)
        elif number == _DOUBLE and isinstance(value, bytes):
            yield name, struct.unpack("<d", value)[0]


def write(graph: Graph, folder: Path, name: str, files: Sequence[int] = ()) -> list[Path]:
    """Write ``NAME.NUMBER.et`` for each file into ``folder`` and return their paths; ``files[i]`` is the number of rank
    i's file (by default its own)."""
    writer = _Writer(graph, files or range(graph.ranks))
    paths = [folder / f"{name}.{number}.et" for number in range(len(writer.texts))]
    for path, text in zip(paths, writer.texts, strict=True):
        path.write_bytes(text)
    return paths


class _Writer:
    """The files' ``texts``."""

    def __init__(self, graph: Graph, files: Sequence[int]) -> None:
        self._graph = graph
        self._files = files
        self._channels = {ranks: tag for tag, ranks in enumerate(graph.channels())}
        self._waits: dict[tuple[int, int], int] = {}
        header = wire.delimited(wire.bytes_field(1, VERSION))
        self.texts = [bytearray(header) for _ in range(max(files, default=-1) + 1)]
        for index, step in enumerate(graph.steps):
            self.texts[files[step.rank]] += wire.delimited(self._message(index, step))

    def _message(self, index: int, step: Step) -> bytes:
        kind = {SEND: SENDING, RECEIVE: RECEIVING, COMPUTE: COMPUTING}[step.kind]
        here = self._files[step.rank]
        out = _head(index, step.kind, kind, [self._before(before, here) for before in step.after])
        own = {} if step.rank == here else {RANK: step.rank}
        if step.kind == COMPUTE:
            out += wire.number_field(_DURATION, round(step.seconds * 1e6))
            return out + _attribute_field(SECONDS, wire.double_field(_DOUBLE, step.seconds)) + _numbers(own)
        there = self._files[step.peer]
        own |= {} if step.peer == there else {PEER: step.peer}
        ranks = (step.rank, step.peer) if step.kind == SEND else (step.peer, step.rank)
        ends = (here, there) if step.kind == SEND else (there, here)
        own |= {"comm_tag": self._channels[ranks]} if own else {}
        return out + _numbers({"comm_src": ends[0], "comm_dst": ends[1], "comm_size": step.size_bytes} | own)

    def _before(self, before: int, here: int) -> int:
        """The node of file ``here`` that stands for step ``before``: its own, or one that receives an empty message."""
        there = self._files[self._graph.steps[before].rank]
        if there == here:
            return before
        if (before, here) not in self._waits:
            number = self._waits[before, here] = len(self._waits)
            tag = len(self._channels) + number
            ends = {"comm_src": there, "comm_dst": here, "comm_size": 0, "comm_tag": tag, WAIT: number}
            sends = _head(self._wait_id(number), "tell", SENDING, [before]) + _numbers(ends)
            receives = _head(self._wait_id(number) + 1, "wait", RECEIVING, []) + _numbers(ends)
            self.texts[there] += wire.delimited(sends)
            self.texts[here] += wire.delimited(receives)
        return self._wait_id(self._waits[before, here]) + 1

    def _wait_id(self, number: int) -> int:
        return len(self._graph.steps) + 2 * number


def _head(identity: int, name: str, kind: int, after: Sequence[int]) -> bytes:
    out = wire.number_field(_ID, identity) + wire.bytes_field(_NAME, f"{name} {identity}".encode())
    return out + wire.number_field(_TYPE, kind) + b"".join(wire.number_field(_DATA, before) for before in after)


def _numbers(values: Mapping[str, int]) -> bytes:
    fields = ((name, wire.number_field(_INT64, value)) for name, value in values.items())
    return b"".join(_attribute_field(name, field) for name, field in fields)


def _attribute_field(name: str, value: bytes) -> bytes:
    return wire.bytes_field(_ATTRIBUTE, wire.bytes_field(1, name.encode()) + value)
