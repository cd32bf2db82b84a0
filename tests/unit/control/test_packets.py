from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.control.commands import AddFlow, RemoveFlow
from twin.control.events import CircuitReleased, CircuitRequested, Woken
from twin.control.fake_network import FakeNetwork
from twin.control.flows import Flow, Match, Output, ToController, TurnBack
from twin.control.packets import base_flows
from twin.control.plant import Plant
from twin.control.site_routing import SiteRouting
from twin.control.tables import Tables
from twin.plan.model import Plan
from twin.plan.topology import Site

PlanOf = Callable[..., Plan]
SiteOf = Callable[..., Site]


def site_flows(plan: Plan) -> list[Flow]:
    """The borders' flows to other sites, over the packet links alone."""
    tables = Tables()
    for switch in plan.packet_switches:
        tables.connect(switch.dpid)
    SiteRouting(Plant(plan), tables, heed_ports=True).follow((), 0.0, planned=False)
    return [command.flow for command in tables.flush()[0] if isinstance(command, AddFlow)]


def test_base_flows_of_a_border_with_servers(triangle: Plan) -> None:
    assert [flow for flow in base_flows(triangle) if flow.dpid == 1] == [
        Flow(1, 0, Match()),
        Flow(1, 200, Match(eth_type=0x0806), (ToController(),)),
        Flow(1, 332, Match(eth_type=0x0800, ipv4_dst="10.1.0.1/32"), (Output(1),)),
        Flow(1, 332, Match(eth_type=0x0800, ipv4_dst="10.1.0.2/32"), (Output(2),)),
    ]


def test_an_optical_switch_only_drops(triangle: Plan) -> None:
    assert [flow for flow in base_flows(triangle) if flow.dpid == 4] == [Flow(4, 0, Match())]


def test_a_leaf_knows_its_servers_its_neighbour_and_the_way_out(plan_of: PlanOf, make_site: SiteOf) -> None:
    plan = plan_of([make_site("a", None, leaves=2), make_site("b", None)], links=[("ab", "a", "b", 0.01)])
    leaf = next(switch for switch in plan.packet_switches if switch.name == "a-leaf1")
    prefixes = [flow.match.ipv4_dst for flow in base_flows(plan) if flow.dpid == leaf.dpid and flow.priority > 300]
    assert prefixes == ["10.1.1.1/32", "10.1.2.0/24", "10.2.0.0/16"]


def test_site_to_site_takes_the_shorter_way(plan_of: PlanOf, make_site: SiteOf) -> None:
    links = [("ac", "a", "c", 0.03), ("ab", "a", "b", 0.01), ("bc", "b", "c", 0.01)]
    plan = plan_of([make_site(name, None) for name in "abc"], links=links)
    port = plan.link_by_name["ab"].at("a-border").port
    assert [flow for flow in site_flows(plan) if flow.dpid == 1] == [
        Flow(1, 316, Match(eth_type=0x0800, ipv4_dst="10.2.0.0/16"), (Output(port),)),
        Flow(1, 316, Match(eth_type=0x0800, ipv4_dst="10.3.0.0/16"), (Output(port),)),
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_reachable_server_is_reached_and_nothing_loops(
    plan_of: PlanOf, make_site: SiteOf, data: st.DataObject
) -> None:
    names = [f"s{i}" for i in range(data.draw(st.integers(1, 5)))]
    sites = [make_site(name, None, leaves=data.draw(st.integers(0, 2))) for name in names]
    pairs = data.draw(
        st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names), st.integers(0, 3)), max_size=8)
    )
    links = [(f"l{i}", a, b, d / 1000) for i, (a, b, d) in enumerate(pairs) if a != b]
    plan = plan_of(sites, links=links)
    network = FakeNetwork(plan)
    network.apply(AddFlow(flow) for flow in [*base_flows(plan), *site_flows(plan)])
    group = {name: {name} for name in names}
    for _, a, b, _ in links:
        merged = group[a] | group[b]
        for name in merged:
            group[name] = merged
    for source in plan.servers:
        for target in plan.servers:
            if source is not target:
                journey = network.send(source.name, target.name)
                assert journey.lost != "loop"
                assert (journey.lost == "") == (target.site in group[source.site])


def test_what_is_under_way_is_sent_back_when_a_route_turns_round(bench: Any) -> None:
    """While a-b is released, b's packets to a go over c; what c had sent to b for a comes back, and the other way."""
    for name in ("ab", "bc", "ca"):
        bench.play(CircuitRequested(name, (name[0], name[1])))
    commands = bench.brain.handle(CircuitReleased("ab"), 10.0)
    turn = [c.flow for c in commands if isinstance(c, AddFlow) and TurnBack() in c.flow.actions]
    assert turn == [
        Flow(2, 317, Match(in_port=4, eth_type=0x0800, ipv4_dst="10.1.0.0/16"), (TurnBack(),)),
        Flow(1, 317, Match(in_port=4, eth_type=0x0800, ipv4_dst="10.2.0.0/16"), (TurnBack(),)),
    ]
    bench.network.apply(commands)
    later = bench.brain.handle(Woken(), 10.1)
    assert [c.flow for c in later if isinstance(c, RemoveFlow) and TurnBack() in c.flow.actions] == turn
