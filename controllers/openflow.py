"""Flows and groups to OpenFlow 1.3 messages and back, and what a port's description says. Works on the parsers of
os-ken and of Ryu."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any, Final

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

#: Every flow of ours carries it, so that we only ever remove our own ("twin" in ASCII).
COOKIE: Final = 0x7477_696E
#: Groups have no cookie: the upper half of their numbers is ours, and only such are ever removed ("tw" in ASCII).
GROUPS: Final = 0x7477_0000
_ALL_BITS: Final = 0xFFFF_FFFF_FFFF_FFFF
_ETH_TYPE_8021Q: Final = 0x8100


def add_message(datapath: Any, flow: Flow) -> Any:
    """The FlowMod that adds ``flow``, in place of one with the same priority and match."""
    ofproto, parser = datapath.ofproto, datapath.ofproto_parser
    actions = [message for action in flow.actions for message in _action_messages(datapath, action)]
    instructions = [parser.OFPInstructionActions(ofproto.OFPIT_APPLY_ACTIONS, actions)] if actions else []
    return parser.OFPFlowMod(
        datapath=datapath,
        cookie=COOKIE,
        command=ofproto.OFPFC_ADD,
        priority=flow.priority,
        match=match_message(datapath, flow.match),
        instructions=instructions,
    )


def remove_message(datapath: Any, flow: Flow) -> Any:
    """The FlowMod that removes the flow with exactly this priority and match, if it is ours."""
    ofproto, parser = datapath.ofproto, datapath.ofproto_parser
    return parser.OFPFlowMod(
        datapath=datapath,
        cookie=COOKIE,
        cookie_mask=_ALL_BITS,
        command=ofproto.OFPFC_DELETE_STRICT,
        priority=flow.priority,
        out_port=ofproto.OFPP_ANY,
        out_group=ofproto.OFPG_ANY,
        match=match_message(datapath, flow.match),
    )


def held_flows_request(datapath: Any) -> Any:
    """The message that asks a switch for all its flows that are ours."""
    ofproto, parser = datapath.ofproto, datapath.ofproto_parser
    return parser.OFPFlowStatsRequest(
        datapath=datapath,
        flags=0,
        table_id=ofproto.OFPTT_ALL,
        out_port=ofproto.OFPP_ANY,
        out_group=ofproto.OFPG_ANY,
        cookie=COOKIE,
        cookie_mask=_ALL_BITS,
        match=parser.OFPMatch(),
    )


def group_message(datapath: Any, group: Group, known: bool) -> Any:
    """The GroupMod that makes ``group``, or changes its buckets where the switch has one of that number."""
    ofproto, parser = datapath.ofproto, datapath.ofproto_parser
    selects = group.choice is Choice.SELECT
    buckets = [
        parser.OFPBucket(
            weight=int(selects),
            watch_port=bucket.port or ofproto.OFPP_ANY,
            watch_group=GROUPS | bucket.action.number if isinstance(bucket.action, ToGroup) else ofproto.OFPG_ANY,
            actions=_action_messages(datapath, bucket.action),
        )
        for bucket in group.buckets
    ]
    command = ofproto.OFPGC_MODIFY if known else ofproto.OFPGC_ADD
    kind = ofproto.OFPGT_SELECT if selects else ofproto.OFPGT_FF
    return parser.OFPGroupMod(datapath, command, kind, GROUPS | group.number, buckets)


def remove_group_message(datapath: Any, group: Group) -> Any:
    """The GroupMod that removes the group."""
    ofproto = datapath.ofproto
    message = datapath.ofproto_parser.OFPGroupMod
    return message(datapath, ofproto.OFPGC_DELETE, ofproto.OFPGT_SELECT, GROUPS | group.number, [])


def held_groups_request(datapath: Any) -> Any:
    """The message that asks a switch for all its groups."""
    return datapath.ofproto_parser.OFPGroupDescStatsRequest(datapath, 0)


def group_of(dpid: int, message: Any, ofproto: Any) -> Group | None:
    """The group that an entry of group descriptions tells of; None: it is not ours."""
    kinds = {ofproto.OFPGT_SELECT: Choice.SELECT, ofproto.OFPGT_FF: Choice.FAST_FAILOVER}
    number = message.group_id & 0xFFFF
    if message.group_id != GROUPS | number or message.type not in kinds:
        return None
    watched = [0 if bucket.watch_port == ofproto.OFPP_ANY else bucket.watch_port for bucket in message.buckets]
    ways = [(_actions_of(b.actions[0], ofproto)[0], port) for b, port in zip(message.buckets, watched, strict=True)]
    buckets = tuple(Bucket(action, port) for action, port in ways if isinstance(action, (Output, ToGroup)))
    return Group(dpid, number, kinds[message.type], buckets)


def packet_out_message(datapath: Any, port: int, data: bytes) -> Any:
    """The message that sends the frame ``data`` out of ``port``."""
    ofproto, parser = datapath.ofproto, datapath.ofproto_parser
    return parser.OFPPacketOut(
        datapath=datapath,
        buffer_id=ofproto.OFP_NO_BUFFER,
        in_port=ofproto.OFPP_CONTROLLER,
        actions=[parser.OFPActionOutput(port)],
        data=data,
    )


def match_message(datapath: Any, match: Match) -> Any:
    """``match`` as an OFPMatch."""
    fields: dict[str, Any] = {}
    if match.in_port is not None:
        fields["in_port"] = match.in_port
    if match.vlan is not None:
        fields["vlan_vid"] = match.vlan | datapath.ofproto.OFPVID_PRESENT
    if match.eth_type is not None:
        fields["eth_type"] = match.eth_type
    for name, prefix in (("ipv4_dst", match.ipv4_dst), ("ipv4_src", match.ipv4_src)):
        if prefix is not None:
            network = IPv4Network(prefix)
            fields[name] = (str(network.network_address), str(network.netmask))
    return datapath.ofproto_parser.OFPMatch(**fields)


def _action_messages(datapath: Any, action: Action) -> list[Any]:
    ofproto, parser = datapath.ofproto, datapath.ofproto_parser
    match action:
        case PushChannel(channel):
            tag = parser.OFPActionSetField(vlan_vid=channel | ofproto.OFPVID_PRESENT)
            return [parser.OFPActionPushVlan(_ETH_TYPE_8021Q), tag]
        case PopChannel():
            return [parser.OFPActionPopVlan()]
        case Output(port):
            return [parser.OFPActionOutput(port)]
        case TurnBack():
            return [parser.OFPActionOutput(ofproto.OFPP_IN_PORT)]
        case ToController():
            return [parser.OFPActionOutput(ofproto.OFPP_CONTROLLER, ofproto.OFPCML_NO_BUFFER)]
        case ToGroup(number):
            return [parser.OFPActionGroup(GROUPS | number)]


def flow_of(dpid: int, message: Any, ofproto: Any) -> Flow:
    """The flow that a FlowMod or an entry of flow statistics describes. Raises ``ValueError`` for what no flow of
    ours contains."""
    fields = dict(message.match.items())
    vlan = fields.pop("vlan_vid", None)
    match = Match(
        in_port=fields.pop("in_port", None),
        vlan=None if vlan is None else vlan & ~ofproto.OFPVID_PRESENT,
        eth_type=fields.pop("eth_type", None),
        ipv4_dst=_prefix(fields.pop("ipv4_dst", None)),
        ipv4_src=_prefix(fields.pop("ipv4_src", None)),
    )
    if fields:
        allowed = "in_port, vlan_vid, eth_type, ipv4_dst, ipv4_src"
        raise ValueError(f"found a match on {', '.join(fields)}; allowed: {allowed}")
    messages = [action for instruction in message.instructions for action in instruction.actions]
    actions = tuple(action for message in messages for action in _actions_of(message, ofproto))
    return Flow(dpid, message.priority, match, actions)


def _prefix(found: str | tuple[str, str] | None) -> str | None:
    if found is None:
        return None
    return str(IPv4Network(found if isinstance(found, str) else "/".join(found)))


def _actions_of(message: Any, ofproto: Any) -> list[Action]:
    """No action for a pushed tag: the tag's number follows in an action of its own."""
    kind = message.type
    if kind == ofproto.OFPAT_PUSH_VLAN:
        return []
    if kind == ofproto.OFPAT_SET_FIELD and message.key == "vlan_vid":
        return [PushChannel(message.value & ~ofproto.OFPVID_PRESENT)]
    if kind == ofproto.OFPAT_POP_VLAN:
        return [PopChannel()]
    if kind == ofproto.OFPAT_OUTPUT:
        special: dict[int, Action] = {ofproto.OFPP_CONTROLLER: ToController(), ofproto.OFPP_IN_PORT: TurnBack()}
        return [special.get(message.port, Output(message.port))]
    if kind == ofproto.OFPAT_GROUP:
        return [ToGroup(message.group_id & ~GROUPS)]
    raise ValueError(f"found {type(message).__name__}; allowed: push, set and pop of a VLAN tag, output and group")


def is_up(port: Any, ofproto: Any) -> bool:
    """Whether a port's description says that it is up: not switched off, and its link has carrier."""
    return not (port.config & ofproto.OFPPC_PORT_DOWN or port.state & ofproto.OFPPS_LINK_DOWN)
