"""What carrying costs: one plain flow over chains, and a ring all-reduce by the player that runs experiments."""

from __future__ import annotations

import sys
import time
from typing import Any

from bench import cases
from bench.inside import lab, streams
from bench.inside.accuracy import places
from twin.emulation.network import Network
from twin.emulation.openvswitch import OpenVSwitch
from twin.traffic import allreduce, loop
from twin.traffic.context import Context
from twin.workloads.scenario import AllReduce


def flow(ovs: OpenVSwitch, switches: int, size_bytes: int) -> dict[str, Any]:
    """One flow of ``size_bytes`` over ``switches`` switches at 100 Gb/s."""
    plan = cases.chain(cases.CARRIED, switches)
    with lab.running(plan, ovs) as network:
        source, target = places(network)[0]
        streams.tcp_time_s(source, target, 1 << 20)  # addresses, flow tables
        lab.mark(f"flow-{switches}-start")
        time_s = streams.tcp_time_s(source, target, size_bytes)
        lab.mark(f"flow-{switches}-end")
        carried = sum(counters.sent_bytes for way, counters in network.statistics() if way.kind == "rate")
    return {"switches": switches, "links": switches + 1, "size_bytes": size_bytes, "time_s": time_s, "sent": carried}


def ring(ovs: OpenVSwitch, servers: int, size_bytes: int) -> dict[str, Any]:
    """A ring all-reduce between ``servers`` servers of one switch."""
    plan = cases.fabric(servers, 1)
    names = tuple(server.name for server in plan.servers)
    with lab.running(plan, ovs) as network:
        play(network, AllReduce("warm", 0.0, names, 1 << 20))
        lab.mark("ring-start")
        record = play(network, AllReduce("ring", 0.0, names, size_bytes))
        lab.mark("ring-end")
    time_s = record["iterations"][0]["time_s"]
    return {"servers": servers, "links": 2, "size_bytes": size_bytes, "time_s": time_s}


def play(network: Network, workload: AllReduce) -> dict[str, Any]:
    """Run ``workload`` as an experiment does."""
    namespaces = {server.name: network.get(server.name).namespace for server in network.plan.servers}
    context = Context(network.plan, namespaces, time.monotonic(), lambda *_, **__: None, str(lab.BUNDLE / "logs"))
    record: dict[str, Any] = {}
    loop.run(allreduce.run(workload, context, record))
    return record


def main() -> int:
    """Answer one question: sizes in bytes, ``switches`` a list."""
    ask = lab.question()
    with lab.switches() as ovs:
        flows = [flow(ovs, switches, ask["flow_bytes"]) for switches in ask["switches"]]
        lab.answer({"flows": flows, "ring": ring(ovs, ask["ring_servers"], ask["ring_bytes"])})
    return 0


if __name__ == "__main__":
    sys.exit(main())
