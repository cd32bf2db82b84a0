"""Netlink's framing."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from twin.emulation.netlink import NLM_F_ACK, RTM_NEWLINK, _numbered, attribute, attributes, interface_state


@given(st.lists(st.tuples(st.integers(0, 0x3FFF), st.binary(max_size=40))))
def test_attributes_come_back_as_they_went(pairs: list[tuple[int, bytes]]) -> None:
    packed = b"".join(attribute(kind, payload) for kind, payload in pairs)
    assert len(packed) % 4 == 0
    assert list(attributes(packed)) == pairs


def test_an_interface_goes_up_and_down() -> None:
    for up in (True, False):
        message = interface_state(9, up)
        length, kind = struct.unpack_from("=IH", message)
        assert (length, kind) == (len(message), RTM_NEWLINK)
        assert struct.unpack_from("=BxHiII", message, 16) == (0, 0, 9, int(up), 1)


def test_a_batch_is_numbered_and_only_its_last_request_is_acknowledged() -> None:
    batch = [_numbered(interface_state(9, True), index, last=2) for index in range(3)]
    heads = [struct.unpack_from("=IHHI", message) for message in batch]
    assert [(flags & NLM_F_ACK, number) for _length, _kind, flags, number in heads] == [(0, 0), (0, 1), (NLM_F_ACK, 2)]
    assert batch[0][12:] == batch[2][12:] == interface_state(9, True)[12:]
