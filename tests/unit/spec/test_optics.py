"""The optical part of a topology file: the plant, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twin.plan.build import build_plan
from twin.plan.topology import FibrePair, LightpathOrder, Optical, Optics
from twin.spec import LoadedTopology

SITE = "{optical: roadm, transceivers: {count: 2, mode: 400ZR}}"
HEAD = f"name: x\nsites:\n  a: {SITE}\n  b: {SITE}\n  c: {SITE}\n"
FIBRES = "fibres:\n  ab: {between: [a, b], length: 80 km}\n  bc: {between: [b, c], length: 80 km}\n"
KNOWN = "400ZR, OpenZR+, 800ZR, 1.6T-class, OpenROADM-v5"

Load = Callable[..., LoadedTopology]


def test_a_plant_with_everything(load_plant: Load) -> None:
    text = HEAD.replace("c: {optical: roadm", "c: {optical: {kind: roadm, technology: 3D-MEMS, degrees: [bc]}")
    text += "fibres:\n  ab: {between: [a, b], spans: [60 km, 70 km], loss: 0.18 dB/km, shared_risk: [duct]}\n"
    text += "  bc: {between: [b, c], length: 100 km, connectors: 0.5 dB}\n"
    text += "optics: {line_system: openroadm-v5, margin: 1 dB, lock: commodity}\n"
    text += "lightpaths:\n  far: {between: [a, c], over: [ab, bc], mode: 400G, channel: 7}\n  near: {between: [a, b]}\n"
    topology = load_plant(text).topology
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
    load_plant: Load, mode: str, kind: str, notes: tuple[str, ...]
) -> None:
    text = HEAD.replace("400ZR", mode).replace("optical: roadm", f"optical: {kind}") + FIBRES
    loaded = load_plant(text)
    again = load_plant(loaded.text)
    for topology in (loaded.topology, again.topology):
        assert build_plan(topology).notes[1:] == notes


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
            HEAD + FIBRES + "optics: {margin: -1 dB}\n",
            "FILE:9: optics.margin: found '-1 dB'; allowed: 0 dB to 100 dB",
        ),
        (
            HEAD + FIBRES + "optics: {line_system: standart}\n",
            "FILE:9: optics.line_system: found the unknown line system 'standart'; "
            "allowed: standard, openroadm-v5; did you mean 'standard'?",
        ),
        (
            HEAD + FIBRES.replace("length: 80 km}", "length: 80 km, type: sea}", 1),
            "FILE:7: fibres.ab.type: found the unknown fibre type 'sea'; allowed: G.652, hollow-core",
        ),
    ],
)  # fmt: skip
def test_refused(plant_refusal: Callable[[str], str], text: str, message: str) -> None:
    assert plant_refusal(text) == message
