"""What theory says of an all-reduce among servers of one site, beside what was measured or predicted.

Ring, in lock-step: 2(n - 1) a + 2(n - 1)/n S/B. Pipelined in slices: the delays hide behind the bytes but for one.
Two binary trees: 2 log2(n) a + 2 S/B. Here a is the delay from server to server and B the cable's goodput.
"""

from __future__ import annotations

import math

from twin.plan.model import Plan
from twin.plan.paths import server_delay_s
from twin.workloads.scenario import AllReduce

#: Headers of a full frame: Ethernet; and IPv4, TCP and the timestamps option, which the MTU includes.
_ETHERNET_BYTES, _TCP_BYTES = 14, 52


def closed_form_s(plan: Plan, workload: AllReduce) -> float | None:
    """The time of one iteration, s; None where there is no closed form."""
    servers = [plan.server_by_name[name] for name in workload.servers]
    if workload.operation != "all-reduce" or len({server.site for server in servers}) != 1:
        return None
    rates = [plan.links_of[server.name][0].at(server.name).rate_bps for server in servers]
    limited = [rate for rate in rates if rate is not None]
    if not limited:
        return None
    goodput_bps = min(limited) * (plan.mtu - _TCP_BYTES) / (plan.mtu + _ETHERNET_BYTES)
    whole_s = workload.size_bytes * 8 / goodput_bps
    delay_s = max(server_delay_s(plan, server, outward=True) for server in servers)
    delay_s += max(server_delay_s(plan, server, outward=False) for server in servers)
    ranks = len(servers)
    if workload.algorithm == "tree":
        return 2 * math.log2(ranks) * delay_s + 2 * whole_s
    delays = 2 * (ranks - 1) if workload.schedule == "lock-step" else 1
    return delays * delay_s + 2 * (ranks - 1) / ranks * whole_s
