"""The twin's side of the comparison with ns-3: a dumbbell and a lock-step ring, on cold connections."""

from __future__ import annotations

import sys
from typing import Any

from bench import cases
from bench.inside import lab, probes, streams
from bench.inside.accuracy import places
from bench.inside.carry import play
from twin.emulation.openvswitch import OpenVSwitch
from twin.plan.codec import from_json
from twin.workloads.scenario import AllReduce


def dumbbell(ovs: OpenVSwitch, row: cases.Row, size_bytes: int) -> dict[str, Any]:
    """One flow of ``size_bytes`` over two switches."""
    with lab.running(cases.chain(row, 2), ovs) as network:
        source, target = places(network)[0]
        probes.delays_s(source, target, 1, 0.0)  # addresses and flow tables
        lab.mark("dumbbell-start")
        time_s = streams.tcp_time_s(source, target, size_bytes)
        lab.mark("dumbbell-end")
    return {"seconds": time_s}


def ring(ovs: OpenVSwitch, row: cases.Row, ranks: int, size_bytes: int) -> dict[str, Any]:
    """A lock-step ring all-reduce of ``size_bytes`` between ``ranks`` servers of one switch."""
    with lab.running(cases.star(row, ranks), ovs) as network:
        servers = network.plan.servers
        probed = [probes.Place(network.get(server.name).namespace, server.ip) for server in servers]
        for source, target in zip(probed, [*probed[1:], probed[0]], strict=True):
            probes.delays_s(source, target, 1, 0.0)
        names = tuple(server.name for server in servers)
        lab.mark("ring-start")
        record = play(network, AllReduce("ring", 0.0, names, size_bytes, schedule="lock-step"))
        lab.mark("ring-end")
    return {"seconds": record["iterations"][0]["time_s"]}


def main() -> int:
    """Answer one question: ``rows`` for both, ``ranks``, and sizes."""
    ask = lab.question()
    wide, near = (from_json(cases.Row, row) for row in ask["rows"])
    with lab.switches() as ovs:
        answer = {"dumbbell": dumbbell(ovs, wide, ask["dumbbell"]), "ring": ring(ovs, near, ask["ranks"], ask["ring"])}
    lab.answer(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
