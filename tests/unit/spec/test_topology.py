"""Topology files: what they become, and what is refused with which words."""

from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.plan.topology import FibrePair, Optical, PacketLink, Port, Site, SiteFabric
from twin.spec import load_topology

WHOLE = """\
name: whole
mtu: 1500
route_factor: 1.5
notes: [made up]
sites:
  a:
    location: {latitude: 0, longitude: 0}
    servers: {count: 2, nic: {rate: 10 Gb/s, queue: 1 ms, ecn: 100 kB, delay: 1 us}}
    fabric: {kind: leaf-spine, leaves: 2, spines: 1, uplink: 40 Gb/s}
    optical: {kind: roadm, delay: 2 us}
    transceivers: {count: 3, rate: 100 Gb/s, queue: 1 MiB}
  b:
    location: {latitude: 0, longitude: 1}
    optical: roadm
fibres:
  a-b: {between: [a, b]}
  short: {between: [a, b], length: 200 km, type: hollow-core, amplifiers: 7}
links:
  wan: {between: [b, a], rate: 300 Mb/s, delay: 7.5 ms, queue: 100 kB, loss: 0.1 %}
"""

MINIMAL = "name: x\nsites:\n  a: {optical: roadm}\n  b: {optical: roadm}\n"


def write(folder: Path, text: str) -> Path:
    file = folder / "f.yaml"
    file.write_text(text)
    return file


def test_everything_is_resolved(tmp_path: Path) -> None:
    topology = load_topology(write(tmp_path, WHOLE)).topology
    assert (topology.name, topology.mtu, topology.notes) == ("whole", 1500, ("made up",))
    assert topology.sites == (
        Site(
            "a",
            2,
            Port(10e9, 1_250_000, 100_000, 1e-6),
            SiteFabric("leaf-spine", 2, 1, Port(40e9)),
            Optical("roadm", 2e-6),
            3,
            Port(100e9, 2**20),
            (0.0, 0.0),
        ),
        Site("b", 0, None, SiteFabric(), Optical(), 0, None, (0.0, 1.0)),
    )
    # One degree on the equator is 111.195 km.
    assert topology.fibres == (
        FibrePair("a-b", ("a", "b"), 166.793, amplifiers=2, length_source="great circle x 1.5"),
        FibrePair("short", ("a", "b"), 200.0, "hollow-core", 3.4e-6, 7),
    )
    assert topology.links == (PacketLink("wan", ("b", "a"), Port(3e8, 100_000, None, 7.5e-3), 0.001),)


def test_the_resolved_text_reads_as_the_same_topology(tmp_path: Path) -> None:
    loaded = load_topology(write(tmp_path, WHOLE))
    again = load_topology(write(tmp_path, loaded.text))
    assert again == loaded
    assert "queue: automatic" in loaded.text
    assert "length: great-circle" in loaded.text


RATES = "b/s, kb/s, Mb/s, Gb/s, Tb/s, as in '400 Gb/s'"
SITE_KEYS = "location, servers, fabric, optical, transceivers"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sites: {a: {}}", "FILE:1: the key 'name' is missing; add it, as in 'name: three-sites'"),
        ("name: x", "FILE:1: sites: found no site; allowed: 1 site or more"),
        (
            "name: x\nsite: {}",
            "FILE:2: site: found the unknown key 'site'; "
            "allowed: name, mtu, route_factor, notes, import, sites, fibres, links, optics, catalogue, lightpaths; "
            "did you mean 'sites'?",
        ),
        (
            "name: x\nsites:\n  a:\n    srevers: {count: 2}",
            f"FILE:4: sites.a.srevers: found the unknown key 'srevers'; allowed: {SITE_KEYS}; did you mean 'servers'?",
        ),
        (
            "name: x\nsites: {a: {servers: {count: 2, nix: 400 Gb/s}}}",
            "FILE:2: sites.a.servers.nix: found the unknown key 'nix'; allowed: count, nic; did you mean 'nic'?",
        ),
        (
            "name: x\nsites: {a: {servers: {count: 2}}}",
            "FILE:2: sites.a.servers: the key 'nic' is missing; add it, as in 'nic: 400 Gb/s'",
        ),
        (
            "name: x\nsites: {a: {servers: {count: 2, nic: 400}}}",
            f"FILE:2: sites.a.servers.nic: found 400 without a unit; allowed: {RATES}",
        ),
        (
            "name: x\nsites: {a: {servers: {count: 2, nic: 0 Gb/s}}}",
            "FILE:2: sites.a.servers.nic: found '0 Gb/s'; allowed: 1 Mb/s to 1.6 Tb/s",
        ),
        (
            "name: x\nsites: {a: {servers: {count: 2, nic: {rate: -4 Gb/s}}}}",
            "FILE:2: sites.a.servers.nic.rate: found '-4 Gb/s'; allowed: 1 Mb/s to 1.6 Tb/s",
        ),
        (
            "name: x\nsites: {a: {servers: {count: two, nic: 1 Gb/s}}}",
            "FILE:2: sites.a.servers.count: found 'two'; allowed: a whole number",
        ),
        (
            "name: x\nsites: {a: {servers: {count: 2.5, nic: 1 Gb/s}}}",
            "FILE:2: sites.a.servers.count: found 2.5; allowed: a whole number",
        ),
        (
            "name: x\nsites: {a: {optical: rodm}}",
            "FILE:2: sites.a.optical: found 'rodm'; allowed: roadm, ocs; did you mean 'roadm'?",
        ),
        (
            "name: x\nsites: {a: {location: {latitude: 91, longitude: 0}}}",
            "FILE:2: sites.a.location.latitude: found 91; allowed: 90.0 or less",
        ),
        (
            "name: x\nsites: {1a: {}}",
            "FILE:2: sites.1a: found '1a'; allowed: a letter, then letters, digits, '-' and '_', 40 characters at most",
        ),
        ("name: x\nsites: [a, b]", "FILE:2: sites: found a list; allowed: a mapping (KEY: VALUE lines)"),
        (
            "name: no\nsites: {a: {}}",
            "FILE:1: name: found false; "
            "allowed: text (in quotes where YAML would read a number or a word such as 'no')",
        ),
        (
            MINIMAL + "fibres:\n  a-c: {between: [a, c], length: 1 km}",
            "FILE:6: fibres.a-c.between[1]: found the unknown site 'c'; allowed: a, b",
        ),
        (
            MINIMAL + "fibres:\n  a-a: {between: [a, a], length: 1 km}",
            "FILE:6: fibres.a-a.between: found 'a' at both ends; allowed: two different sites",
        ),
        (
            MINIMAL + "fibres:\n  f: {between: [a], length: 1 km}",
            "FILE:6: fibres.f.between: found [a]; allowed: two names, as in [tokyo, osaka]",
        ),
        (
            MINIMAL + "fibres:\n  f: {between: [a, b]}",
            "FILE:6: fibres.f: found no length, and the site 'a' has no location to work it out from; "
            "add 'length: 80 km', or sites.a.location",
        ),
        (
            MINIMAL + "fibres:\n  f: {between: [a, b], length: 80}",
            "FILE:6: fibres.f.length: found 80; allowed: great-circle, or as in '80 km'",
        ),
        (
            MINIMAL + "fibres:\n  f: {between: [a, b], length: 0 km}",
            "FILE:6: fibres.f.length: found '0 km'; allowed: 1 m to 40000 km",
        ),
        (
            MINIMAL + "fibres:\n  f: {between: [a, b], length: 1 km, type: G652}",
            "FILE:6: fibres.f.type: found the unknown fibre type 'G652'; allowed: G.652, hollow-core; "
            "did you mean 'G.652'?",
        ),
        (
            MINIMAL + "fibres:\n  f: {between: [a, b], length: 1 km, amplifiers: some}",
            "FILE:6: fibres.f.amplifiers: found 'some'; allowed: automatic, or 0 to 1000",
        ),
        (
            MINIMAL + "links:\n  l: {between: [a, b], rate: 1 Gb/s}",
            "FILE:6: links.l: the key 'delay' is missing; add it, as in 'delay: 7.5 ms'",
        ),
        (
            MINIMAL + "links:\n  l: {between: [a, b], rate: 1 Gb/s, delay: 1 ms, loss: 0.1}",
            "FILE:6: links.l.loss: found 0.1 without a unit; allowed: %, as in '5 %'",
        ),
        (
            "name: x\nsites:\n  a: {transceivers: {count: 2, rate: 400 Gb/s}}",
            "FILE:3: sites.a.transceivers: found transceivers, but no optical switch to join them to; "
            "give the site 'optical: roadm'",
        ),
        (
            "name: x\nsites:\n  a: {fabric: {kind: switch, leaves: 2}}",
            "FILE:3: sites.a.fabric: found leaves, spines or an uplink in a fabric of kind 'switch'; "
            "write 'kind: leaf-spine', or remove them",
        ),
        (
            "name: x\nsites:\n  a: {fabric: leaf-spine}",
            "FILE:3: sites.a.fabric: found a leaf-spine fabric that is not whole; "
            "allowed: leaves and spines of 1 or more, and an uplink",
        ),
        (
            "name: x\nsites:\n  a:\n    servers: {count: 255, nic: 1 Gb/s}",
            "FILE:4: sites.a.servers.count: found 255 servers on 1 switch; allowed: 254 or fewer (254 a switch); "
            "spread them over more leaves or sites",
        ),
        (
            "name: x\nmtu: 100\nsites: {a: {}}",
            "FILE:2: mtu: found 100; allowed: 576 or more",
        ),
    ],
)
def test_refused(tmp_path: Path, text: str, message: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(BadInput) as caught:
        load_topology(file)
    assert str(caught.value) == message.replace("FILE", str(file))


def test_the_problem_in_the_lowest_line_comes_first(tmp_path: Path) -> None:
    file = write(tmp_path, "name: x\nsites:\n  a: {optical: rodm}\nmtu: 1\nlinks: 3\n")
    with pytest.raises(BadInput) as caught:
        load_topology(file)
    assert caught.value.where == f"{file}:3"
