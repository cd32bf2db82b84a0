"""What the proxy adds to the messages that it passes on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from twin.emulation.control_channel import HEADER, Message
from twin.emulation.proxy import BARRIER_REQUEST, FLOW_MOD, MULTIPART_REQUEST, OWN_XID, Session

GROUP_FEATURES = 8


class Switch:
    """Keeps what is written to it."""

    def __init__(self, told: list[str]) -> None:
        self.told = told

    def write(self, message: bytes) -> None:
        _, kind, _, xid = HEADER.unpack_from(message)
        self.told.append(f"{kind}, own" if kind == BARRIER_REQUEST and xid >= OWN_XID else str(kind))

    async def drain(self) -> None:
        pass


class Cache:
    """Says when it is emptied."""

    def __init__(self, told: list[str]) -> None:
        self.told = told

    async def empty(self) -> None:
        self.told.append("cache emptied")


def passed(*messages: bytes) -> list[str]:
    """What happens when the controller sends ``messages``."""
    told: list[str] = []
    todo = list(messages)

    async def receive() -> Message:
        if not todo:
            raise asyncio.IncompleteReadError(b"", 8)
        message = todo.pop(0)
        return message[1], message

    session = Session(Cache(told), None, {})  # type: ignore[arg-type]
    stand_in: Any = Switch(told)
    with pytest.raises(asyncio.IncompleteReadError):
        asyncio.run(session.to_switch(receive, stand_in, stand_in))
    return told


def multipart(kind: int) -> bytes:
    return HEADER.pack(4, MULTIPART_REQUEST, 16, 1) + kind.to_bytes(2) + bytes(6)


@pytest.mark.parametrize(("kind", "current"), [(1, True), (2, True), (4, False), (GROUP_FEATURES, False)])
def test_flows_counters_are_current_when_the_switch_is_asked(kind: int, current: bool) -> None:
    assert passed(multipart(kind)) == [*(["cache emptied"] if current else []), "18"]


def test_a_change_is_followed_by_a_barrier_of_the_proxys_own() -> None:
    assert passed(HEADER.pack(4, FLOW_MOD, 8, 5)) == ["14", "20, own"]
