"""FlowMods as an optical switch reads them, packed by os-ken's own serialiser."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from os_ken.ofproto import ofproto_v1_3, ofproto_v1_3_parser

from twin.emulation import flowmod
from twin.physics.wiring import CrossConnect

DATAPATH = SimpleNamespace(ofproto=ofproto_v1_3, ofproto_parser=ofproto_v1_3_parser)
OF, P = ofproto_v1_3, ofproto_v1_3_parser


def message(match: dict[str, int], actions: list[Any], **fields: Any) -> bytes:
    instructions = [P.OFPInstructionActions(OF.OFPIT_APPLY_ACTIONS, actions)] if actions else []
    made = P.OFPFlowMod(DATAPATH, match=P.OFPMatch(**match), instructions=instructions, **fields)
    made.set_xid(7)
    made.serialize()
    return bytes(made.buf)


def add(channel: int, out_port: int) -> list[Any]:
    return [P.OFPActionPushVlan(0x8100), P.OFPActionSetField(vlan_vid=0x1000 | channel), P.OFPActionOutput(out_port)]


def test_adding_a_channel_is_a_cross_connect_from_grey_to_coloured() -> None:
    flow = flowmod.parse(message({"in_port": 1}, add(7, 3), priority=100))
    assert flow.cross_connect("a-roadm") == CrossConnect("a-roadm", 1, 0, 3, 7)


def test_dropping_it_is_the_reverse() -> None:
    drop = [P.OFPActionPopVlan(), P.OFPActionOutput(1)]
    flow = flowmod.parse(message({"in_port": 3, "vlan_vid": 0x1007}, drop))
    assert flow.cross_connect("a-roadm") == CrossConnect("a-roadm", 3, 7, 1, 0)


def test_express_keeps_the_channel() -> None:
    flow = flowmod.parse(message({"in_port": 3, "vlan_vid": 0x1007}, [P.OFPActionOutput(4)]))
    assert flow.cross_connect("a-roadm") == CrossConnect("a-roadm", 3, 7, 4, 7)


@pytest.mark.parametrize(
    ("match", "actions"),
    [
        ({}, []),
        ({"in_port": 1}, []),
        ({"in_port": 1}, [P.OFPActionOutput(2), P.OFPActionOutput(3)]),
        ({"in_port": 1, "eth_type": 0x800}, [P.OFPActionOutput(2)]),
    ],
)
def test_other_flows_are_no_cross_connects(match: dict[str, int], actions: list[Any]) -> None:
    assert flowmod.parse(message(match, actions)).cross_connect("a-roadm") is None


def test_a_deletion_is_what_os_ken_would_have_sent() -> None:
    flow = flowmod.parse(message({"in_port": 3, "vlan_vid": 0x1007}, [P.OFPActionOutput(4)], priority=100))
    fields = {"command": OF.OFPFC_DELETE_STRICT, "out_port": OF.OFPP_ANY, "out_group": OF.OFPG_ANY, "buffer_id": 0}
    wanted = message({"in_port": 3, "vlan_vid": 0x1007}, [], priority=100, **fields)
    assert flow.deletion()[8:] == wanted[8:]
    assert flow.deletion()[:4] == wanted[:4]


def test_deletions_match_as_the_specification_says() -> None:
    flow = flowmod.parse(message({"in_port": 1}, add(7, 3), priority=100, cookie=0x77))
    anywhere = {"out_port": OF.OFPP_ANY, "out_group": OF.OFPG_ANY}
    everything = flowmod.parse(message({}, [], command=OF.OFPFC_DELETE, **anywhere))
    port = flowmod.parse(message({"in_port": 1}, [], command=OF.OFPFC_DELETE, **anywhere))
    other_port = flowmod.parse(message({"in_port": 2}, [], command=OF.OFPFC_DELETE, **anywhere))
    to_three = flowmod.parse(message({}, [], command=OF.OFPFC_DELETE, out_port=3, out_group=OF.OFPG_ANY))
    to_four = flowmod.parse(message({}, [], command=OF.OFPFC_DELETE, out_port=4, out_group=OF.OFPG_ANY))
    mine = flowmod.parse(message({}, [], command=OF.OFPFC_DELETE, cookie=0x77, cookie_mask=0xFF, **anywhere))
    yours = flowmod.parse(message({}, [], command=OF.OFPFC_DELETE, cookie=0x78, cookie_mask=0xFF, **anywhere))
    strict = flowmod.parse(message({"in_port": 1}, [], command=OF.OFPFC_DELETE_STRICT, priority=100, **anywhere))
    lower = flowmod.parse(message({"in_port": 1}, [], command=OF.OFPFC_DELETE_STRICT, priority=99, **anywhere))
    found = [d.deletes(flow) for d in (everything, port, other_port, to_three, to_four, mine, yours, strict, lower)]
    assert found == [True, True, False, True, False, True, False, True, False]


def test_a_modification_is_refused_with_openflows_own_error() -> None:
    sent = message({"in_port": 1}, add(7, 3), command=OF.OFPFC_MODIFY)
    error = flowmod.parse(sent).refusal()
    read = P.OFPErrorMsg.parser(DATAPATH, 4, OF.OFPT_ERROR, len(error), 7, bytearray(error))
    assert (read.type, read.code, read.xid) == (OF.OFPET_FLOW_MOD_FAILED, OF.OFPFMFC_BAD_COMMAND, 7)
    assert read.data == sent[:64]
