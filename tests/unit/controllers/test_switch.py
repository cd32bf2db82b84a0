"""A switch's unconfirmed messages, with a datapath that only counts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("controllers.ofapi")

from controllers.switch import Switch
from twin.control.flows import Flow, Match


class Datapath:
    """Gives messages their numbers and keeps them. Everything it is asked for is there, and does nothing."""

    def __init__(self) -> None:
        self.id = 1
        self.sent: list[Any] = []
        self.xid = 100
        self.ofproto = SimpleNamespace(OFPMPF_REPLY_MORE=1)
        self.ofproto_parser = SimpleNamespace(OFPBarrierRequest=lambda datapath: Message())

    def set_xid(self, message: Any) -> int:
        self.xid += 1
        message.set_xid(self.xid)
        return self.xid

    def send_msg(self, message: Any) -> None:
        self.sent.append(message.xid)


class Message:
    """A message that only has a number."""

    def set_xid(self, xid: int) -> None:
        self.xid = xid


def flow(port: int) -> Flow:
    return Flow(1, 100, Match(in_port=port))


def test_a_flow_is_known_by_its_message_until_the_next_barrier_is_answered() -> None:
    datapath = Datapath()
    switch = Switch(datapath)
    switch.send(Message(), flow(1))
    switch.send(Message(), None)
    switch.send_barrier(7)
    switch.send(Message(), flow(2))
    assert datapath.sent == [101, 102, 7, 103]
    assert [switch.entry_sent(xid) for xid in (101, 102, 7, 103)] == [flow(1), None, None, flow(2)]
    switch.done(7)
    assert [switch.entry_sent(xid) for xid in (101, 103)] == [None, flow(2)]
    switch.done(8)
    assert switch.entry_sent(103) is None


def test_an_answer_in_parts_is_whole_with_the_last() -> None:
    switch = Switch(Datapath())
    assert switch.take_flows(SimpleNamespace(body=[], flags=1)) is False
    assert switch.take_flows(SimpleNamespace(body=[], flags=0)) is True
    assert switch.flows == []
