"""What a plan cannot hold is refused, in one line."""

import dataclasses

import pytest

from twin.errors import BadInput
from twin.plan.build import build_plan
from twin.plan.topology import FibrePair, Optical, PacketLink, Port, Site, SiteFabric, Topology

PORT = Port(1e9)
A = Site("a", 1, PORT, SiteFabric(), Optical(), 1, PORT)
B = dataclasses.replace(A, name="b")
FIBRE = FibrePair("a-b", ("a", "b"), 80.0)
LINK = PacketLink("wan", ("a", "b"), PORT)


def change(site: Site, **changes: object) -> Topology:
    return Topology("x", (dataclasses.replace(site, **changes), B))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("topology", "message"),
    [
        (Topology("x", ()), "topology x: sites: found no site; allowed: 1 site or more"),
        (
            Topology("x", tuple(dataclasses.replace(A, name=f"s{i}") for i in range(251))),
            "topology x: sites: found 251 sites; allowed: 250 sites or fewer",
        ),
        (Topology("x", (A, A)), "topology x: sites.a: found the name 'a' 2 times; allowed: each name once"),
        (
            Topology("x", (A, B), (FIBRE, FIBRE)),
            "topology x: fibres.a-b: found the name 'a-b' 2 times; allowed: each name once",
        ),
        (
            change(A, servers=255),
            "topology x: sites.a.servers.count: found 255 servers on 1 switch; allowed: 254 or fewer (254 a switch); "
            "spread them over more leaves or sites",
        ),
        (
            change(A, servers=600, fabric=SiteFabric("leaf-spine", 2, 1, PORT)),
            "topology x: sites.a.servers.count: found 600 servers on 2 switches; "
            "allowed: 508 or fewer (254 a switch); spread them over more leaves or sites",
        ),
        (
            change(A, nic=None),
            "topology x: sites.a.servers: found servers without a nic; give servers.nic a rate",
        ),
        (
            change(A, optical=None),
            "topology x: sites.a.transceivers: found transceivers without an optical switch or a rate; "
            "give the site 'optical: roadm'",
        ),
        (
            change(A, fabric=SiteFabric("leaf-spine", 2, 0, PORT)),
            "topology x: sites.a.fabric: found leaves: 2, spines: 0; allowed: 1 or more of each, and an uplink",
        ),
        (
            change(A, fabric=SiteFabric("leaf-spine", 251, 1, PORT)),
            "topology x: sites.a.fabric: found leaves: 251, spines: 1; allowed: 250 or fewer of each",
        ),
        (
            change(A, fabric=SiteFabric("torus")),
            "topology x: sites.a.fabric: found 'torus'; allowed: switch, leaf-spine",
        ),
        (
            Topology("x", (A, B), (FibrePair("f", ("a", "z"), 1.0),)),
            "topology x: fibres.f.between: found the unknown site 'z'; allowed: a, b",
        ),
        (
            Topology("x", (A, B), (), (PacketLink("l", ("a", "a"), PORT),)),
            "topology x: links.l.between: found 'a' at both ends; allowed: two different sites",
        ),
        (
            Topology("x", (A, dataclasses.replace(B, optical=None, transceivers=0)), (FIBRE,)),
            "topology x: fibres.a-b.between: found the site 'b', which has no optical switch; "
            "give sites.b 'optical: roadm'",
        ),
        (
            Topology("x", (A, B), (FIBRE,), (dataclasses.replace(LINK, name="a-b"),)),
            "topology x: fibres.a-b: found 2 links named 'a-b' (servers' and transceivers' links carry their names); "
            "rename it",
        ),
        (
            Topology("x", (A, B), (), (dataclasses.replace(LINK, name="a-t1"),)),
            "topology x: links.a-t1: found 2 links named 'a-t1' (servers' and transceivers' links carry their names); "
            "rename it",
        ),
    ],
)
def test_refused(topology: Topology, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        build_plan(topology)
    assert str(caught.value) == message


def test_250_sites_of_254_servers_fit() -> None:
    sites = tuple(Site(f"s{i}", 254 if i == 249 else 0, PORT, SiteFabric(), None, 0, None) for i in range(250))
    plan = build_plan(Topology("x", sites))
    assert plan.servers[-1].ip == "10.250.0.254"
    assert plan.servers[-1].mac == "02:00:0a:fa:00:fe"
