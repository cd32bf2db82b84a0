"""Stock Mininet in the same lab: its own hosts, switches and ``TCLink``, nothing of the twin's.

It is given what it offers: ``bw`` in Mb/s, ``delay``, a queue as long as ours (its default of 1,000 packets would hide
the shaper behind the queue), jumbo frames and raised socket buffers.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from mininet.link import TCLink
from mininet.log import setLogLevel
from mininet.net import Mininet
from mininet.node import OVSSwitch
from mininet.topo import Topo

from bench import cases, expected
from bench.inside import lab, probes, streams
from bench.inside.probes import Place
from twin.plan.codec import from_json


class Chain(Topo):  # type: ignore[misc]
    """Pairs of hosts on one switch; the delay is shared by their two links."""

    def build(self, row: cases.Row) -> None:
        rate_mbps, delay = row.rate_bps / row.flows / 1e6, f"{row.delay_s / 2 * 1e6:g}us"
        queue = int(max(1000, 4 * row.bdp_bytes / (row.mtu + expected.ETHERNET_BYTES)))
        options = {"bw": rate_mbps, "delay": delay, "max_queue_size": queue}
        self.addSwitch("s1", failMode="standalone")
        for side in "ab":
            for number in range(1, row.flows + 1):
                self.addLink(self.addHost(f"{side}{number}"), "s1", **options)


class Tree(Topo):  # type: ignore[misc]
    """The graph of ``cases.fabric``, with its rates as far as Mininet takes them."""

    def build(self, servers: int, switches: int) -> None:
        plan = cases.fabric(servers, switches)
        names = {switch.name: switch.bridge for switch in plan.switches}
        for bridge in names.values():
            self.addSwitch(bridge, failMode="standalone")
        for number, server in enumerate(plan.servers, start=1):
            names[server.name] = self.addHost(f"h{number}", ip=f"{server.ip}/8")
        for link in plan.links:
            self.addLink(names[link.a.node], names[link.b.node], bw=1000)


def place(host: Any) -> Place:
    """Where a Mininet host lives."""
    return Place(os.open(f"/proc/{host.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC), host.IP())


def network(topo: Topo) -> Mininet:
    """A started Mininet of ``topo``."""
    net = Mininet(topo, switch=OVSSwitch, link=TCLink, controller=None)
    net.start()
    return net


def prepare(net: Mininet, row: cases.Row) -> None:
    """The frames and buffers that the row needs; Mininet has no option for them."""
    size = int(max(8 * row.bdp_bytes, 16 << 20))
    for host in net.hosts:
        host.cmd(f"ip link set {host.defaultIntf()} mtu {row.mtu}")
        host.cmd(f"sysctl -w net.ipv4.tcp_rmem='4096 {size} {size}' net.ipv4.tcp_wmem='4096 {size} {size}'")
    for port in net.switches[0].intfNames():
        if port != "lo":
            net.switches[0].cmd(f"ip link set {port} mtu {row.mtu}")


def accuracy(row: cases.Row, count: int, share: float) -> dict[str, Any]:
    """What Mininet makes of ``row``, by the same probes and flows."""
    net = network(Chain(row=row))
    try:
        prepare(net, row)
        pairs = [(place(net[f"a{n}"]), place(net[f"b{n}"])) for n in range(1, row.flows + 1)]
        samples = probes.delays_s(*pairs[0], count, 0.02)
        measure_s = max(row.measure_s, 1.0) * share
        ramp_s = min(row.ramp_rtts * 2 * row.delay_s, 5.0)
        return {
            "delays_s": [one_way for one_way, _ in samples],
            "rtts_s": [back for _, back in samples],
            "tcp_bps": streams.tcp(pairs, ramp_s, measure_s),
        }
    finally:
        net.stop()


def build(servers: int, switches: int) -> dict[str, float]:
    """Seconds from the graph to the first answer, and for taking it down."""
    start_s = time.monotonic()
    net = network(Tree(servers=servers, switches=switches))
    first, last = place(net["h1"]), place(net[f"h{servers}"])
    built_s = time.monotonic()
    probes.delays_s(first, last, 1, 0.0)
    pinged_s = time.monotonic()
    net.stop()
    return {
        "built_s": built_s - start_s,
        "pinged_s": pinged_s - start_s,
        "removed_s": time.monotonic() - pinged_s,
    }


def main() -> int:
    """Answer one question: ``rows`` of accuracy, or a ``build``."""
    ask = lab.question()
    setLogLevel("warning")
    Path("/var/log/openvswitch").mkdir(exist_ok=True)
    with lab.switches():
        lab.mark("ready")
        if "build" in ask:
            lab.answer(build(**ask["build"]))
        else:
            rows = [from_json(cases.Row, row) for row in ask["rows"]]
            found = []
            for row in rows:
                found.append(accuracy(row, ask["probes"], ask["share"]))
                lab.answer(found)  # after each: the host may run out of patience
    return 0


if __name__ == "__main__":
    sys.exit(main())
