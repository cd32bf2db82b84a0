"""One connected switch: what it held when it came, and which flows and groups it has yet to confirm."""

from __future__ import annotations

import logging
from collections import deque
from contextlib import suppress
from typing import Any

from controllers.openflow import flow_of, group_of, held_flows_request, held_groups_request
from twin.control.flows import Entry, Flow, FlowKey, Group


class Switch:
    """``flows`` and ``groups`` are those of ours that the switch held, once ``take_flows`` has said so: it is asked for
    groups first, and answers in order."""

    def __init__(self, datapath: Any) -> None:
        self.datapath = datapath
        self.flows: list[Flow] = []
        self.groups: list[Group] = []
        self._counting: int | None = None
        self._counters: list[tuple[FlowKey, int]] = []
        #: (xid, entry) of each FlowMod and GroupMod, and (token, None) of each barrier, in the order of sending.
        self._unconfirmed: deque[tuple[int, Entry | None]] = deque()

    def ask_what_it_holds(self) -> None:
        """Ask the switch for its groups, then for the flows that carry our cookie."""
        self.datapath.send_msg(held_groups_request(self.datapath))
        self.datapath.send_msg(held_flows_request(self.datapath))

    def take_groups(self, message: Any) -> None:
        """Keep one part of the answer."""
        found = (group_of(self.datapath.id, entry, self.datapath.ofproto) for entry in message.body)
        self.groups += [group for group in found if group is not None]

    def take_flows(self, message: Any) -> bool:
        """Keep one part of the answer; returns whether it was the last."""
        ofproto = self.datapath.ofproto
        for entry in message.body:
            try:
                self.flows.append(flow_of(self.datapath.id, entry, ofproto))
            except ValueError as problem:  # a flow with our cookie that we cannot have made: it stays
                logging.getLogger(__name__).warning("switch %s: %s", self.datapath.id, problem)
        return not message.flags & ofproto.OFPMPF_REPLY_MORE

    def ask_for_counters(self) -> None:
        """Ask the switch how many bytes each of those flows has taken."""
        message = held_flows_request(self.datapath)
        self._counting, self._counters = self.datapath.set_xid(message), []
        self.datapath.send_msg(message)

    def counts(self, message: Any) -> bool:
        """Whether ``message`` is a part of the latest answer to ``ask_for_counters``."""
        return bool(message.xid == self._counting)

    def take_counters(self, message: Any) -> tuple[tuple[FlowKey, int], ...] | None:
        """Keep one part of that answer; with the last part, returns all of it."""
        ofproto = self.datapath.ofproto
        for entry in message.body:
            with suppress(ValueError):  # no flow of ours
                self._counters.append((flow_of(self.datapath.id, entry, ofproto).key, entry.byte_count))
        return None if message.flags & ofproto.OFPMPF_REPLY_MORE else tuple(self._counters)

    def send(self, message: Any, entry: Entry | None) -> None:
        """Send ``message``; ``entry`` is what it adds, if it does."""
        xid = self.datapath.set_xid(message)
        if entry is not None:
            self._unconfirmed.append((xid, entry))
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

    def entry_sent(self, xid: int) -> Entry | None:
        """What the message ``xid`` adds; None where it adds nothing, or has been confirmed."""
        return next((entry for number, entry in self._unconfirmed if number == xid and entry is not None), None)
