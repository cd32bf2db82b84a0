"""FlowMod messages of OpenFlow 1.3 as far as an optical switch reads them: which light goes where. Pure.

A cross-connect is a flow that matches a port (and perhaps a channel, a VLAN id) and outputs to one port, with the tag
pushed, set or popped on the way. Whatever else a controller installs (a table-miss entry, say) is not light.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from twin.physics.wiring import CrossConnect

ADD, MODIFY, MODIFY_STRICT, DELETE, DELETE_STRICT = range(5)
OFPP_ANY = OFPG_ANY = 0xFFFFFFFF
FLOW_MOD, ERROR = 14, 1
OFPET_FLOW_MOD_FAILED, OFPFMFC_BAD_COMMAND = 5, 6
_MATCH = 48  # where the match begins
_BASIC, _IN_PORT, _VLAN_VID = 0x8000, 0, 6
_WRITE_ACTIONS, _APPLY_ACTIONS = 3, 4
_OUTPUT, _PUSH_VLAN, _POP_VLAN, _SET_FIELD = 0, 17, 18, 25
_VID = 0x0FFF


@dataclass(frozen=True)
class FlowMod:
    """One message. ``in_port`` and ``channel`` are None where the match does not name them; ``others`` is True where
    it names anything else. ``outputs`` are the ports, ``tag`` the channel that the actions leave (None: as it came)."""

    message: bytes
    command: int
    priority: int
    cookie: int
    cookie_mask: int
    out_port: int
    match: bytes
    in_port: int | None
    channel: int | None
    others: bool
    outputs: tuple[int, ...]
    tag: int | None

    def cross_connect(self, switch: str) -> CrossConnect | None:
        """The light that this flow switches, or None where it is not a cross-connect."""
        if self.in_port is None or self.others or len(self.outputs) != 1:
            return None
        entered = self.channel or 0
        left = entered if self.tag is None else self.tag
        return CrossConnect(switch, self.in_port, entered, self.outputs[0], left)

    def deletion(self) -> bytes:
        """The message that removes exactly this flow."""
        length = _MATCH + len(self.match)
        head = struct.pack("!BBHI", 4, FLOW_MOD, length, 0) + struct.pack("!QQ", 0, 0)
        rest = (self.message[24], DELETE_STRICT, 0, 0, self.priority, 0, OFPP_ANY, OFPG_ANY, 0)
        return head + struct.pack("!BBHHHIIIHxx", *rest) + self.match

    def deletes(self, other: FlowMod) -> bool:
        """Does this message, a deletion, remove the flow ``other``?"""
        if self.command == DELETE_STRICT and (self.priority, self.match) != (other.priority, other.match):
            return False
        if self.others or (self.cookie ^ other.cookie) & self.cookie_mask:
            return False
        fits_port = self.in_port in (None, other.in_port) and self.channel in (None, other.channel)
        return fits_port and (self.out_port == OFPP_ANY or self.out_port in other.outputs)

    def refusal(self) -> bytes:
        """The error with which an optical switch answers a command that it does not know."""
        xid = self.message[4:8]
        told = self.message[:64]
        return struct.pack("!BBH", 4, ERROR, 12 + len(told)) + xid + struct.pack("!HH", 5, OFPFMFC_BAD_COMMAND) + told


def parse(message: bytes) -> FlowMod:
    """Read a whole FlowMod message."""
    cookie, cookie_mask, _table, command, _idle, _hard, priority, _buffer, out_port = struct.unpack_from(
        "!QQBBHHHII", message, 8
    )
    (length,) = struct.unpack_from("!H", message, _MATCH + 2)
    padded = (length + 7) & ~7
    match = message[_MATCH : _MATCH + padded]
    in_port, channel, others = _read_match(match[4:length])
    outputs, tag = _read_actions(message[_MATCH + padded :])
    return FlowMod(
        message, command, priority, cookie, cookie_mask, out_port, match, in_port, channel, others, outputs, tag
    )


def _read_match(fields: bytes) -> tuple[int | None, int | None, bool]:
    in_port: int | None = None
    channel: int | None = None
    others = False
    for kind, value in _oxm(fields):
        if kind == _IN_PORT:
            in_port = int.from_bytes(value)
        elif kind == _VLAN_VID:
            channel = int.from_bytes(value[:2]) & _VID
        else:
            others = True
    return in_port, channel, others


def _oxm(fields: bytes) -> Iterator[tuple[int | None, bytes]]:
    """(field, value) of each match field; the field is None outside of the basic class."""
    offset = 0
    while offset + 4 <= len(fields):
        family, field, length = struct.unpack_from("!HBB", fields, offset)
        yield (field >> 1 if family == _BASIC else None), fields[offset + 4 : offset + 4 + length]
        offset += 4 + length


def _read_actions(instructions: bytes) -> tuple[tuple[int, ...], int | None]:
    outputs: list[int] = []
    tag: int | None = None
    for kind, body in _items(instructions):
        if kind not in (_WRITE_ACTIONS, _APPLY_ACTIONS):
            continue
        for action, value in _items(body[4:]):
            if action == _OUTPUT:
                outputs.append(struct.unpack_from("!I", value)[0])
            elif action == _POP_VLAN:
                tag = 0
            elif action == _SET_FIELD:
                tag = next((int.from_bytes(v[:2]) & _VID for field, v in _oxm(value) if field == _VLAN_VID), tag)
    return tuple(outputs), tag


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Instructions and actions alike: a kind, a length that counts both, a body."""
    offset = 0
    while offset + 4 <= len(data):
        kind, length = struct.unpack_from("!HH", data, offset)
        yield kind, data[offset + 4 : offset + length]
        offset += max(length, 4)
