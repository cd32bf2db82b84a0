"""Importing GNPy's files: what is taken, and what is refused with its line."""

from __future__ import annotations

import importlib.resources
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from twin.errors import BadInput
from twin.spec import LoadedTopology, load_topology

EXAMPLES = importlib.resources.files("gnpy") / "example-data"


def fibre(uid: str, length: float, **more: Any) -> dict[str, Any]:
    params = {"length": length, "length_units": "km", "loss_coef": 0.21, "con_in": 0.5, "con_out": 0.5}
    return {"uid": uid, "type": "Fiber", "type_variety": "SSMF", "params": {**params, **more}}


def network() -> dict[str, Any]:
    """Two ROADMs, two spans with an amplifier one way, the same back."""
    elements = [
        {"uid": "trx A", "type": "Transceiver"},
        {"uid": "roadm A", "type": "Roadm", "metadata": {"location": {"city": "A", "latitude": 1.0, "longitude": 2.0}}},
        {"uid": "roadm B", "type": "Roadm"},
        fibre("ab1", 80.0),
        {"uid": "amp", "type": "Edfa", "operational": {"gain_target": 16}},
        fibre("ab2", 60.0, att_in=1.5),
        fibre("ba1", 60.0),
        fibre("ba2", 80.0),
    ]
    chains = [["trx A", "roadm A", "ab1", "amp", "ab2", "roadm B", "ba1", "ba2", "roadm A", "trx A"]]
    joins = [{"from_node": a, "to_node": b} for chain in chains for a, b in pairwise(chain)]
    return {"elements": elements, "connections": joins}


def load(folder: Path, content: Any, more: str = "") -> LoadedTopology:
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    (folder / "net.json").write_text(text)
    site = "{optical: roadm, transceivers: {count: 1, mode: 400ZR}}"
    (folder / "x.yaml").write_text(f"name: x\nimport:\n  gnpy: {{network: net.json{more}}}\n  site: {site}\n")
    return load_topology(folder / "x.yaml")


def test_a_network_becomes_sites_and_fibres(tmp_path: Path) -> None:
    loaded = load(tmp_path, network())
    topology = loaded.topology
    assert [(site.name, site.location) for site in topology.sites] == [("A", (1.0, 2.0)), ("B", None)]
    (only,) = topology.fibres
    assert (only.name, only.sites, only.spans_km, only.length_km) == ("A-B", ("A", "B"), (80.0, 60.0), 140.0)
    assert (only.amplifiers, only.loss_db_per_km, only.connector_db) == (1, 0.21, 0.5)
    assert topology.notes == (
        "sites and fibres are from the GNPy network net.json; amplifiers and padding are designed anew, "
        "ROADMs are the line system's, PMD that of the fibres' types",
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x.yaml").write_text(loaded.text)
    assert load_topology(elsewhere / "x.yaml") == loaded


def test_an_equipment_library_brings_its_transceivers_and_line_system(tmp_path: Path) -> None:
    text = (EXAMPLES / "eqpt_config_openroadm_ver5.json").read_text(encoding="utf-8")
    (tmp_path / "eq.json").write_text(text)
    loaded = load(tmp_path, network(), ", equipment: eq.json")
    assert loaded.topology.optics is not None
    assert loaded.topology.optics.line_system == "imported"
    system = loaded.topology.catalogue.line_systems["imported"]
    assert (system.power_dbm, system.high_hz, system.span_km) == (2.0, 196.125e12, 135.0)
    kind = loaded.topology.catalogue.transceivers["OpenROADM-MSA-ver.-5.0"]
    best = kind.modes[0]
    assert (best.rate_bps, best.osnr_db, best.slot_hz, best.bits_per_symbol) == (400e9, 24.0, 87.5e9, 7)
    assert best.dispersion == ((4000.0, 0.0), (12000.0, 0.5))


def test_an_imported_library_is_in_the_resolved_text(tmp_path: Path) -> None:
    content = (EXAMPLES / "eqpt_config_openroadm_ver5.json").read_text(encoding="utf-8")
    (tmp_path / "eq.json").write_text(content)
    loaded = load(tmp_path, network(), ", equipment: eq.json")
    assert loaded.topology.catalogue.line_systems["imported"].equipment == json.loads(content)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x.yaml").write_text(loaded.text)
    for name in ("eq.json", "net.json", "x.yaml"):
        (tmp_path / name).unlink()
    assert str(tmp_path) not in loaded.text
    assert load_topology(elsewhere / "x.yaml") == loaded


def test_an_equipment_library_brings_its_fibre_types(tmp_path: Path) -> None:
    (tmp_path / "eq.json").write_text((EXAMPLES / "eqpt_config.json").read_text(encoding="utf-8"))
    data = network()
    for element in data["elements"]:
        if element["type"] == "Fiber":
            element["type_variety"] = "NZDF"
    topology = load(tmp_path, data, ", equipment: eq.json").topology
    (fibre,) = topology.fibres
    assert (fibre.kind, fibre.delay_s_per_km) == ("NZDF", 4.8967e-6)
    kind = topology.catalogue.fibres["NZDF"]
    numbers = (kind.dispersion_ps_nm_km, kind.effective_area_um2, kind.pmd_ps_per_sqrt_km)
    assert numbers == (pytest.approx(5.0), pytest.approx(72.0), pytest.approx(0.04, rel=1e-3))


def test_a_fibre_type_of_ones_own_catalogue_can_be_imported(tmp_path: Path) -> None:
    entry = "{delay: 4.9 us/km, loss: 0.16 dB/km, dispersion: 21, effective_area: 150}"
    (tmp_path / "mine.yaml").write_text(f"fibres: {{NZDF: {entry}}}\n")
    data = network()
    for element in data["elements"]:
        if element["type"] == "Fiber":
            element["type_variety"] = "NZDF"
    (tmp_path / "net.json").write_text(json.dumps(data))
    (tmp_path / "x.yaml").write_text(
        "name: x\ncatalogue: mine.yaml\nimport:\n  gnpy: {network: net.json}\n  site: {optical: roadm}\n"
    )
    (fibre,) = load_topology(tmp_path / "x.yaml").topology.fibres
    assert (fibre.kind, fibre.delay_s_per_km) == ("NZDF", pytest.approx(4.9e-6))


def test_sites_lose_their_accents(tmp_path: Path) -> None:
    data = network()
    data["elements"][1]["metadata"]["location"]["city"] = "Norrk\u00f6ping S\u00f6dra"
    assert load(tmp_path, data).topology.sites[0].name == "Norrkoping-Sodra"


def test_a_mode_wider_than_its_spacing_gets_the_next_slot_of_the_grid(tmp_path: Path) -> None:
    (tmp_path / "eq.json").write_text((EXAMPLES / "eqpt_config.json").read_text(encoding="utf-8"))
    loaded = load(tmp_path, network(), ", equipment: eq.json")
    modes = {mode.name: mode for mode in loaded.topology.catalogue.transceivers["Voyager"].modes}
    assert (modes["mode-2"].slot_hz, modes["mode-3"].slot_hz) == (87.5e9, 62.5e9)  # 66 GBd x 1.15 is 75.9 GHz


def broken(**changes: Any) -> dict[str, Any]:
    """The network with the element ``ab2`` changed."""
    data = network()
    next(element for element in data["elements"] if element["uid"] == "ab2").update(changes)
    return data


def refused() -> list[tuple[Any, str]]:
    """Broken networks, and what is said of each."""
    wide = network()
    wide["connections"] = [join for join in wide["connections"] if join["from_node"] != "ba2"]
    lost = network()
    lost["connections"].append({"from_node": "roadm A", "to_node": "ghost"})
    twice = network()
    twice["elements"][2]["metadata"] = {"location": {"city": "A"}}
    return [
        (
            twice,
            "roadm A: found the ROADMs 'roadm A' and 'roadm B', which would both be the site 'A'; "
            "allowed: each city once; name their cities apart",
        ),
        (
            broken(type="Fibre"),
            "ab2: found the unknown element 'Fibre'; allowed: Transceiver, Roadm, Fiber, Edfa; did you mean 'Fiber'?",
        ),
        (
            broken(colour="red"),
            "ab2: found the unknown key 'colour'; allowed: att_in, con_in, con_out, length, length_units, loss_coef, "
            "metadata, name, operational, params, pmd_coef, type, type_variety, uid",
        ),
        (
            broken(type_variety="NZDF"),
            "ab2: found the fibre type 'NZDF'; allowed: SSMF, G.652, hollow-core; "
            "import the equipment library that has it, or add it to the catalogue",
        ),
        (
            fibre_changed("ab2", loss_coef=0.3),
            "ab1: found spans of one fibre with different loss_coef; allowed: one value for all",
        ),
        (
            fibre_changed("ab2", length=61.0),
            "ab1: found fibres from 'roadm A' to 'roadm B', but none of that length back; "
            "allowed: both directions, of one length",
        ),
        (wide, "ba2: found 0 ways on from it; allowed: one; join every fibre and amplifier to the next"),
        (lost, "connections[9]: found no element 'ghost'"),
        (
            {"elements": [], "connections": []},
            "elements: found no ROADM; allowed: a network of ROADMs joined by fibres",
        ),
    ]


def test_refused(tmp_path: Path) -> None:
    for content, message in refused():
        with pytest.raises(BadInput) as caught:
            load(tmp_path, content)
        where, _, rest = str(caught.value).partition(": ")
        assert rest == message
        number = int(where.removeprefix(f"{tmp_path}/net.json:"))
        lines = (tmp_path / "net.json").read_text().splitlines()
        named = "ghost" if "ghost" in message else message.split(":")[0]
        assert named == "elements" or f'"{named}"' in lines[number - 1]


def fibre_changed(uid: str, **params: Any) -> dict[str, Any]:
    data = network()
    next(element for element in data["elements"] if element["uid"] == uid)["params"].update(params)
    return data


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "FOLDER/net.json:1: found text that is not JSON (Expecting property name enclosed in double quotes); "
              "allowed: JSON"),
        ('{"elements": [3], "connections": []}', "FOLDER/net.json:1: elements: found no list of objects; "
              "allowed: a list of objects, as GNPy writes it"),
        ('{"elements": [],\n "connections": 4}', "FOLDER/net.json:2: connections: found no list of objects; "
              "allowed: a list of objects, as GNPy writes it"),
        ('{"elements": [{"type": "Roadm"}], "connections": []}',
         "FOLDER/net.json:1: elements: found an element without a uid ('Roadm'); allowed: a uid for each"),
        ("[]", "FOLDER/net.json:1: found a list; allowed: an object with elements and connections"),
    ],
)  # fmt: skip
def test_what_is_not_a_network(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        load(tmp_path, text)
    assert str(caught.value) == message.replace("FOLDER", str(tmp_path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "net.json").write_text(json.dumps(network()))
    for key, text in (("network", "network: gone.json"), ("equipment", "network: net.json, equipment: gone.json")):
        (tmp_path / "x.yaml").write_text(f"name: x\nimport:\n  gnpy: {{{text}}}\n")
        with pytest.raises(BadInput) as caught:
            load_topology(tmp_path / "x.yaml")
        assert str(caught.value) == (
            f"{tmp_path}/x.yaml:3: import.gnpy.{key}: found 'gone.json', but there is no file {tmp_path}/gone.json; "
            "the path counts from the topology file's folder"
        )


def test_topohub_or_gnpy(tmp_path: Path) -> None:
    for text, found in (
        ("site: {}", "found neither topohub nor gnpy"),
        ("topohub: polska, gnpy: {network: n}", "found topohub and gnpy"),
    ):
        (tmp_path / "x.yaml").write_text(f"name: x\nimport: {{{text}}}\n")
        with pytest.raises(BadInput) as caught:
            load_topology(tmp_path / "x.yaml")
        assert str(caught.value) == (
            f"{tmp_path}/x.yaml:2: import: {found}; allowed: one of them; as in 'topohub: nobel-germany'"
        )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"SI": [],\n "Edfas": []}',
            ":2: Edfas: found the unknown key 'Edfas'; allowed: Edfa, Fiber, RamanFiber, Roadm, SI, Span, Transceiver",
        ),
        ('{"SI": [{}],\n "Edfa": []}', ":1: Span: the key 'Span' is missing; take it from GNPy's own library"),
        (
            '{"Edfa": [{}], "Roadm": [{}], "Span": [{}],\n"SI": [{"fmin": 1}]}',
            ":2: fmin: found the unknown key 'fmin' in SI; allowed: baud_rate, f_max, f_min, power_dbm, "
            "power_range_db, roll_off, spacing, sys_margins, tx_osnr, tx_power_dbm, type_variety, "
            "use_si_channel_count_for_design",
        ),
        (
            '{"Edfa": [{}], "Roadm": [{}], "Span": [{"max_length": 1, "max_loss": 1}],'
            '"SI": [{"f_min": 1, "f_max": 2, "spacing": 1, "power_dbm": 0}],\n"Fiber": [{"type_variety": "T"}]}',
            ":2: T: found a fibre type without a number 'dispersion'",
        ),
        (
            '{"Edfa": [{}], "Roadm": [{}], "Span": [{"max_length": 1, "max_loss": 1}],'
            '"SI": [{"f_min": 1, "f_max": 2, "spacing": 1, "power_dbm": 0}],\n"Fiber": [{"type_variety": "T", '
            '"dispersion": 1e-5, "effective_area": 8e-11, "pmd_coef": 0, "gamma": 1}]}',
            ":2: T: found the unknown key 'gamma'; allowed: dispersion, effective_area, pmd_coef, type_variety",
        ),
        (
            '{"Edfa": [{}], "Span": [{}], "SI": [{}],\n"Roadm": [{"roadm-path-impairments": [{}]}]}',
            ":2: roadm-path-impairments: found 'roadm-path-impairments' of the default ROADM; "
            "allowed: ROADMs that add noise only where light is added and dropped; "
            "leave them out, and write add_drop_osnr, pmd and pdl",
        ),
        (
            '{"Edfa": [{}], "Roadm": [{}], "Span": [{}],\n"SI": [{"f_min": 1}]}',
            ":2: SI: found no number 'f_max'; take it from GNPy's own library",
        ),
    ],
)
def test_wrong_equipment(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "eq.json").write_text(text)
    with pytest.raises(BadInput) as caught:
        load(tmp_path, network(), ", equipment: eq.json")
    assert str(caught.value) == f"{tmp_path}/eq.json{message}"
