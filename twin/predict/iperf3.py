"""The ``iperf3`` workload, predicted: TCP streams that take their fair share."""

from __future__ import annotations

from typing import Any, Final

from twin.errors import BadInput
from twin.predict.play import Process, Until
from twin.predict.simulator import Simulator
from twin.workloads.scenario import Iperf3

#: The server's head start, as in the lab, s.
SERVER_HEAD_START_S: Final = 0.05
#: Backlog of a stream that ends by the clock, bytes: more than any link carries in a day.
_ENDLESS: Final = 1e18


def check(workload: Iperf3) -> None:
    """Raise ``BadInput`` for UDP: it heeds nobody, and a fair share cannot stand for it."""
    if workload.protocol == "udp":
        raise BadInput(f"workloads.{workload.name}.protocol", "", "found udp", "tcp", "or use twin run")


def run(workload: Iperf3, simulator: Simulator, record: dict[str, Any]) -> Process:
    """Send until the size has arrived or the time is over; no segment is ever retransmitted here."""
    record |= {"kind": "iperf3", "start_s": simulator.now_s}
    yield simulator.now_s + SERVER_HEAD_START_S
    channels = [simulator.open([(workload.source, workload.destination)]) for _ in range(workload.streams)]
    yield simulator.now_s + 1.5 * max(channel.rtt_s for channel in channels)
    start_s = simulator.now_s
    each = _ENDLESS if workload.size_bytes is None else workload.size_bytes / workload.streams
    finished = Until(workload.streams)
    try:
        for channel in channels:
            simulator.send(channel, each, finished.happen)
        if workload.duration_s is None:
            yield finished
        else:
            yield start_s + workload.duration_s
        sent = sum(channel.sent_by(simulator.now_s) for channel in channels) / 8 / simulator.overhead
    finally:
        for channel in channels:
            simulator.close(channel)
    seconds = simulator.now_s - start_s
    record |= {
        "end_s": simulator.now_s,
        "sent_bytes": round(sent),
        "received_bytes": round(sent),
        "received_bps": sent * 8 / seconds,
        "retransmits": 0,
        "lost_packets": None,
        "packets": None,
    }
