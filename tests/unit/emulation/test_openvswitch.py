"""The OVSDB transaction of a plan."""

from __future__ import annotations

from twin.emulation.openvswitch import bridge_commands, removal_commands
from twin.plan.build import build_plan
from twin.plan.topology import Port, Site, SiteFabric, Topology


def test_a_bridge_is_made_with_its_ports_and_controller() -> None:
    plan = build_plan(Topology("t", (Site("a", 1, Port(1e9), SiteFabric(), None, 0, None),), mtu=1500))
    assert bridge_commands(plan, "tcp:127.0.0.1:6653") == [
        "-- add-br s1 -- set bridge s1 protocols=OpenFlow13 fail_mode=secure datapath_type=system"
        " other_config:datapath-id=0000000000000001 other_config:disable-in-band=true"
        " -- set-controller s1 tcp:127.0.0.1:6653"
        " -- set controller s1 connection_mode=out-of-band max_backoff=1000 inactivity_probe=0",
        "-- add-port s1 s1-eth1 -- set interface s1-eth1 ofport_request=1",
    ]


def test_bridges_are_removed_by_name() -> None:
    assert removal_commands(["s1", "s2"]) == ["-- --if-exists del-br s1", "-- --if-exists del-br s2"]
