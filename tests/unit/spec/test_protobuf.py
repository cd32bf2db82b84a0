"""The wire format: numbers and fields come back, and what is broken is said to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.spec import protobuf as wire


@given(st.integers(0, 2**64 - 1))
def test_numbers_come_back(value: int) -> None:
    assert wire.read_varint(wire.varint(value), 0) == (value, len(wire.varint(value)))


def test_a_number_as_the_encoding_guide_shows_it() -> None:
    assert wire.varint(150) == b"\x96\x01"
    assert wire.number_field(1, 150) == b"\x08\x96\x01"
    assert wire.bytes_field(2, b"testing") == b"\x12\x07testing"


def test_fields_come_back() -> None:
    message = wire.number_field(1, 7) + wire.bytes_field(2, b"ab") + wire.double_field(3, 0.5)
    assert list(wire.read_fields(message)) == [
        (1, wire.VARINT, 7),
        (2, wire.BYTES, b"ab"),
        (3, wire.EIGHT_BYTES, b"\x00\x00\x00\x00\x00\x00\xe0\x3f"),
    ]


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_messages_come_back(messages: list[bytes]) -> None:
    assert list(wire.read_delimited(b"".join(map(wire.delimited, messages)))) == messages


def test_packed_and_single_numbers() -> None:
    assert wire.packed(7) == [7]
    assert wire.packed(b"\x03\x96\x01") == [3, 150]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x08", "it ends within a number"),
        (b"\x12\x05ab", "it ends within a field"),
        (b"\x0b", "a field has the unknown wire type 3"),
        (b"\x08" + b"\xff" * 11, "a number does not end"),
    ],
)
def test_what_is_no_message(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(wire.read_fields(data))
