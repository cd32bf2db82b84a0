from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controllers.openflow import (
    COOKIE,
    GROUPS,
    add_message,
    flow_of,
    group_message,
    group_of,
    is_up,
    packet_out_message,
    remove_group_message,
    remove_message,
)
from twin.control.flows import (
    Action,
    Bucket,
    Choice,
    Flow,
    Group,
    Match,
    Output,
    PopChannel,
    PushChannel,
    ToController,
    ToGroup,
    TurnBack,
)

ofapi = pytest.importorskip("controllers.ofapi")


@pytest.fixture(scope="module")
def datapath() -> Any:
    """The version of the protocol that a connection settles on, without a connection."""
    desc = pytest.importorskip(f"{ofapi.PACKAGE}.ofproto.ofproto_protocol").ProtocolDesc(4)
    return SimpleNamespace(ofproto=desc.ofproto, ofproto_parser=desc.ofproto_parser)


ports = st.integers(1, 1000)
channels = st.integers(1, 96)
addresses = st.tuples(st.integers(0, 255), st.integers(0, 255))
matches = st.one_of(
    st.builds(lambda port, vlan: Match(in_port=port, vlan=vlan), ports, st.none() | channels),
    st.builds(lambda a: Match(eth_type=0x0800, ipv4_dst=f"10.{a[0]}.{a[1]}.1/32"), addresses),
    st.builds(lambda a: Match(eth_type=0x0800, ipv4_dst=f"10.{a[0]}.0.0/16"), addresses),
    st.builds(lambda a: Match(eth_type=0x0800, ipv4_dst="10.1.0.1/32", ipv4_src=f"10.{a[0]}.{a[1]}.1/32"), addresses),
    st.just(Match(eth_type=0x0806)),
    st.just(Match()),
)
actions: st.SearchStrategy[tuple[Action, ...]] = st.one_of(
    st.just(()),
    st.builds(lambda port: (Output(port),), ports),
    st.builds(lambda channel, port: (PushChannel(channel), Output(port)), channels, ports),
    st.builds(lambda port: (PopChannel(), Output(port)), ports),
    st.just((ToController(),)),
    st.just((TurnBack(),)),
    st.builds(lambda number: (ToGroup(number),), st.integers(1, 0xFFFF)),
)
buckets = st.builds(lambda port: Bucket(Output(port), port), ports) | st.builds(
    lambda number: Bucket(ToGroup(number), 0), ports
)
groups = st.builds(Group, ports, st.integers(1, 0xFFFF), st.sampled_from(Choice), st.tuples(buckets, buckets))
flows = st.builds(Flow, ports, st.integers(0, 400), matches, actions)


@given(flow=flows)
def test_a_flow_survives_the_way_to_openflow_and_back(datapath: Any, flow: Flow) -> None:
    message = add_message(datapath, flow)
    assert flow_of(flow.dpid, message, datapath.ofproto) == flow


@given(group=groups, known=st.booleans())
def test_a_group_survives_the_way_to_openflow_and_back(datapath: Any, group: Group, known: bool) -> None:
    message = group_message(datapath, group, known)
    assert message.command == (datapath.ofproto.OFPGC_MODIFY if known else datapath.ofproto.OFPGC_ADD)
    assert group_of(group.dpid, message, datapath.ofproto) == group


def test_a_group_of_somebody_else_is_none_of_ours(datapath: Any) -> None:
    group = Group(1, 3, Choice.SELECT, (Bucket(Output(1), 1),))
    message = group_message(datapath, group, known=False)
    message.group_id = 3
    assert group_of(1, message, datapath.ofproto) is None
    removal = remove_group_message(datapath, group)
    assert (removal.command, removal.group_id) == (datapath.ofproto.OFPGC_DELETE, GROUPS | 3)


def test_an_add_flow_on_the_wire(datapath: Any) -> None:
    message = add_message(datapath, Flow(4, 100, Match(in_port=1), (PushChannel(7), Output(3))))
    message.set_xid(9)
    message.serialize()
    assert bytes(message.buf) == bytes.fromhex(
        "040e007000000009"  # OpenFlow 1.3, FlowMod, 112 bytes, xid 9
        "000000007477696e 0000000000000000"  # cookie, its mask
        "00 00 0000 0000 0064"  # table 0, add, no time-outs, priority 100
        "ffffffff 00000000 00000000 0000 0000"  # no buffer, no port, no group, no flags
        "0001000c 80000004 00000001 00000000"  # match in_port 1
        "00040030 00000000"  # apply actions
        "00110008 8100 0000"  # push a tag 0x8100
        "00190010 80000c02 1007 000000000000"  # set its vlan_vid: present, 7
        "00000010 00000003 ffe5 000000000000"  # output to port 3
    )


def test_a_removal_touches_only_ours(datapath: Any) -> None:
    message = remove_message(datapath, Flow(4, 100, Match(in_port=1)))
    ofproto = datapath.ofproto
    assert (message.command, message.priority) == (ofproto.OFPFC_DELETE_STRICT, 100)
    assert (message.cookie, message.cookie_mask) == (COOKIE, 2**64 - 1)
    assert (message.out_port, message.out_group) == (ofproto.OFPP_ANY, ofproto.OFPG_ANY)


def test_a_packet_out(datapath: Any) -> None:
    message = packet_out_message(datapath, 5, b"frame")
    assert (message.in_port, message.data) == (datapath.ofproto.OFPP_CONTROLLER, b"frame")
    assert [action.port for action in message.actions] == [5]


def test_a_strangers_flow_is_refused(datapath: Any) -> None:
    parser = datapath.ofproto_parser
    foreign = SimpleNamespace(match=parser.OFPMatch(eth_dst="00:00:00:00:00:01"), instructions=[], priority=1)
    message = "found a match on eth_dst; allowed: in_port, vlan_vid, eth_type, ipv4_dst, ipv4_src"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        flow_of(1, foreign, datapath.ofproto)


@pytest.mark.parametrize(
    ("config", "state", "up"), [(0, 0, True), (0, 4, True), (1, 0, False), (0, 1, False), (1, 1, False)]
)
def test_a_port_is_up_when_switched_on_and_with_carrier(datapath: Any, config: int, state: int, up: bool) -> None:
    assert is_up(SimpleNamespace(config=config, state=state), datapath.ofproto) is up
