"""As much of protobuf's wire format as a trace needs: varints, doubles, and byte strings. Standard library only.

A message is a row of (field number, wire type, value); an unknown field can be skipped without knowing what it is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

VARINT: Final = 0
EIGHT_BYTES: Final = 1
BYTES: Final = 2
FOUR_BYTES: Final = 5
_MOST_VARINT_BYTES: Final = 10

Value = int | bytes


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """(value, where it ends). Raises ``ValueError`` where the data ends first or the number does not."""
    value = 0
    for count in range(_MOST_VARINT_BYTES):
        if at >= len(data):
            raise ValueError("it ends within a number")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, at
    raise ValueError("a number does not end")


def read_fields(data: bytes) -> Iterator[tuple[int, int, Value]]:
    """(field number, wire type, value) of each field. Raises ``ValueError`` where it is no message."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            value, at = read_varint(data, at)
            yield number, wire, value
            continue
        if wire not in (EIGHT_BYTES, BYTES, FOUR_BYTES):
            raise ValueError(f"a field has the unknown wire type {wire}")
        length = {EIGHT_BYTES: 8, FOUR_BYTES: 4}.get(wire, 0)
        if wire == BYTES:
            length, at = read_varint(data, at)
        if at + length > len(data):
            raise ValueError("it ends within a field")
        yield number, wire, data[at : at + length]
        at += length


def read_delimited(data: bytes) -> Iterator[bytes]:
    """The messages of a file in which each has its length before it. Raises ``ValueError``."""
    at = 0
    while at < len(data):
        length, at = read_varint(data, at)
        if at + length > len(data):
            raise ValueError("it ends within a message")
        yield data[at : at + length]
        at += length


def packed(value: Value) -> list[int]:
    """The numbers of a repeated field: one alone, or many packed into one byte string. Raises ``ValueError``."""
    if isinstance(value, int):
        return [value]
    numbers, at = [], 0
    while at < len(value):
        number, at = read_varint(value, at)
        numbers.append(number)
    return numbers


def varint(value: int) -> bytes:
    """A number that is not negative, as on the wire."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number_field(number: int, value: int) -> bytes:
    """A field with a number."""
    return varint(number << 3 | VARINT) + varint(value)


def bytes_field(number: int, value: bytes) -> bytes:
    """A field with a byte string, a text or a message."""
    return varint(number << 3 | BYTES) + varint(len(value)) + value


def double_field(number: int, value: float) -> bytes:
    """A field with a double."""
    return varint(number << 3 | EIGHT_BYTES) + struct.pack("<d", value)


def delimited(message: bytes) -> bytes:
    """A message with its length before it."""
    return varint(len(message)) + message
