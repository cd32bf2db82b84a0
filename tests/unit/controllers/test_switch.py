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
        self.ofproto = SimpleNamespace(OFPMPF_REPLY_MORE=1, OFPTT_ALL=255, OFPP_ANY=0, OFPG_ANY=0, OFPAT_OUTPUT=0)
        self.ofproto_parser = SimpleNamespace(
            OFPBarrierRequest=lambda datapath: Message(),
            OFPMatch=lambda: None,
            OFPFlowStatsRequest=lambda **fields: Message(),
        )

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


def entry(fields: dict[str, Any], byte_count: int) -> Any:
    match = SimpleNamespace(items=lambda: list(fields.items()))
    return SimpleNamespace(match=match, priority=100, instructions=[], byte_count=byte_count)


def test_counters_are_told_from_what_a_new_switch_holds_by_the_number_of_the_question() -> None:
    """A flow that cannot be ours is left out; an older answer is none."""
    datapath = Datapath()
    switch = Switch(datapath)
    switch.ask_for_counters()
    first = SimpleNamespace(body=[entry({"in_port": 1}, 5)], flags=1, xid=101)
    last = SimpleNamespace(body=[entry({"in_port": 2}, 7), entry({"tcp_dst": 80}, 9)], flags=0, xid=101)
    assert [switch.counts(message) for message in (first, last, SimpleNamespace(xid=100))] == [True, True, False]
    assert switch.take_counters(first) is None
    assert switch.take_counters(last) == ((flow(1).key, 5), (flow(2).key, 7))
    switch.ask_for_counters()
    assert not switch.counts(first)
    assert switch.take_counters(SimpleNamespace(body=[], flags=0, xid=102)) == ()
