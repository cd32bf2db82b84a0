"""The textbook's formulas, with numbers that can be checked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from twin.plan.build import build_plan
from twin.plan.topology import PacketLink, Port, Site, SiteFabric, Topology
from twin.results.closed_form import closed_form_s
from twin.workloads.scenario import AllReduce

SITES = tuple(Site(name, 4, Port(8e9, delay_s=1e-3), SiteFabric(), None, 0, None) for name in "ab")
PLAN = build_plan(Topology("t", SITES, links=(PacketLink("ab", ("a", "b"), Port(8e9)),), mtu=9000))
FOUR = ("a-1", "a-2", "a-3", "a-4")
#: Of each 9,014 bytes on the cable, which carries 1 GB/s, 8,948 are payload: 1 MB takes 1.0074 ms.
WHOLE_S = 1e-3 * 9014 / 8948
RING = AllReduce("w", 0.0, FOUR, 1_000_000)


@pytest.mark.parametrize(
    ("workload", "time_s"),
    [
        (RING, 2e-3 + 1.5 * WHOLE_S),
        (replace(RING, schedule="lock-step"), 6 * 2e-3 + 1.5 * WHOLE_S),
        (replace(RING, algorithm="tree"), 4 * 2e-3 + 2 * WHOLE_S),
    ],
)
def test_formulas(workload: AllReduce, time_s: float) -> None:
    assert closed_form_s(PLAN, workload) == pytest.approx(time_s, rel=1e-12)


@pytest.mark.parametrize(
    "workload", [replace(RING, operation="broadcast"), replace(RING, servers=("a-1", "b-1"))], ids=["broadcast", "far"]
)
def test_where_there_is_none(workload: AllReduce) -> None:
    assert closed_form_s(PLAN, workload) is None
