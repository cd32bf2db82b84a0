"""The plans that the benchmark runs on."""

from __future__ import annotations

import pytest

from bench import cases
from twin.plan.model import Plan


def delay_s(plan: Plan, source: str, switches: int) -> float:
    """One way from ``source`` to the other end of its chain."""
    nics = [link for link in plan.links if link.kind == "nic" and link.a.node in (source, plan.servers[-1].name)]
    between = [link.a.delay_s for link in plan.links if link.kind == "packet"]
    assert len(between) == switches - 1
    return nics[0].a.delay_s + sum(between) + nics[1].b.delay_s


@pytest.mark.parametrize("row", cases.ROWS, ids=lambda row: row.name)
@pytest.mark.parametrize("switches", [1, 2, 3, 4, 5])
def test_a_chain_has_the_row_s_delay_rate_and_switches(row: cases.Row, switches: int) -> None:
    plan = cases.chain(row, switches)
    assert len(plan.packet_switches) == switches
    assert len(plan.servers) == 2 * row.flows
    assert delay_s(plan, plan.servers[0].name, switches) == pytest.approx(row.delay_s)
    assert {link.a.rate_bps for link in plan.links if link.kind == "packet"} <= {row.rate_bps}
    assert {link.a.rate_bps for link in plan.links if link.kind == "nic"} == {row.rate_bps / row.flows}
    assert all(link.a.loss == 0 for link in plan.links)


def test_buffers_and_queues_hold_two_round_trips() -> None:
    for row in cases.ROWS:
        plan = cases.chain(row, 2)
        assert plan.socket_bytes >= 2 * row.bdp_bytes / row.flows
        assert all(link.a.queue_bytes >= min(2 * row.bdp_bytes, cases.QUEUE_MAX_BYTES) for link in plan.links)


@pytest.mark.parametrize(("switches", "lossy"), [(2, "p1-p2"), (3, "p2-p3"), (5, "p3-p4")])
def test_the_middle_link_of_a_chain_loses(switches: int, lossy: str) -> None:
    plan = cases.chain(cases.ROWS[3], switches, loss=0.01, flows=1)
    assert {link.name: link.a.loss for link in plan.links if link.a.loss} == {lossy: 0.01}


def test_flows_lead_from_one_end_to_the_other() -> None:
    row = cases.Row(8e9, 1e-3, 9000, flows=2)
    assert cases.pairs(cases.chain(row, 3)) == [("p1-1", "p3-1"), ("p1-2", "p3-2")]
    assert cases.pairs(cases.chain(row, 1)) == [("p1-1", "p1-3"), ("p1-2", "p1-4")]


@pytest.mark.parametrize(("servers", "switches"), [(10, 1), (100, 10), (1000, 100)])
def test_a_fabric_is_a_tree_of_so_many_parts(servers: int, switches: int) -> None:
    plan = cases.fabric(servers, switches)
    assert (len(plan.servers), len(plan.packet_switches)) == (servers, switches)
    assert len(plan.links) == servers + switches - 1


def test_a_heap_has_what_is_asked_for() -> None:
    plan = cases.heap(servers=3, links=4, switches=5)
    assert (len(plan.servers), len(plan.links), len(plan.packet_switches)) == (3, 3 + 4, 2 + 5)


def test_any_two_servers_of_a_star_are_the_row_s_delay_apart() -> None:
    plan = cases.star(cases.Row(100e9, 1e-3, 9000), 4)
    assert len(plan.servers) == 4
    assert {link.a.delay_s for link in plan.links} == {0.5e-3}
