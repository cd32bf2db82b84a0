"""One connected switch: what it held when it came, and which flows it has yet to confirm."""

from __future__ import annotations

import logging
from collections import deque
from typing import Any

from controllers.openflow import flow_of, held_flows_request
from twin.control.flows import Flow


class Switch:
    """``flows`` are those of ours that the switch held, once ``take_flows`` has said so."""

    def __init__(self, datapath: Any) -> None:
        self.datapath = datapath
        self.flows: list[Flow] = []
        #: (xid, flow) of each FlowMod, and (token, None) of each barrier, in the order in which they were sent.
        self._unconfirmed: deque[tuple[int, Flow | None]] = deque()

    def ask_for_flows(self) -> None:
        """Ask the switch for the flows that carry our cookie."""
        self.datapath.send_msg(held_flows_request(self.datapath))

    def take_flows(self, message: Any) -> bool:
        """Keep one part of the answer; returns whether it was the last."""
        ofproto = self.datapath.ofproto
        for entry in message.body:
            try:
                self.flows.append(flow_of(self.datapath.id, entry, ofproto))
            except ValueError as problem:  # a flow with our cookie that we cannot have made: it stays
                logging.getLogger(__name__).warning("switch %s: %s", self.datapath.id, problem)
        return not message.flags & ofproto.OFPMPF_REPLY_MORE

    def send(self, message: Any, flow: Flow | None) -> None:
        """Send ``message``; ``flow`` is what it adds, if it does."""
        xid = self.datapath.set_xid(message)
        if flow is not None:
            self._unconfirmed.append((xid, flow))
        self.datapath.send_msg(message)

    def send_barrier(self, token: int) -> None:
        """The token travels as the message's xid."""
        message = self.datapath.ofproto_parser.OFPBarrierRequest(self.datapath)
        message.set_xid(token)
        self._unconfirmed.append((token, None))
        self.datapath.send_msg(message)

    def done(self, token: int) -> None:
        """The switch answered the barrier: it has refused what it refuses of all that went before."""
        while self._unconfirmed:
            if self._unconfirmed.popleft() == (token, None):
                return

    def flow_sent(self, xid: int) -> Flow | None:
        """The flow that the message ``xid`` adds; None where it adds none, or has been confirmed."""
        return next((flow for number, flow in self._unconfirmed if number == xid and flow is not None), None)
