"""What the predictor is measured with: ``python -m bench.growth KIND COUNT`` prints the cost of one prediction as JSON.

``ranks``: one hierarchical all-reduce of 1 GiB over ten sites in a ring. ``apart``: bulk transfers between neighbours
of one site, each over cables of its own. ``shared``: bulk transfers between the sites, which share the ring.
``in-turn``: as ``shared``, but they begin at times drawn from a seed. All others begin at once; sizes are drawn too.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology
from twin.predict.engine import predict
from twin.workloads.scenario import AllReduce, Circuit, Controller, Iperf3, Scenario, Workload

SITES: Final = 10
#: A leaf has 125 servers at most, a site 8 spines, whose links carry all that its servers send.
PER_LEAF, SPINES = 125, 8
#: Flows share so many servers; their sizes lie between these bounds, bytes.
SERVERS: Final = 100
SMALLEST, LARGEST = 10**7, 10**8
#: Those that begin in turn are so far apart on average, s: they fill three quarters of the ring.
EACH_S: Final = 100e-6
SEED: Final = 1


def plan_of(ranks: int) -> Plan:
    """Ten sites with ``ranks`` servers in all, in a ring of 100 km fibres."""
    each = ranks // SITES
    leaves = -(-each // PER_LEAF)
    spines = min(leaves, SPINES)
    uplink = Port(min(each, PER_LEAF) / spines * 400e9)
    fabric = SiteFabric("leaf-spine", leaves, spines, uplink)
    names = [f"s{i}" for i in range(SITES)]
    sites = tuple(Site(name, each, Port(400e9), fabric, Optical(), 2, Port(800e9)) for name in names)
    fibres = tuple(FibrePair(f"{a}-{b}", (a, b), 100.0) for a, b in zip(names, [*names[1:], names[0]], strict=True))
    return build_plan(Topology("growth", sites, fibres))


def scenario_of(plan: Plan, workloads: tuple[Workload, ...]) -> Scenario:
    """One circuit for each fibre, and ``workloads``."""
    return Scenario(
        schema=1,
        name="growth",
        seed=SEED,
        controller=Controller("optical_circuit", ""),
        circuits=tuple(Circuit(fibre.name, fibre.sites) for fibre in plan.fibres),
        workloads=workloads,
        timeline=(),
        expectations=(),
        sample_every_s=3600.0,
        end_s=None,
        timeout_s=3600.0,
    )


def all_reduce(plan: Plan) -> tuple[Workload, ...]:
    """One over all servers."""
    return (AllReduce("w", 0.0, tuple(server.name for server in plan.servers), 2**30, "hierarchical"),)


def transfers(pairs: Iterable[tuple[str, str]], dice: random.Random) -> tuple[Iperf3, ...]:
    """One for each of ``pairs`` of servers."""
    return tuple(
        Iperf3(f"f{number}", 0.0, near, far, size_bytes=dice.randint(SMALLEST, LARGEST), port=5201 + number)
        for number, (near, far) in enumerate(pairs)
    )


def neighbours(plan: Plan) -> list[tuple[str, str]]:
    """Every server with the next one, each in one pair."""
    names = [server.name for server in plan.servers]
    return list(zip(names[::2], names[1::2], strict=True))


def across(plan: Plan, count: int, dice: random.Random) -> list[tuple[str, str]]:
    """``count`` pairs of servers of two sites each."""
    drawn = [dice.sample(plan.sites, 2) for _ in range(count)]
    return [(dice.choice(plan.servers_of(a.name)).name, dice.choice(plan.servers_of(b.name)).name) for a, b in drawn]


def workloads_of(kind: str, plan: Plan, count: int) -> tuple[Workload, ...]:
    """What ``kind`` says, ``count`` times."""
    if kind == "ranks":
        return all_reduce(plan)
    dice = random.Random(SEED)
    flows = transfers(neighbours(plan) if kind == "apart" else across(plan, count, dice), dice)
    if kind != "in-turn":
        return flows
    return tuple(replace(flow, start_s=dice.uniform(0.0, count * EACH_S)) for flow in flows)


def measure(kind: str, count: int) -> dict[str, Any]:
    """CPU seconds and memory of one prediction, and the time that it predicts."""
    plan = plan_of({"ranks": count, "apart": 2 * count}.get(kind, SERVERS))
    workloads = workloads_of(kind, plan, count)
    start_s = time.process_time()
    outcome = predict(plan, scenario_of(plan, workloads)).outcome
    cpu_s = time.process_time() - start_s
    return {"count": count, "cpu_s": cpu_s, "memory_bytes": peak_bytes(), "predicted_s": outcome["virtual_s"]}


def peak_bytes() -> int:
    """The most memory that this program had. (``ru_maxrss`` would begin with its parent's.)"""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) * 1024


if __name__ == "__main__":
    json.dump(measure(sys.argv[1], int(sys.argv[2])), sys.stdout)
