"""Lines through GNPy: the reach table, and that the stated plant is the one that is surveyed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from twin.errors import BadInput
from twin.optics.lightpaths import light_of
from twin.optics.lines import survey
from twin.physics.quality import Harm, quality
from twin.plan.topology import Topology
from twin.spec.catalogue import built_in

Load = Callable[..., Topology]
Star = Callable[..., str]

#: km -> GSNR in dB in 0.1 nm by GNPy 3.0.1, 80 km spans: 400ZR-like on its default library, OpenROADM v5 on its own.
REACH = {
    80: (27.59, 28.80),
    160: (26.68, 27.73),
    240: (25.93, 26.87),
    480: (24.24, 24.99),
    640: (23.39, 24.07),
    1200: (21.29, 21.83),
    3200: (17.50, 17.87),
}


@pytest.mark.parametrize(("column", "mode", "system"), [(0, "400ZR", "standard"), (1, "OpenROADM-v5", "openroadm-v5")])
def test_the_reach_table(load: Load, star: Star, column: int, mode: str, system: str) -> None:
    topology = load(star(mode, system, list(REACH)))
    lines = survey(topology)
    carrier = topology.catalogue.transceivers[mode].modes[0]
    found = {line.fibre: quality([line], carrier, lines.add_drop_db).gsnr_db for line in lines.lines}
    assert found == {f"f{km}": pytest.approx(values[column], abs=0.01) for km, values in REACH.items()}


@pytest.mark.parametrize("mode", [kind.name for kind in built_in().transceivers.values() if kind.reach_km])
def test_what_promises_a_reach_closes_over_it(load: Load, star: Star, mode: str) -> None:
    reach_km = built_in().transceivers[mode].reach_km
    assert reach_km is not None
    topology = load(star(mode, "standard", [int(reach_km)]))
    light = light_of(topology, survey(topology))
    assert light.refusals == ()
    assert light.lightpaths[0].margin_db >= 2.0


def test_a_line_has_the_plants_spans_amplifiers_and_dispersion(load: Load) -> None:
    site = "{optical: roadm, transceivers: {count: 1, mode: 400ZR}}"
    text = f"name: x\nsites: {{a: {site}, b: {site}}}\nfibres:\n  f: {{between: [a, b], spans: [60 km, 90 km]}}\n"
    there, back = survey(load(text)).lines
    assert (there.source, there.target, there.spans_km) == ("a", "b", (60.0, 90.0))
    assert (back.source, back.target, back.spans_km) == ("b", "a", (90.0, 60.0))
    assert there.amplifiers == ("f.1", "f.2", "f.3")
    assert back.amplifiers == ("f.3", "f.2", "f.1")
    assert there.dispersion_ps_nm == pytest.approx(150 * 16.7)
    assert -3 < there.launch_dbm < 2
    assert -22 < there.received_dbm < -16
    noise = there.noise["60.14 GBd in 75 GHz"]
    assert (len(noise.ase), len(noise.nli)) == (3, 2)
    assert noise.ase[2] > noise.ase[1]  # behind the longer span


def test_connectors_and_loss_make_a_line_worse(load: Load) -> None:
    site = "{optical: roadm, transceivers: {count: 1, mode: 400ZR}}"
    text = f"name: x\nsites: {{a: {site}, b: {site}}}\nfibres:\n"
    text += "  clean: {between: [a, b], length: 80 km}\n"
    text += "  dirty: {between: [a, b], length: 80 km, connectors: 1 dB}\n"
    text += "  lossy: {between: [a, b], length: 80 km, loss: 0.25 dB/km}\n"
    topology = load(text)
    lines = survey(topology)
    mode = topology.catalogue.transceivers["400ZR"].modes[0]
    clean, dirty, lossy = (quality([lines.lines[i]], mode, lines.add_drop_db).osnr_db for i in (0, 2, 4))
    assert clean > dirty > lossy


@pytest.mark.parametrize(("more_km", "more_db"), [(5, 1.0), (15, 3.0)])
def test_a_fibre_that_loses_more_is_as_bad_as_a_longer_one(load: Load, more_km: int, more_db: float) -> None:
    """The rule for harm in a run against GNPy, which designs the amplifiers for the longer span anew."""
    site = "{optical: roadm, transceivers: {count: 1, mode: OpenZR+}}"
    text = f"name: x\nsites: {{a: {site}, b: {site}}}\nfibres:\n"
    text += "  plain: {between: [a, b], spans: [60 km, 60 km, 60 km]}\n"
    text += f"  longer: {{between: [a, b], spans: [{60 + more_km} km, 60 km, 60 km]}}\n"
    topology = load(text)
    lines = survey(topology)
    mode = topology.catalogue.transceivers["OpenZR+"].modes[0]
    harmed = quality([lines.lines[0]], mode, lines.add_drop_db, Harm({}, {"plain": more_db}))
    longer = quality([lines.lines[2]], mode, lines.add_drop_db)
    assert harmed.osnr_db == pytest.approx(longer.osnr_db, abs=0.1)


def test_a_plant_without_fibres_has_no_lines(load: Load) -> None:
    site = "{optical: roadm, transceivers: {count: 1, mode: 400ZR}}"
    assert survey(load(f"name: x\nsites: {{a: {site}}}\n")).lines == ()


def test_a_band_beyond_the_amplifiers_is_refused(load: Load, star: Star) -> None:
    topology = load(star("400ZR", "standard", [80]))
    system = replace(topology.catalogue.line_systems["standard"], low_hz=191.25e12)
    catalogue = replace(topology.catalogue, line_systems={"standard": system})
    with pytest.raises(BadInput) as caught:
        survey(replace(topology, catalogue=catalogue))
    assert str(caught.value) == (
        "line system standard: band: found a band whose amplifiers pass 50 of 51 channels; "
        "keep the band within the amplifiers'"
    )


def test_a_band_that_no_amplifier_of_the_library_has_is_refused(load: Load, star: Star) -> None:
    topology = load(star("400ZR", "standard", [80]))
    system = replace(topology.catalogue.line_systems["standard"], low_hz=190e12, high_hz=200e12)
    catalogue = replace(topology.catalogue, line_systems={"standard": system})
    with pytest.raises(BadInput) as caught:
        survey(replace(topology, catalogue=catalogue))
    assert str(caught.value) == (
        "line system standard: GNPy refuses the plant: Edfa_booster_roadm h_to_fibre f80 (h to s80) 1: Auto_design "
        "could not find any amplifier in equipment library matching the design bands{'CBAND': "
        "{'f_min': 190037500000000.0, 'f_max': 199937501000000.0, 'spacing': 75000000000.0}} and the restrictions "
        "(roadm or amplifier restictions); "
        "check its band, its power and its equipment against the fibres' spans"
    )


def test_imported_equipment_that_gnpy_cannot_read_is_refused(load: Load, star: Star) -> None:
    topology = load(star("400ZR", "standard", [80]))
    system = replace(topology.catalogue.line_systems["standard"], equipment={"SI": [{}], "Fiber": [{}]})
    catalogue = replace(topology.catalogue, line_systems={"standard": system})
    with pytest.raises(BadInput) as caught:
        survey(replace(topology, catalogue=catalogue))
    assert str(caught.value).startswith("line system standard: equipment: found equipment that GNPy cannot read (")
    assert str(caught.value).endswith("; allowed: a GNPy equipment library")


def test_equipment_that_gnpy_does_not_bring_is_refused(load: Load, star: Star) -> None:
    topology = load(star("400ZR", "standard", [80]))
    system = replace(topology.catalogue.line_systems["standard"], equipment="../x.json")
    catalogue = replace(topology.catalogue, line_systems={"standard": system})
    with pytest.raises(BadInput) as caught:
        survey(replace(topology, catalogue=catalogue))
    assert str(caught.value) == (
        "line system standard: equipment: found the equipment '../x.json', which GNPy does not bring; "
        "allowed: a file of GNPy's example-data"
    )
