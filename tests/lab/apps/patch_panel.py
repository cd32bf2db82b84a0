"""An app that never heard of optics: it joins ports of some switches in pairs, forwards by address on the others, and
takes the spare pair when the port of a pair goes down. What it is told of ports goes to standard error, with the time.
"""

import sys
import time
from typing import Any, ClassVar

from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.ofproto import ofproto_v1_3

#: dpid -> the port that is patched, its usual partner and the spare one.
PANELS = {3: (1, 2, 3), 4: (1, 2, 3)}


class PatchPanel(app_manager.OSKenApp):  # type: ignore[misc]
    """Patches and falls back."""

    OFP_VERSIONS: ClassVar = [ofproto_v1_3.OFP_VERSION]

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)  # type: ignore[untyped-decorator]
    def on_switch(self, event: Any) -> None:
        """A switch has come."""
        datapath = event.msg.datapath
        if datapath.id in PANELS:
            port, partner, _ = PANELS[datapath.id]
            self.join(datapath, port, partner)
        else:
            self.send(datapath, datapath.ofproto_parser.OFPMatch(), datapath.ofproto.OFPP_NORMAL)

    @set_ev_cls(ofp_event.EventOFPPortStatus, MAIN_DISPATCHER)  # type: ignore[untyped-decorator]
    def on_port(self, event: Any) -> None:
        """A port went up or down."""
        datapath, port = event.msg.datapath, event.msg.desc
        down = bool(port.state & datapath.ofproto.OFPPS_LINK_DOWN)
        sys.stderr.write(f"PORT {time.monotonic():.9f} {datapath.id} {port.port_no} {'down' if down else 'up'}\n")
        sys.stderr.flush()
        patched, partner, spare = PANELS.get(datapath.id, (0, 0, 0))
        if down and port.port_no == partner:
            self.join(datapath, patched, spare)

    def join(self, datapath: Any, a: int, b: int) -> None:
        """What enters at one port leaves at the other."""
        for source, target in ((a, b), (b, a)):
            self.send(datapath, datapath.ofproto_parser.OFPMatch(in_port=source), target)

    def send(self, datapath: Any, match: Any, port: int) -> None:
        """One flow."""
        parser = datapath.ofproto_parser
        actions = [parser.OFPActionOutput(port)]
        apply = [parser.OFPInstructionActions(datapath.ofproto.OFPIT_APPLY_ACTIONS, actions)]
        datapath.send_msg(parser.OFPFlowMod(datapath=datapath, priority=1, match=match, instructions=apply))
