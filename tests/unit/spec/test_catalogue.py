"""The catalogue: what is built in, entries of one's own, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.plan.build import build_plan
from twin.plan.catalogue import FibreType
from twin.plan.topology import G652_DELAY_S_PER_KM
from twin.spec import LoadedTopology
from twin.spec.catalogue import built_in

SITE = "{optical: roadm, transceivers: {count: 2, mode: 400ZR}}"
HEAD = f"name: x\nsites:\n  a: {SITE}\n  b: {SITE}\n  c: {SITE}\n"
FIBRES = "fibres:\n  ab: {between: [a, b], length: 80 km}\n  bc: {between: [b, c], length: 80 km}\n"
OWN = """\
transceivers:
  mine:
    price: EUR 9000
    modes:
      100G: {rate: 100 Gb/s, baud: 30 GBd, bits: 4, slot: 50 GHz, roll_off: 0.1, osnr: 12 dB, tx_osnr: 35 dB}
      200G: {rate: 200 Gb/s, baud: 60 GBd, bits: 4, slot: 75 GHz, roll_off: 0.1, osnr: 15 dB, tx_osnr: 35 dB}
"""
OWN_MODE = (
    "catalogue: {transceivers: {400ZR: {modes: {m: {rate: 400 Gb/s, baud: 60 GBd, bits: 8, slot: 75 GHz, "
    "roll_off: 0.1, osnr: 20 dB, tx_osnr: 30 dB}}}}}\n"
)

Load = Callable[..., LoadedTopology]


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


def test_a_catalogue_of_ones_own(load_plant: Load, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(OWN)
    text = HEAD.replace("400ZR", "mine") + FIBRES + "catalogue: mine.yaml\n"
    loaded = load_plant(text)
    mine = loaded.topology.catalogue.transceivers["mine"]
    assert [mode.name for mode in mine.modes] == ["200G", "100G"]
    assert (mine.rate_bps, mine.price) == (200e9, "EUR 9000")
    other = tmp_path / "elsewhere"
    other.mkdir()
    assert load_plant(loaded.text, other) == loaded  # the resolved text has the entries in it


def test_a_fibre_of_ones_own(load_plant: Load, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "fibres: {sea: {delay: 4.87 us/km, loss: 0.155 dB/km, dispersion: 20.5, effective_area: 150, pmd: 0.05}}\n"
    )
    text = HEAD + FIBRES.replace("length: 80 km}", "length: 80 km, type: sea}", 1) + "catalogue: mine.yaml\n"
    loaded = load_plant(text)
    sea, land = loaded.topology.fibres
    assert (sea.kind, sea.delay_s_per_km, land.kind, land.delay_s_per_km) == ("sea", 4.87e-6, "G.652", 4.8967e-6)
    assert loaded.topology.catalogue.fibres["sea"] == FibreType("sea", 4.87e-6, 0.155, 20.5, 150.0, 0.05)
    assert build_plan(loaded.topology).fibres[0].glass_delay_s == 80 * 4.87e-6
    other = tmp_path / "elsewhere"
    other.mkdir()
    assert load_plant(loaded.text, other) == loaded
    # Its delay counts where light is not looked at, too.
    plain = load_plant(text.replace("mode: 400ZR", "rate: 400 Gb/s"))
    assert plain.topology.fibres[0].delay_s_per_km == 4.87e-6


def test_the_default_delay_is_that_of_the_built_in_g652() -> None:
    assert built_in().fibres["G.652"].delay_s_per_km == G652_DELAY_S_PER_KM


def test_a_mistake_in_ones_own_catalogue_has_its_own_line(load_plant: Load, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(OWN.replace("EUR 9000", "9000"))
    with pytest.raises(BadInput) as caught:
        load_plant(HEAD + FIBRES + "catalogue: mine.yaml\n")
    assert str(caught.value) == (
        f"{tmp_path}/mine.yaml:3: catalogue.transceivers.mine.price: found 9000; "
        "allowed: text (in quotes where YAML would read a number or a word such as 'no')"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
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
            HEAD + FIBRES + "optics: {line_system: mine}\ncatalogue:\n  line_systems:\n"
            "    mine: {equipment: mine.json, band: [191.35 THz, 195.1 THz], power: 0 dBm}\n",
            "FILE:12: catalogue.line_systems.mine.equipment: found 'mine.json', which is not a library of GNPy's; "
            "allowed: eqpt_config.json, eqpt_config_multiband.json, eqpt_config_openroadm_ver4.json, "
            "eqpt_config_openroadm_ver5.json; or import one of your own: "
            "'import: {gnpy: {network: ..., equipment: ...}}'",
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
def test_refused(plant_refusal: Callable[[str], str], text: str, message: str) -> None:
    assert plant_refusal(text) == message
