"""When iterations start, and which graph a workload plays."""

from __future__ import annotations

import pytest

from twin.plan.build import build_plan
from twin.plan.topology import Port, Site, SiteFabric, Topology
from twin.workloads.allreduce import graph_of, next_start_s
from twin.workloads.collectives import hierarchical_all_reduce, ring_all_reduce
from twin.workloads.scenario import AllReduce

PLAN = build_plan(
    Topology("t", tuple(Site(name, 2, Port(1e9), SiteFabric(), None, 0, None) for name in ("a", "b")), mtu=1500)
)
SERVERS = ("a-1", "a-2", "b-1", "b-2")


@pytest.mark.parametrize(("now_s", "start_s"), [(1.0, 1.0), (1.199, 1.2), (1.2, 1.2), (1.3, 1.4)])
def test_iterations_start_at_multiples(now_s: float, start_s: float) -> None:
    assert next_start_s(1.0, 0.2, now_s, 1) == pytest.approx(start_s)


def test_the_first_iteration_starts_at_once() -> None:
    assert next_start_s(1.05, 0.2, 1.05, 0) == 1.05


def test_hierarchical_groups_the_servers_by_site() -> None:
    workload = AllReduce("w", 0.0, SERVERS, 1000, algorithm="hierarchical", chunks=3)
    assert graph_of(workload, PLAN) == hierarchical_all_reduce([[0, 1], [2, 3]], 1000, 3)


def test_a_ring_runs_over_all_servers_in_order() -> None:
    workload = AllReduce("w", 0.0, SERVERS, 1000, schedule="lock-step", chunks=3)
    assert graph_of(workload, PLAN) == ring_all_reduce(4, 1000, 1)
