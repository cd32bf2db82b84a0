"""How long a prediction takes, by the number of ranks: ``python -m twin.predict.benchmark``.

A hierarchical all-reduce over ten sites; every size runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from typing import Final

from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology
from twin.predict.engine import predict
from twin.workloads.scenario import AllReduce, Circuit, Controller, Scenario

SITES: Final = 10
SIZES: Final = (10, 30, 100, 300, 1000)
#: A leaf has 125 servers at most.
PER_LEAF: Final = 125


def plan_of(each: int) -> Plan:
    """Ten sites of ``each`` servers in a ring of 100 km fibres."""
    leaves = -(-each // PER_LEAF)
    uplink = Port(min(each, PER_LEAF) / leaves * 400e9)
    fabric = SiteFabric("leaf-spine", leaves, leaves, uplink)
    names = [f"s{i}" for i in range(SITES)]
    sites = tuple(Site(name, each, Port(400e9), fabric, Optical(), 2, Port(800e9)) for name in names)
    fibres = tuple(FibrePair(f"{a}-{b}", (a, b), 100.0) for a, b in zip(names, [*names[1:], names[0]], strict=True))
    return build_plan(Topology("benchmark", sites, fibres))


def scenario_of(plan: Plan) -> Scenario:
    """One circuit for each fibre, and one all-reduce of 1 GiB over all servers."""
    servers = tuple(server.name for server in plan.servers)
    workload = AllReduce("w", 0.0, servers, 2**30, "hierarchical")
    return Scenario(
        schema=1,
        name="benchmark",
        seed=1,
        controller=Controller("optical_circuit", ""),
        circuits=tuple(Circuit(fibre.name, fibre.sites) for fibre in plan.fibres),
        workloads=(workload,),
        timeline=(),
        expectations=(),
        sample_every_s=3600.0,
        end_s=None,
        timeout_s=3600.0,
    )


def measure(each: int) -> str:
    """One line of the table: ranks, seconds of CPU time, memory, and the time that was predicted."""
    plan = plan_of(each)
    start_s = time.process_time()
    record = predict(plan, scenario_of(plan)).outcome["workloads"]["w"]
    cpu_s = time.process_time() - start_s
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    predicted_ms = record["iterations"][0]["time_s"] * 1e3
    return f"| {SITES * each:,} | {cpu_s:.2f} s | {memory_mb:.0f} MiB | {predicted_ms:.2f} ms |\n"


def main() -> None:
    """Write the table to standard output."""
    if len(sys.argv) > 1:
        sys.stdout.write(measure(int(sys.argv[1])))
        return
    sys.stdout.write("| ranks | CPU time | memory | all-reduce |\n|---:|---:|---:|---:|\n")
    for each in SIZES:
        command = [sys.executable, "-m", "twin.predict.benchmark", str(each)]
        sys.stdout.write(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
