"""MLCommons Chakra execution traces: one file for each rank, a metadata message and then a message for each node.

Field numbers and types follow the schema ``et_def.proto`` of MLCommons Chakra. A trace that the twin writes keeps each
step's number as its node's id, so that it reads as the same graph again.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
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


def write(graph: Graph, folder: Path, name: str) -> list[Path]:
    """Write ``NAME.RANK.et`` for each rank into ``folder`` and return their paths."""
    texts = [bytearray(wire.delimited(wire.bytes_field(1, VERSION))) for _ in range(graph.ranks)]
    for index, step in enumerate(graph.steps):
        texts[step.rank] += wire.delimited(_message(index, step))
    paths = [folder / f"{name}.{rank}.et" for rank in range(graph.ranks)]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text)
    return paths


def _message(index: int, step: Step) -> bytes:
    kind = {SEND: SENDING, RECEIVE: RECEIVING, COMPUTE: COMPUTING}[step.kind]
    out = wire.number_field(_ID, index) + wire.bytes_field(_NAME, f"{step.kind} {index}".encode())
    out += wire.number_field(_TYPE, kind)
    out += b"".join(wire.number_field(_DATA, before) for before in step.after)
    if step.kind == COMPUTE:
        out += wire.number_field(_DURATION, round(step.seconds * 1e6))
        return out + _attribute_field(SECONDS, wire.double_field(_DOUBLE, step.seconds))
    ends = (step.rank, step.peer) if step.kind == SEND else (step.peer, step.rank)
    for name, value in zip(("comm_src", "comm_dst", "comm_size"), (*ends, step.size_bytes), strict=True):
        out += _attribute_field(name, wire.number_field(_INT64, value))
    return out


def _attribute_field(name: str, value: bytes) -> bytes:
    return wire.bytes_field(_ATTRIBUTE, wire.bytes_field(1, name.encode()) + value)
