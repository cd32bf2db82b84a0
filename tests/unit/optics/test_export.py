"""The exported files, given to GNPy's own command line: its GSNR is ours."""

from __future__ import annotations

import importlib.resources
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.optics import export
from twin.optics.lightpaths import light_of
from twin.optics.lines import survey
from twin.physics.modes import penalties_db
from twin.physics.quality import Quality
from twin.plan.light import Lightpath
from twin.plan.topology import Topology
from twin.spec import load_topology

Load = Callable[..., Topology]
Star = Callable[..., str]

REPOSITORY = Path(__file__).resolve().parents[3]
CONUS = importlib.resources.files("gnpy") / "example-data" / "CORONET_CONUS_Topology.json"

_REQUEST = "import sys; from gnpy.tools.cli_examples import path_requests_run as main; main(sys.argv[1:])"
_COMMAND = "import sys; from gnpy.tools.cli_examples import transmission_main_example as main; main(sys.argv[1:])"


def check(topology: Topology, path: Lightpath, folder: Path) -> None:
    """``path`` has the GSNR (within 0.01 dB), OSNR, dispersion, PMD and PDL that GNPy's command line finds."""
    for name, content in export.gnpy(topology).items():
        (folder / name).write_text(json.dumps(content))
    route = "|".join(f"roadm {site}" for site in path.sites)
    ends = [f"trx {path.sites[0]}", f"trx {path.sites[-1]}"]
    files = ["-e", str(folder / "gnpy-equipment.json"), str(folder / "gnpy-network.json")]
    command = [sys.executable, "-W", "ignore", "-c", _COMMAND, *files, *ends, "--path", route]
    out = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert out.returncode == 0, out.stderr
    final = re.search(r"Final GSNR \(0\.1 nm\):\D*0?;?[\d;]*m(-?[\d.]+)", out.stdout)
    assert final is not None, out.stdout[-2000:]
    assert float(final.group(1)) == pytest.approx(path.gsnr_db, abs=0.01)
    receiver = out.stdout.split("Transceiver trx ")[-1]
    for name, value in (
        ("OSNR ASE (0.1nm, dB)", path.osnr_db),
        ("CD (ps/nm)", path.dispersion_ps_nm),
        ("PMD (ps)", path.pmd_ps),
        ("PDL (dB)", path.pdl_db),
        ("Latency (ms)", path.delay_s * 1e3),
    ):
        shown = re.search(rf"{re.escape(name)}: *(-?[\d.]+)", receiver)
        assert shown is not None, receiver
        assert float(shown.group(1)) == pytest.approx(value, abs=0.011), name


def penalties_by_gnpy(path: Lightpath, folder: Path) -> dict[str, str]:
    """The penalties, dB, that GNPy's path request finds for ``path`` in the files that ``check`` left."""
    ends = {"source": f"trx {path.sites[0]}", "destination": f"trx {path.sites[-1]}"}
    points = {"src-tp-id": ends["source"], "dst-tp-id": ends["destination"], "bidirectional": False}
    light = {"trx_type": path.transceiver, "trx_mode": path.mode, "spacing": 87.5e9, "path_bandwidth": path.rate_bps}
    needs = {"te-bandwidth": {"technology": "flexi-grid", **light}}
    request = {"path-request": [{"request-id": "0", **ends, **points, "path-constraints": needs}]}
    (folder / "request.json").write_text(json.dumps(request))
    command = [sys.executable, "-W", "ignore", "-c", _REQUEST, "gnpy-network.json", "request.json"]
    command += ["-e", "gnpy-equipment.json"]
    out = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert out.returncode == 0, out.stderr
    return dict(re.findall(r"(\w+)_penalty = ([\d.]+)", out.stdout + out.stderr))


def test_the_plant_of_the_documentation(load: Load, tmp_path: Path) -> None:
    """Its first block is a topology, its second a catalogue."""
    first, second = re.findall(r"```yaml\n(.*?)```", (REPOSITORY / "docs/plant.md").read_text(), re.DOTALL)[:2]
    (tmp_path / "my.yaml").write_text(second)
    topology = load(first + "catalogue: my.yaml\n")
    assert {"sea"} <= topology.catalogue.fibres.keys()
    light = light_of(topology, survey(topology))
    assert light.refusals == ()
    assert [path.name for path in light.lightpaths] == ["a", "b", "c-1", "c-2"]
    check(topology, light.lightpaths[3], tmp_path)


def test_a_metro_ring(tmp_path: Path) -> None:
    topology = load_topology(REPOSITORY / "topologies/metro-ring.yaml").topology
    path = light_of(topology, survey(topology)).lightpaths[3]
    assert path.sites == ("west", "north", "east")
    check(topology, path, tmp_path)


def test_openroadm_over_a_hub(load: Load, star: Star, tmp_path: Path) -> None:
    topology = load(
        star("OpenROADM-v5", "openroadm-v5", [240, 960]) + "\nlightpaths: {p: {between: [s240, s960], mode: 200G}}"
    )
    (path,) = light_of(topology, survey(topology)).lightpaths
    assert path.mode == "200G"
    assert path.pdl_db > 3.6  # three ROADMs of 1.5 dB, and amplifiers
    check(topology, path, tmp_path)
    assert penalties_by_gnpy(path, tmp_path) == {"CD": "0.4", "PMD": "0.07", "PDL": "2.22"}
    mode = next(mode for mode in topology.catalogue.transceivers["OpenROADM-v5"].modes if mode.name == "200G")
    seen = Quality(path.gsnr_db, path.osnr_db, path.dispersion_ps_nm, path.pmd_ps, path.pdl_db)
    assert list(penalties_db(mode, seen).values()) == pytest.approx([0.4, 0.07, 2.22], abs=0.005)
    assert path.margin_db == pytest.approx(path.gsnr_db - 17.0 - 0.4 - 0.07 - 2.22, abs=0.015)


def test_circuit_switches_lose_light(load: Load, tmp_path: Path) -> None:
    """Over three of them. GNPy's amplifiers have a gain of 8 dB at least, so less loss than that is for nothing."""
    site = "{optical: {kind: ocs, technology: NAME}, transceivers: {count: 1, mode: OpenZR+}}"
    text = f"name: x\nsites: {{a: {site}, b: {site}, c: {site}}}\nfibres:\n"
    text += "  ab: {between: [a, b], length: 80 km}\n  bc: {between: [b, c], length: 170 km}\n"
    text += "lightpaths: {p: {between: [a, c]}}\n"
    found = []
    for name in ("robotic", "silicon-photonics", "mine", "WSS"):
        own = "catalogue: {switches: {mine: {ports: 8, switching: 1 ms, loss: 14 dB}}}\n"
        topology = load(text.replace("NAME", name) + own)
        (path,) = light_of(topology, survey(topology)).lightpaths
        check(topology, path, tmp_path)
        found.append(path.gsnr_db)
    assert found == [pytest.approx(27.02, abs=0.01), pytest.approx(27.02, abs=0.01), *sorted(found[2:], reverse=True)]
    assert found[1] - found[2] > 0.1
    assert found[2] - found[3] > 0.1


def test_an_imported_network_and_library(tmp_path: Path) -> None:
    """GNPy's own mesh example with its own library: fibres, transceivers and amplifiers are all its."""
    examples = CONUS.parent
    text = f"name: mesh\nimport:\n  gnpy: {{network: {examples / 'Sweden_OpenROADMv5_example_network.json'}, "
    text += f"equipment: {examples / 'eqpt_config_openroadm_ver5.json'}}}\n"
    text += "  site: {optical: roadm, transceivers: {count: 9, mode: OpenROADM-MSA-ver.-5.0}}\noptics: {margin: 0 dB}\n"
    (tmp_path / "plant.yaml").write_text(text + "lightpaths: {p: {between: [Stockholm, Norrkoping]}}\n")
    topology = load_topology(tmp_path / "plant.yaml").topology
    light = light_of(topology, survey(topology))
    assert light.refusals == ()
    check(topology, light.lightpaths[0], tmp_path)


def test_coronet_conus(load: Load, tmp_path: Path) -> None:
    """75 sites and 99 fibres of GNPy's own data."""
    text = f"name: conus\nimport:\n  gnpy: {{network: {CONUS}}}\n"
    text += "  site: {optical: roadm, transceivers: {count: 9, mode: OpenZR+}}\noptics: {margin: 0 dB}\n"
    text += "lightpaths: {near: {between: [Boston, Cleveland]}, far: {between: [Miami, Seattle]}}\n"
    topology = load(text)
    assert (len(topology.sites), len(topology.fibres)) == (75, 99)
    light = light_of(topology, survey(topology))
    (near,), (far,) = light.lightpaths, light.refusals
    assert len(near.sites) > 4
    check(topology, near, tmp_path)
    assert far.reason.startswith("6472.18 km over Miami - West_Palm_Beach - ")
    assert far.reason.endswith(", and OpenZR+ reaches 1200 km")
    sites = "Jacksonville, Nashville, St_Louis, Omaha, Denver, Billings, Spokane"
    assert far.remedy == f"regenerators at {sites} close: write 'regenerate: [{sites}]'"
    # As it says: the lightpath in sections.
    sections = load(text.replace("Seattle]", f"Seattle], regenerate: [{sites}]"))
    again = light_of(sections, survey(sections))
    assert again.refusals == ()
    assert [path.sites[-1] for path in again.lightpaths[1:]] == [*sites.split(", "), "Seattle"]


def test_a_topology_without_light_has_nothing_for_gnpy() -> None:
    topology = load_topology(REPOSITORY / "topologies/three-sites.yaml").topology
    with pytest.raises(BadInput) as caught:
        export.gnpy(topology)
    assert str(caught.value) == (
        "topology three-sites: sites: found no transceivers by mode, so there is no light to export; "
        "give them one, as in 'mode: 400ZR'"
    )


def test_rfc_8345_has_every_node_point_and_both_directions_of_every_link() -> None:
    topology = load_topology(REPOSITORY / "topologies/metro-40km.yaml").topology
    (network,) = export.ietf(topology)["ietf-network.json"]["ietf-network:networks"]["network"]
    points = {
        (node["node-id"], point["tp-id"])
        for node in network["node"]
        for point in node["ietf-network-topology:termination-point"]
    }
    assert {node["node-id"] for node in network["node"]} == {
        *("north-1", "north-2", "south-1", "south-2"),
        *("north-border", "south-border", "north-roadm", "south-roadm"),
    }
    links = network["ietf-network-topology:link"]
    assert len(links) == 2 * 7
    assert len({link["link-id"] for link in links}) == len(links)
    for link in links:
        assert (link["source"]["source-node"], link["source"]["source-tp"]) in points
        assert (link["destination"]["dest-node"], link["destination"]["dest-tp"]) in points
    assert {
        "link-id": "north-south,north-roadm,south-roadm",
        "source": {"source-node": "north-roadm", "source-tp": "s3-eth2"},
        "destination": {"dest-node": "south-roadm", "dest-tp": "s4-eth2"},
    } in links
