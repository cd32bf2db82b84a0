"""Topology in, plan out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.plan.build import build_plan
from twin.plan.codec import from_json, to_json
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, PacketLink, Port, Site, SiteFabric, Topology

PORT = Port(400e9)
LEAF_SPINE = SiteFabric("leaf-spine", leaves=2, spines=2, uplink=Port(800e9, delay_s=1e-7))


def site(name: str, servers: int = 2, fabric: SiteFabric | None = None, transit_s: float = 0.0) -> Site:
    return Site(name, servers, PORT, fabric or SiteFabric(), Optical(delay_s=transit_s), 2, PORT)


def chain() -> Topology:
    """a - b - c by fibre, with a packet link from a to c."""
    sites = (site("a", transit_s=1e-6), site("b", 3, LEAF_SPINE, transit_s=2e-6), site("c", 0, transit_s=4e-6))
    fibres = (
        FibrePair("a-b", ("a", "b"), 400.0, amplifiers=4),
        FibrePair("b-c", ("b", "c"), 80.0, length_source="great circle x 1.3"),
    )
    links = (PacketLink("internet", ("a", "c"), Port(3e8, 10_000, 5_000, 7.5e-3), loss=0.01),)
    return Topology("chain", sites, fibres, links, mtu=1500, notes=("from a test",))


PLAN = build_plan(chain())


def test_addresses_follow_site_group_and_index() -> None:
    found = {server.name: (server.ip, server.mac) for server in PLAN.servers}
    assert found == {
        "a-1": ("10.1.0.1", "02:00:0a:01:00:01"),
        "a-2": ("10.1.0.2", "02:00:0a:01:00:02"),
        "b-1": ("10.2.1.1", "02:00:0a:02:01:01"),
        "b-2": ("10.2.1.2", "02:00:0a:02:01:02"),
        "b-3": ("10.2.2.1", "02:00:0a:02:02:01"),
    }


def test_datapaths_are_numbered_packet_switches_first() -> None:
    found = [(switch.dpid, switch.bridge, switch.name) for switch in (*PLAN.packet_switches, *PLAN.optical_switches)]
    names = ["a-border", "b-border", "b-leaf1", "b-leaf2", "b-spine1", "b-spine2", "c-border"]
    names += ["a-roadm", "b-roadm", "c-roadm"]
    assert found == [(i, f"s{i}", name) for i, name in enumerate(names, start=1)]
    roles = [switch.role for switch in PLAN.packet_switches]
    assert roles == ["border", "border", "leaf", "leaf", "spine", "spine", "border"]


def test_sites() -> None:
    assert [(s.name, s.border, s.optical, s.prefix) for s in PLAN.sites] == [
        ("a", "a-border", "a-roadm", "10.1.0.0/16"),
        ("b", "b-border", "b-roadm", "10.2.0.0/16"),
        ("c", "c-border", "c-roadm", "10.3.0.0/16"),
    ]


def test_ports_count_servers_then_fabric_then_transceivers_then_fibres_then_packet_links() -> None:
    assert [link.name for link in PLAN.links_of["a-border"]] == ["a-1", "a-2", "a-t1", "a-t2", "internet"]
    assert [link.name for link in PLAN.links_of["b-border"]] == [
        "b-spine1-b-border",
        "b-spine2-b-border",
        "b-t1",
        "b-t2",
    ]
    assert [link.name for link in PLAN.links_of["b-leaf1"]] == [
        "b-1",
        "b-2",
        "b-leaf1-b-spine1",
        "b-leaf1-b-spine2",
    ]
    assert [link.name for link in PLAN.links_of["b-roadm"]] == ["b-t1", "b-t2", "a-b", "b-c"]
    for node, links in PLAN.links_of.items():
        assert [link.at(node).port for link in links] == list(range(1, len(links) + 1))


def test_interfaces() -> None:
    nic = PLAN.link_by_name["a-1"]
    assert (nic.a.interface, nic.b.interface) == ("eth0", "s1-eth1")


def test_a_line_is_shaped_at_the_border_and_delays_by_the_switch_it_leaves() -> None:
    line = PLAN.link_by_name["a-t1"]
    assert (line.a.node, line.a.rate_bps, line.a.queue_bytes, line.a.delay_s) == ("a-border", 400e9, 2**26, 0.0)
    assert (line.b.node, line.b.rate_bps, line.b.queue_bytes, line.b.delay_s) == ("a-roadm", None, 0, 1e-6)


def test_a_fibre_delays_and_never_shapes() -> None:
    fibre = PLAN.link_by_name["a-b"]
    assert [end.rate_bps for end in fibre.ends] == [None, None]
    glass_and_amplifiers_s = 400 * 4.8967e-6 + 4 * 0.125e-6
    assert fibre.at("a-roadm").delay_s == pytest.approx(glass_and_amplifiers_s + 1e-6)
    assert fibre.at("b-roadm").delay_s == pytest.approx(glass_and_amplifiers_s + 2e-6)
    assert PLAN.fibres[0].delay_s == pytest.approx(glass_and_amplifiers_s)


def test_a_route_counts_every_optical_switch_once() -> None:
    """a -> b -> c: transit of a, b and c, and the glass between them; the same on the way back."""
    there = ["a-b:a-roadm", "b-c:b-roadm", "c-t1:c-roadm"]
    back = ["b-c:c-roadm", "a-b:b-roadm", "a-t1:a-roadm"]
    glass_s = sum(fibre.delay_s for fibre in PLAN.fibres)
    for way in (there, back):
        ends = [PLAN.link_by_name[name].at(node) for name, node in (step.split(":") for step in way)]
        assert sum(end.delay_s for end in ends) == pytest.approx(glass_s + 1e-6 + 2e-6 + 4e-6)


def test_a_packet_link_has_rate_delay_loss_and_marking_in_both_directions() -> None:
    for end in PLAN.link_by_name["internet"].ends:
        assert (end.rate_bps, end.queue_bytes, end.ecn_bytes) == (3e8, 10_000, 5_000)
        assert (end.delay_s, end.loss) == (7.5e-3, 0.01)


def test_fabric_links_have_the_uplink_s_rate_and_delay() -> None:
    for end in PLAN.link_by_name["b-spine1-b-border"].ends:
        assert (end.rate_bps, end.delay_s) == (800e9, 1e-7)


def test_notes_say_what_was_assumed() -> None:
    assert PLAN.notes == (
        "from a test",
        "length of fibre b-c is the great circle x 1.3 (the factor is assumed)",
        "queues that the file does not state hold 5 ms at the port's rate, 64 KiB to 64 MiB (assumed)",
    )


def test_a_plan_survives_json() -> None:
    assert from_json(Plan, json.loads(json.dumps(to_json(PLAN)))) == PLAN


@given(st.integers(1, 20), st.integers(1, 5), st.integers(1, 4), st.integers(1, 6))
def test_any_leaf_spine_has_unique_addresses_and_ports(servers: int, leaves: int, spines: int, sites: int) -> None:
    fabric = SiteFabric("leaf-spine", leaves, spines, PORT)
    plan = build_plan(Topology("x", tuple(site(f"s{i}", servers, fabric) for i in range(sites))))
    assert len({server.ip for server in plan.servers}) == servers * sites
    assert len({server.mac for server in plan.servers}) == servers * sites
    ends = [(end.node, end.port) for link in plan.links for end in link.ends]
    assert len(set(ends)) == len(ends)
    assert len(plan.links) == sites * (servers + leaves * spines + spines + 2)
    per_leaf = [sum(link.kind == "nic" for link in plan.links_of[f"s0-leaf{j}"]) for j in range(1, leaves + 1)]
    assert max(per_leaf) - min(per_leaf) <= 1
