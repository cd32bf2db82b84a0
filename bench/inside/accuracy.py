"""One accuracy row over one or more chains: delay, RTT, TCP, UDP, loss, and what a queue drops."""

from __future__ import annotations

import sys
from typing import Any

from bench import cases, expected
from bench.inside import lab, probes, streams
from bench.inside.probes import Place
from twin.emulation import qdisc
from twin.emulation.network import Network
from twin.emulation.openvswitch import OpenVSwitch
from twin.plan.codec import from_json
from twin.plan.model import Plan

#: A burst that overruns a queue is made of this many frames; the queue is set to hold fewer.
BURST = 300
BURST_QUEUE_FRAMES = 100


def places(network: Network) -> list[tuple[Place, Place]]:
    """Source and destination of each flow."""
    servers = network.plan.server_by_name
    return [
        (Place(network.get(a).namespace, servers[a].ip), Place(network.get(b).namespace, servers[b].ip))
        for a, b in cases.pairs(network.plan)
    ]


def drops(network: Network) -> int:
    """Frames that any shaper has dropped."""
    return sum(counters.dropped for _, counters in network.statistics())


def exact(plan: Plan, ovs: OpenVSwitch, row: cases.Row, ask: dict[str, Any]) -> dict[str, Any]:
    """Delay, RTT, UDP and TCP goodput on lines without loss."""
    with lab.running(plan, ovs) as network:
        pairs = places(network)
        source, target = pairs[0]
        samples = probes.delays_s(source, target, ask["probes"], row.delay_s / 7)
        found: dict[str, Any] = {
            "delays_s": [one_way for one_way, _ in samples],
            "rtts_s": [back for _, back in samples],
        }
        nic = plan.links_of[plan.servers[0].name][0].at(plan.servers[0].name)
        segmented = (nic.rate_bps or 0.0) >= qdisc.GSO_FROM_BPS
        payload, queue = plan.mtu - expected.UDP_HEADERS_BYTES, min(nic.queue_bytes, 4 << 20)
        found["udp_bps"] = streams.udp(source, target, payload, ask["datagrams"], queue, segmented)
        found["udp_expected_bps"] = (nic.rate_bps or 0.0) * expected.udp_share(plan.mtu)
        if ask["tcp"]:
            found["tcp_bps"] = streams.tcp(pairs, row.ramp_rtts * 2 * row.delay_s, row.measure_s * ask["share"])
        found["dropped"] = drops(network)
    return found


def losses(plan: Plan, ovs: OpenVSwitch, row: cases.Row, count: int) -> int:
    """How many of ``count`` probes the loss on the middle link takes."""
    with lab.running(plan, ovs) as network:
        source, target = places(network)[0]
        nic_bps = row.rate_bps
        batch_s = max(probes.BATCH * 78 * 8 / nic_bps * 1.25, 10e-6)
        return probes.lost(source, target, count, batch_s, 2 * row.delay_s + 1.0)


def overrun(row: cases.Row, ovs: OpenVSwitch) -> dict[str, int]:
    """Send a burst into a queue that is too short for it."""
    frame = row.mtu + expected.ETHERNET_BYTES
    queue = BURST_QUEUE_FRAMES * frame + frame // 2
    plan = cases.chain(row, 1, flows=1, queue_bytes=queue)
    with lab.running(plan, ovs) as network:
        source, target = places(network)[0]
        wait_s = 2 * row.delay_s + 2 * BURST * frame * 8 / row.rate_bps + 0.1
        arrived = probes.burst(source, target, BURST, row.mtu - expected.UDP_HEADERS_BYTES, wait_s)
        counted = drops(network)
    bucket = qdisc.burst_bytes(row.rate_bps, row.mtu)
    return {
        "sent": BURST,
        "arrived": arrived,
        "counted": counted,
        "expected": expected.dropped_of_burst(BURST, frame, bucket, queue),
    }


def main() -> int:
    """Answer one question: ``row``, ``switches`` (a list), and sizes."""
    ask = lab.question()
    row = from_json(cases.Row, ask["row"])
    with lab.switches() as ovs:
        chains = []
        for switches in ask["switches"]:
            found = exact(cases.chain(row, switches), ovs, row, {**ask, "tcp": switches in ask["tcp"]})
            if switches > 1 and ask["loss_probes"]:
                plan = cases.chain(row, switches, row.loss, flows=1)
                found["lost"] = losses(plan, ovs, row, ask["loss_probes"])
            chains.append({"switches": switches, **found})
            lab.mark(f"chain-{switches}")
        lab.answer({"chains": chains, "overrun": overrun(row, ovs)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
