"""A learning switch, the baseline that knows nothing: written for Ryu, as a stranger's app would be.

It goes by the names that Ryu's own ``simple_switch_13`` made common, so that apps can build on it: where Ryu is not
installed it stands for that module.

Each switch remembers behind which port it last saw an address, forwards what is for that address there, and floods what
is for addresses it has not seen. It has no idea of loops: use it on fabrics and plants without any.
"""

from typing import Any, ClassVar

from ryu.base import app_manager
from ryu.controller import ofp_event
from ryu.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from ryu.lib.packet import ethernet, packet
from ryu.ofproto import ofproto_v1_3

#: EtherType of link-layer discovery, which belongs to nobody's conversation.
LLDP = 0x88CC
FORWARD_PRIORITY = 10


class LearningSwitch(app_manager.RyuApp):  # type: ignore[misc]
    """``mac_to_port``: dpid -> MAC address -> the port behind which it was seen."""

    OFP_VERSIONS: ClassVar = [ofproto_v1_3.OFP_VERSION]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mac_to_port: dict[int, dict[str, int]] = {}

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)  # type: ignore[untyped-decorator]
    def switch_features_handler(self, event: Any) -> None:
        """A new switch hands over whatever it has no flow for."""
        datapath = event.msg.datapath
        ofproto, parser = datapath.ofproto, datapath.ofproto_parser
        to_controller = parser.OFPActionOutput(ofproto.OFPP_CONTROLLER, ofproto.OFPCML_NO_BUFFER)
        self.add_flow(datapath, 0, parser.OFPMatch(), [to_controller])

    @set_ev_cls(ofp_event.EventOFPPacketIn, MAIN_DISPATCHER)  # type: ignore[untyped-decorator]
    def _packet_in_handler(self, event: Any) -> None:
        """Learn where the sender is; forward to the receiver, by a flow from now on, or flood."""
        message = event.msg
        datapath = message.datapath
        ofproto, parser = datapath.ofproto, datapath.ofproto_parser
        in_port = message.match["in_port"]
        frame = packet.Packet(message.data).get_protocol(ethernet.ethernet)
        if frame is None or frame.ethertype == LLDP:
            return
        known = self.mac_to_port.setdefault(datapath.id, {})
        known[frame.src] = in_port
        out_port = known.get(frame.dst, ofproto.OFPP_FLOOD)
        actions = [parser.OFPActionOutput(out_port)]
        if out_port != ofproto.OFPP_FLOOD:
            match = parser.OFPMatch(in_port=in_port, eth_dst=frame.dst, eth_src=frame.src)
            self.add_flow(datapath, FORWARD_PRIORITY, match, actions)
        out = parser.OFPPacketOut(
            datapath=datapath, buffer_id=ofproto.OFP_NO_BUFFER, in_port=in_port, actions=actions, data=message.data
        )
        datapath.send_msg(out)

    def add_flow(
        self, datapath: Any, priority: int, match: Any, actions: list[Any], buffer_id: int | None = None
    ) -> None:
        """Put a flow into the switch, and let the packet it holds as ``buffer_id`` through it."""
        ofproto, parser = datapath.ofproto, datapath.ofproto_parser
        instructions = [parser.OFPInstructionActions(ofproto.OFPIT_APPLY_ACTIONS, actions)]
        flow = parser.OFPFlowMod(
            datapath=datapath,
            priority=priority,
            match=match,
            instructions=instructions,
            buffer_id=ofproto.OFP_NO_BUFFER if buffer_id is None else buffer_id,
        )
        datapath.send_msg(flow)


#: What Ryu calls it.
SimpleSwitch13 = LearningSwitch
