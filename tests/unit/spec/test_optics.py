"""The optical part of a topology file: the catalogue, the plant, and what is wrong with either."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.plan.build import build_plan
from twin.plan.catalogue import FibreType
from twin.plan.topology import G652_DELAY_S_PER_KM, FibrePair, LightpathOrder, Optical, Optics
from twin.spec import LoadedTopology, load_topology
from twin.spec.catalogue import built_in

SITE = "{optical: roadm, transceivers: {count: 2, mode: 400ZR}}"
HEAD = f"name: x\nsites:\n  a: {SITE}\n  b: {SITE}\n  c: {SITE}\n"
FIBRES = "fibres:\n  ab: {between: [a, b], length: 80 km}\n  bc: {between: [b, c], length: 80 km}\n"


def load(folder: Path, text: str) -> LoadedTopology:
    (folder / "x.yaml").write_text(text)
    return load_topology(folder / "x.yaml")


def test_every_value_of_the_built_in_catalogue_has_a_source() -> None:
    catalogue = built_in()
    assert set(catalogue.transceivers) >= {"400ZR", "OpenZR+", "800ZR", "OpenROADM-v5", "1.6T-class"}
    assert set(catalogue.site_links) >= {"DR8", "FR4", "LPO", "CPO", "copper-112G"}
    assert set(catalogue.switches) >= {"piezo", "3D-MEMS", "robotic", "rotor", "silicon-photonics", "PLZT"}
    for entry in (*catalogue.transceivers.values(), *catalogue.site_links.values(), *catalogue.switches.values()):
        stated = {"reach": "reach_km", "power": "power_w", "price": "price", "switching": "switching_s"}
        stated["loss"] = "loss_db"
        for key, name in stated.items():
            assert (getattr(entry, name, None) is None) or key in entry.sources, f"{entry.name}: {key}"
    for fibre in catalogue.fibres.values():
        assert set(fibre.sources) == {"delay", "loss", "dispersion", "effective_area", "pmd"}
    for system in catalogue.line_systems.values():
        keys = {"equipment", "band", "power", "span", "span_loss", "amplifier_power", "degree_power"}
        assert set(system.sources) == keys
    for kind in catalogue.transceivers.values():
        assert "modes" in kind.sources
        assert [mode.rate_bps for mode in kind.modes] == sorted((mode.rate_bps for mode in kind.modes), reverse=True)


def test_switching_times_are_those_of_the_published_table() -> None:
    switches = built_in().switches
    found = {name: (switches[name].ports, switches[name].switching_s) for name in ("piezo", "3D-MEMS", "rotor", "PLZT")}
    assert found == {"piezo": (576, 25e-3), "3D-MEMS": (320, 15e-3), "rotor": (128, 10e-6), "PLZT": (16, 10e-9)}


def test_a_plant_with_everything(tmp_path: Path) -> None:
    text = HEAD.replace("c: {optical: roadm", "c: {optical: {kind: roadm, technology: 3D-MEMS, degrees: [bc]}")
    text += "fibres:\n  ab: {between: [a, b], spans: [60 km, 70 km], loss: 0.18 dB/km, shared_risk: [duct]}\n"
    text += "  bc: {between: [b, c], length: 100 km, connectors: 0.5 dB}\n"
    text += "optics: {line_system: openroadm-v5, margin: 1 dB, lock: commodity}\n"
    text += "lightpaths:\n  far: {between: [a, c], over: [ab, bc], mode: 400G, channel: 7}\n  near: {between: [a, b]}\n"
    topology = load(tmp_path, text).topology
    assert topology.optics == Optics("openroadm-v5", 1.0, 5.67, "400ZR")
    assert [site.transceiver for site in topology.sites] == ["400ZR"] * 3
    assert topology.sites[0].line is not None
    assert topology.sites[0].line.rate_bps == 400e9
    assert topology.sites[2].optical == Optical("roadm", 0.0, "3D-MEMS", 15e-3)
    assert topology.fibres[0] == FibrePair(
        "ab", ("a", "b"), 130.0, amplifiers=1, spans_km=(60.0, 70.0), loss_db_per_km=0.18, shared_risks=("duct",)
    )
    assert (topology.fibres[1].amplifiers, topology.fibres[1].connector_db) == (1, 0.5)
    assert topology.lightpaths == (
        LightpathOrder("far", ("a", "c"), ("ab", "bc"), "400G", 7),
        LightpathOrder("near", ("a", "b")),
    )
    plan = build_plan(topology)
    assert {transceiver.type for transceiver in plan.transceivers} == {"400ZR"}
    assert [(switch.technology, switch.switching_s) for switch in plan.optical_switches][2] == ("3D-MEMS", 15e-3)


def test_without_lightpaths_there_is_one_for_each_fibre(tmp_path: Path) -> None:
    orders = load(tmp_path, HEAD + FIBRES).topology.lightpaths
    assert orders == (
        LightpathOrder("ab", ("a", "b"), ("ab",), automatic=True),
        LightpathOrder("bc", ("b", "c"), ("bc",), automatic=True),
    )


def test_a_regenerated_lightpath_is_one_for_each_section(tmp_path: Path) -> None:
    text = HEAD + FIBRES + "lightpaths:\n  p: {between: [c, a], over: [bc, ab], regenerate: [b], channel: 3}\n"
    text += "  q: {between: [a, c], regenerate: [b]}\n"
    loaded = load(tmp_path, text)
    assert loaded.topology.lightpaths == (
        LightpathOrder("p-1", ("c", "b"), ("bc",), None, 3),
        LightpathOrder("p-2", ("b", "a"), ("ab",), None, 3),
        LightpathOrder("q-1", ("a", "b")),
        LightpathOrder("q-2", ("b", "c")),
    )
    assert load(tmp_path, loaded.text) == loaded


@pytest.mark.parametrize(
    ("mode", "kind", "notes"),
    [
        (
            "OpenROADM-v5",
            "roadm",
            (
                "modes have slots of 50 and 87.5 GHz; in a run every channel is as wide as the widest, "
                "so a fibre holds 43",
            ),
        ),
        ("OpenROADM-v5", "ocs", ()),
        ("800ZR", "roadm", ()),
    ],
)
def test_the_plan_says_that_channels_of_a_run_are_all_as_wide(
    tmp_path: Path, mode: str, kind: str, notes: tuple[str, ...]
) -> None:
    text = HEAD.replace("400ZR", mode).replace("optical: roadm", f"optical: {kind}") + FIBRES
    loaded = load(tmp_path, text)
    again = load(tmp_path, loaded.text)
    for topology in (loaded.topology, again.topology):
        assert build_plan(topology).notes[1:] == notes


def test_a_regenerator_without_a_stated_delay_is_noted(tmp_path: Path) -> None:
    text = HEAD + FIBRES + "lightpaths: {p: {between: [a, c], regenerate: [b]}}\n"
    assert load(tmp_path, text).topology.notes == (
        "b regenerates lightpath p in 0 s, its transceivers' delay; vendors' guides have about 100 us for a site",
    )
    stated = text.replace("  b: {optical: roadm, transceivers: {", "  b: {optical: roadm, transceivers: {delay: 1 us, ")
    topology = load(tmp_path, stated).topology
    assert topology.notes == ()
    assert topology.sites[1].line is not None
    assert topology.sites[1].line.delay_s == 1e-6


def test_fibres_that_no_lightpath_can_fill_get_none(tmp_path: Path) -> None:
    text = HEAD.replace("c: {optical: roadm", "c: {optical: ocs") + FIBRES.replace(
        "fibres:", "  d: {optical: roadm}\nfibres:"
    )
    text += "  ad: {between: [a, d], length: 80 km}\n"
    assert [order.name for order in load(tmp_path, text).topology.lightpaths] == ["ab"]


OWN = """\
transceivers:
  mine:
    price: EUR 9000
    modes:
      100G: {rate: 100 Gb/s, baud: 30 GBd, bits: 4, slot: 50 GHz, roll_off: 0.1, osnr: 12 dB, tx_osnr: 35 dB}
      200G: {rate: 200 Gb/s, baud: 60 GBd, bits: 4, slot: 75 GHz, roll_off: 0.1, osnr: 15 dB, tx_osnr: 35 dB}
"""


def test_a_catalogue_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(OWN)
    text = HEAD.replace("400ZR", "mine") + FIBRES + "catalogue: mine.yaml\n"
    loaded = load(tmp_path, text)
    mine = loaded.topology.catalogue.transceivers["mine"]
    assert [mode.name for mode in mine.modes] == ["200G", "100G"]
    assert (mine.rate_bps, mine.price) == (200e9, "EUR 9000")
    other = tmp_path / "elsewhere"
    other.mkdir()
    assert load(other, loaded.text) == loaded  # the resolved text has the entries in it


def test_a_fibre_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "fibres: {sea: {delay: 4.87 us/km, loss: 0.155 dB/km, dispersion: 20.5, effective_area: 150, pmd: 0.05}}\n"
    )
    text = HEAD + FIBRES.replace("length: 80 km}", "length: 80 km, type: sea}", 1) + "catalogue: mine.yaml\n"
    loaded = load(tmp_path, text)
    sea, land = loaded.topology.fibres
    assert (sea.kind, sea.delay_s_per_km, land.kind, land.delay_s_per_km) == ("sea", 4.87e-6, "G.652", 4.8967e-6)
    assert loaded.topology.catalogue.fibres["sea"] == FibreType("sea", 4.87e-6, 0.155, 20.5, 150.0, 0.05)
    assert build_plan(loaded.topology).fibres[0].glass_delay_s == 80 * 4.87e-6
    other = tmp_path / "elsewhere"
    other.mkdir()
    assert load(other, loaded.text) == loaded
    # Its delay counts where light is not looked at, too.
    plain = load(tmp_path, text.replace("mode: 400ZR", "rate: 400 Gb/s"))
    assert plain.topology.fibres[0].delay_s_per_km == 4.87e-6


def test_the_default_delay_is_that_of_the_built_in_g652() -> None:
    assert built_in().fibres["G.652"].delay_s_per_km == G652_DELAY_S_PER_KM


def test_a_mistake_in_ones_own_catalogue_has_its_own_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(OWN.replace("EUR 9000", "9000"))
    with pytest.raises(BadInput) as caught:
        load(tmp_path, HEAD + FIBRES + "catalogue: mine.yaml\n")
    assert str(caught.value) == (
        f"{tmp_path}/mine.yaml:3: catalogue.transceivers.mine.price: found 9000; "
        "allowed: text (in quotes where YAML would read a number or a word such as 'no')"
    )


OWN_MODE = (
    "catalogue: {transceivers: {400ZR: {modes: {m: {rate: 400 Gb/s, baud: 60 GBd, bits: 8, slot: 75 GHz, "
    "roll_off: 0.1, osnr: 20 dB, tx_osnr: 30 dB}}}}}\n"
)
KNOWN = "400ZR, OpenZR+, 800ZR, 1.6T-class, OpenROADM-v5"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            HEAD.replace("400ZR", "400XR", 1),
            f"FILE:3: sites.a.transceivers.mode: found the unknown mode '400XR'; allowed: {KNOWN}; "
            "did you mean '400ZR'?",
        ),
        (
            HEAD.replace("mode: 400ZR", "rate: 400 Gb/s, mode: 400ZR", 1),
            "FILE:3: sites.a.transceivers.rate: found a rate and a mode; allowed: one of them; the mode sets the rate",
        ),
        (
            HEAD.replace("mode: 400ZR", "rate: 400 Gb/s", 1),
            "FILE:3: sites.a.transceivers.rate: found a rate, where sites.b has a mode; "
            "allowed: a mode at every site or at none; as in 'mode: 400ZR'",
        ),
        (
            HEAD.replace(", mode: 400ZR", "", 1),
            "FILE:3: sites.a.transceivers: the key 'rate' is missing; add it, as in 'rate: 400 Gb/s', or 'mode: 400ZR'",
        ),
        (
            HEAD + "fibres:\n  ab: {between: [a, b], length: 500 km, amplifiers: 0}\n",
            "FILE:7: fibres.ab.amplifiers: found a span of 500 km and 100 dB without an amplifier; "
            "allowed: 150 km and 28 dB or less (line system standard); "
            "write 'amplifiers: automatic', or more and shorter spans",
        ),
        (
            HEAD + "fibres:\n  ab: {between: [a, b], spans: [80 km, 500 km]}\n",
            "FILE:7: fibres.ab.spans: found a span of 500 km and 100 dB without an amplifier; "
            "allowed: 150 km and 28 dB or less (line system standard); "
            "write 'amplifiers: automatic', or more and shorter spans",
        ),
        (
            HEAD + "fibres:\n  ab: {between: [a, b], length: 100 km, spans: [80 km]}\n",
            "FILE:7: fibres.ab.spans: found spans of 80 km in a fibre of 100 km; "
            "allowed: spans that add up to the length; or leave 'length' out",
        ),
        (
            HEAD.replace("optical: roadm", "optical: {kind: roadm, degrees: [ab, ad]}", 1) + FIBRES,
            "FILE:3: sites.a.optical.degrees[1]: found the degree 'ad', but no fibre of that name ends at 'a'; "
            "allowed: ab; did you mean 'ab'?",
        ),
        (
            HEAD.replace("optical: roadm", "optical: {kind: roadm, degrees: [ab, nowhere]}", 1) + FIBRES,
            "FILE:3: sites.a.optical.degrees[1]: found the degree 'nowhere', but no fibre of that name ends at 'a'; "
            "allowed: ab; leave it out, or add a fibre that ends at 'a'",
        ),
        (
            HEAD.replace("b: {optical: roadm", "b: {optical: {kind: roadm, degrees: [ab]}") + FIBRES,
            "FILE:4: sites.b.optical.degrees: found no degree for the fibre 'bc', which ends at 'b'; "
            "add 'bc', or leave 'degrees' out",
        ),
        (
            HEAD.replace("optical: roadm", "optical: {kind: ocs, technology: packet-136}", 1),
            "FILE:3: sites.a.optical.technology: found 'packet-136', which is not an optical switch of the catalogue; "
            "allowed: piezo, 3D-MEMS, robotic, rotor, silicon-photonics, PLZT, WSS, OCS-136",
        ),
        (
            HEAD.replace("{optical: roadm, transceivers: {count: 2", "{optical: {kind: ocs, technology: PLZT}, "
                         "transceivers: {count: 16", 1) + FIBRES,
            "FILE:3: sites.a.optical.technology: found 17 fibres and transceivers at a PLZT switch; "
            "allowed: 16 or fewer, its ports",
        ),
        (
            "name: x\nsites: {a: {}}\noptics: {margin: 1 dB}\n",
            "FILE:3: optics: found optics, but no transceivers by mode; "
            "give sites' transceivers a mode, as in 'mode: 400ZR'",
        ),
        (
            HEAD + FIBRES + "catalogue:\n  fibres:\n"
            "    warp: {delay: 3.3 us/km, loss: 0.2 dB/km, dispersion: 3, effective_area: 80}\n",
            "FILE:11: catalogue.fibres.warp.delay: found '3.3 us/km'; allowed: 3.3356 us/km to 10 us/km",
        ),
        (
            HEAD + FIBRES + "catalogue:\n  fibres:\n"
            "    flat: {delay: 4.9 us/km, loss: 0.2 dB/km, dispersion: 0, effective_area: 80}\n",
            "FILE:11: catalogue.fibres.flat.dispersion: found 0; "
            "allowed: -1000 to 1000 ps/nm/km but for 0, where GNPy's fibre model breaks",
        ),
        (
            HEAD + FIBRES + "optics: {margin: -1 dB}\n",
            "FILE:9: optics.margin: found '-1 dB'; allowed: 0 dB to 100 dB",
        ),
        (
            HEAD + FIBRES + "optics: {line_system: standart}\n",
            "FILE:9: optics.line_system: found the unknown line system 'standart'; "
            "allowed: standard, openroadm-v5; did you mean 'standard'?",
        ),
        (
            HEAD + FIBRES + "lightpaths:\n  p: {between: [a, b], over: [ab], channel: 5}\n"
            "  q: {between: [a, c], over: [ab, bc], channel: 5}\n",
            "FILE:11: lightpaths.q.channel: found channel 5 on fibre 'ab', where lightpath 'p' is by order; "
            "allowed: each channel of a fibre once; name another",
        ),
        (
            HEAD + FIBRES + "lightpaths:\n  p: {between: [a, b], over: [ab], channel: 52}\n",
            "FILE:10: lightpaths.p.channel: found channel 52 of 75 GHz; allowed: 1 to 51, the line system's band",
        ),
        (
            HEAD + FIBRES + "lightpaths:\n  p: {between: [a, c], over: [ab]}\n",
            "FILE:10: lightpaths.p.over: found fibres that lead to 'b'; allowed: a way to 'c'",
        ),
        (
            HEAD.replace("c: {optical: roadm", "c: {optical: ocs") + FIBRES
            + "lightpaths:\n  p: {between: [a, c], over: [ab, bc]}\n",
            "FILE:10: lightpaths.p.over[1]: found 'bc', which joins roadm and ocs; "
            "allowed: fibres between switches of one kind",
        ),
        (
            HEAD.replace("roadm", "ocs") + FIBRES + "lightpaths:\n  p: {between: [a, b], over: [ab], channel: 1}\n",
            "FILE:10: lightpaths.p.channel: found a channel between optical circuit switches, which join whole fibres; "
            "leave it out",
        ),
        (
            HEAD + FIBRES + "lightpaths:\n  p: {between: [a, c], over: [bc]}\n",
            "FILE:10: lightpaths.p.over[0]: found 'bc', which is not a fibre that starts at 'a'; allowed: ab; "
            "did you mean 'ab'?",
        ),
        (
            HEAD + FIBRES + "lightpaths:\n  p: {between: [a, c], mode: 300G}\n",
            "FILE:10: lightpaths.p.mode: found the unknown mode '300G' of 400ZR; allowed: 400G; did you mean '400G'?",
        ),
        (
            HEAD + FIBRES + "lightpaths:\n  p: {between: [a, b], over: [ab, ab, ab]}\n",
            "FILE:10: lightpaths.p.over[1]: found 'ab', which leads back to 'a'; "
            "allowed: a way that passes each site once",
        ),
        (
            HEAD + FIBRES + "optics: {line_system: mine}\ncatalogue:\n  line_systems:\n"
            "    mine: {equipment: mine.json, band: [191.35 THz, 195.1 THz], power: 0 dBm}\n",
            "FILE:12: catalogue.line_systems.mine.equipment: found 'mine.json', which is not a library of GNPy's; "
            "allowed: eqpt_config.json, eqpt_config_multiband.json, eqpt_config_openroadm_ver4.json, "
            "eqpt_config_openroadm_ver5.json; or import one of your own: "
            "'import: {gnpy: {network: ..., equipment: ...}}'",
        ),
        (
            HEAD + FIBRES + "lightpaths:\n  p: {between: [a, c], regenerate: [d]}\n",
            "FILE:10: lightpaths.p.regenerate[0]: found the unknown site 'd'; allowed: a, b, c",
        ),
        (
            HEAD + FIBRES + "lightpaths:\n  p: {between: [a, c], regenerate: [b, c]}\n",
            "FILE:10: lightpaths.p.regenerate: found a site twice on the way; "
            "allowed: other sites than the ends, each once",
        ),
        (
            HEAD.replace("b: {optical: roadm, transceivers: {count: 2, mode: 400ZR}}", "b: {optical: roadm}") + FIBRES
            + "lightpaths:\n  p: {between: [a, c], regenerate: [b]}\n",
            "FILE:10: lightpaths.p.regenerate[0]: found 'b', which has no transceivers; "
            "give sites.b transceivers, as in '{count: 2, mode: 400ZR}'",
        ),
        (
            HEAD + FIBRES + "  ac: {between: [a, c], length: 80 km}\n"
            + "lightpaths:\n  p: {between: [a, c], over: [ac], regenerate: [b]}\n",
            "FILE:11: lightpaths.p.regenerate: found b on the way a - c; allowed: sites of 'over', in its order",
        ),
        (
            HEAD + FIBRES + "lightpaths:\n  p: {between: [a, c], regenerate: [b]}\n  p-2: {between: [a, b]}\n",
            "FILE:10: lightpaths.p.regenerate: found a section 'p-2', and a lightpath of that name; "
            "allowed: each name once; rename one of them",
        ),
        (
            HEAD + FIBRES.replace("length: 80 km}", "length: 80 km, type: sea}", 1),
            "FILE:7: fibres.ab.type: found the unknown fibre type 'sea'; allowed: G.652, hollow-core",
        ),
        (
            HEAD + "catalogue: {fibres: {sea: {loss: 0.2 dB/km, dispersion: 17, effective_area: 80}}}\n",
            "FILE:6: catalogue.fibres.sea: the key 'delay' is missing; add it, as in 'delay: 4.8967 us/km'",
        ),
        (
            HEAD + "catalogue: {fibres: {sea: {delay: 4.9, loss: 0.2 dB/km, dispersion: 17, effective_area: 80}}}\n",
            "FILE:6: catalogue.fibres.sea.delay: found 4.9 without a unit; allowed: us/km, s/km, as in '4.8967 us/km'",
        ),
        (
            HEAD + "catalogue: {transceivers: {T: {modes: {}}}}\n",
            "FILE:6: catalogue.transceivers.T.modes: found no mode; allowed: 1 mode or more",
        ),
        (
            HEAD + OWN_MODE.replace("60 GBd", "70 GBd"),
            "FILE:6: catalogue.transceivers.400ZR.modes: found 'm', which is 77 GHz wide (baud and roll-off); "
            "allowed: 75 GHz or less, its slot",
        ),
        (
            HEAD + OWN_MODE.replace("75 GHz", "4000 GHz"),
            "FILE:1: optics: found line system 'standard', whose band holds no channel of 4000 GHz; "
            "mode m needs a wider one",
        ),
        (
            HEAD + "catalogue: none.yaml\n",
            "FILE:6: catalogue: found 'none.yaml', but there is no file FOLDER/none.yaml; "
            "the path counts from the topology file's folder",
        ),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        load(tmp_path, text)
    assert str(caught.value) == message.replace("FILE", str(tmp_path / "x.yaml")).replace("FOLDER", str(tmp_path))
