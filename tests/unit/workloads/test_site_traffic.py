"""What workloads send from site to site, and how much of it in a given time."""

from __future__ import annotations

import pytest

from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import PacketLink, Port, Site, SiteFabric, Topology
from twin.workloads.graph import GraphBuilder
from twin.workloads.scenario import AllReduce, Iperf3, Packets, Trace, Training
from twin.workloads.site_traffic import announced, is_announceable, once


@pytest.fixture
def plan() -> Plan:
    """Two servers each at a, b and c."""
    sites = tuple(Site(name, 2, Port(1e9), SiteFabric(), None, 0, None) for name in "abc")
    links = tuple(PacketLink(name, (name[0], name[1]), Port(1e9)) for name in ("ab", "bc"))
    return build_plan(Topology("three", sites, links=links))


SERVERS = ("a-1", "a-2", "b-1")
EXCHANGE = AllReduce("x", 1.0, SERVERS, 3000, chunks=1, operation="all-to-all", iterations=4, warmup=2, every_s=10.0)


def test_only_what_leaves_a_site_counts(plan: Plan) -> None:
    """Each of three ranks sends a third of its 3,000 bytes to each other one."""
    assert once(plan, EXCHANGE) == {("a", "b"): 2000, ("b", "a"): 2000}


def test_other_kinds(plan: Plan) -> None:
    graph = GraphBuilder(2)
    graph.message(0, 1, 500, after=())
    trace = Trace("t", 0.0, ("a-1", "c-1"), graph.build(), "t.et", rounds=3, warmup=1)
    assert announced(plan, [trace], 0.0, None) == {("a", "c"): 2000}
    shared = GraphBuilder(4)
    shared.message(3, 2, 500, after=())
    ranks = Trace("t", 0.0, ("a-1", "c-1"), shared.build(), "t.et", rank_files=(0, 0, 0, 1))
    assert announced(plan, [ranks], 0.0, None) == {("c", "a"): 500}
    training = Training("d", 0.0, ("b-1", "c-1"), "data", 1.0, parameters=1000, rounds=2)
    assert announced(plan, [training], 0.0, None) == {("b", "c"): 4000, ("c", "b"): 4000}
    transfer = Iperf3("i", 0.0, "a-1", "b-2", size_bytes=7)
    inside = Iperf3("j", 0.0, "a-1", "a-2", size_bytes=7)
    assert announced(plan, [transfer, inside], 0.0, None) == {("a", "b"): 7}


@pytest.mark.parametrize(
    ("since_s", "until_s", "times"),
    [(0.0, None, 6), (0.0, 11.0, 3), (11.0, 31.0, 2), (1.5, 10.0, 0), (31.0, None, 1), (40.0, None, 0)],
)
def test_iterations_count_that_begin_in_time(plan: Plan, since_s: float, until_s: float | None, times: int) -> None:
    """They begin at 1, 11, 21 and 31 s; two of warm-up come before the first."""
    found = announced(plan, [EXCHANGE], since_s, until_s)
    assert found == ({("a", "b"): times * 2000, ("b", "a"): times * 2000} if times else {})


def test_whose_bytes_are_known_beforehand() -> None:
    probe = Packets("p", 0.0, "a-1", "b-1", "rtp", 5, 1e-3)
    timed, sized = Iperf3("i", 0.0, "a-1", "b-1", duration_s=1.0), Iperf3("i", 0.0, "a-1", "b-1", size_bytes=5)
    training = Training("d", 0.0, ("b-1", "c-1"), "data", 1.0)
    failing = Training("d", 0.0, ("b-1", "c-1"), "data", 1.0, failures_s=(1.0,))
    known = [is_announceable(workload) for workload in (EXCHANGE, sized, training, probe, timed, failing)]
    assert known == [True, True, True, False, False, False]
