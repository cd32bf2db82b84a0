"""Lightpaths and refusals, on lines whose noise is given (no GNPy)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from twin.errors import BadInput
from twin.optics.lightpaths import light_of, plan_light, refuse_dark
from twin.optics.lines import Lines, types_of
from twin.plan.build import build_plan
from twin.plan.light import Lightpath, Line, Noise, Refusal
from twin.plan.topology import Topology

Load = Callable[..., Topology]

SITE = "{optical: roadm, transceivers: {count: 2, mode: MODE}}"
TRIANGLE = f"""\
name: x
sites:
  a: {SITE}
  b: {SITE}
  c: {SITE}
fibres:
  ab: {{between: [a, b], length: 100 km}}
  bc: {{between: [b, c], length: 100 km}}
  ac: {{between: [a, c], length: 150 km}}
"""


def lines_of(topology: Topology, noise: dict[str, float]) -> Lines:
    """Every line of a fibre with that much noise over signal, in every carrier."""
    carriers = [mode.carrier for kind in types_of(topology) for mode in kind.modes]
    return Lines(
        tuple(
            Line(
                fibre.name, a, b, (80.0,), (f"{fibre.name}.1", f"{fibre.name}.2"), 2000.0, 0.0, -16.0,
                {name: Noise((noise[fibre.name], 0.0), (0.0,)) for name in carriers},
            )
            for fibre in topology.fibres
            for a, b in (fibre.sites, fibre.sites[::-1])
        ),
        38.0,
    )  # fmt: skip


QUIET = {"ab": 0.002, "bc": 0.002, "ac": 0.002}


def plan(load: Load, mode: str, rest: str, noise: dict[str, float]) -> tuple[list[Lightpath], list[Refusal]]:
    topology = load(TRIANGLE.replace("MODE", mode) + rest)
    light = light_of(topology, lines_of(topology, noise))
    return list(light.lightpaths), list(light.refusals)


def test_the_quickest_route_the_best_mode_and_the_first_channel(load: Load) -> None:
    paths, refusals = plan(load, "OpenROADM-v5", "lightpaths: {p: {between: [a, c]}, q: {between: [a, c]}}", QUIET)
    assert refusals == []
    first, second = paths
    assert (first.sites, first.fibres, first.mode, first.channel) == (("a", "c"), ("ac",), "400G", 1)
    assert (second.fibres, second.channel) == (("ac",), 2)
    assert second.frequency_hz == 191.3125e12 + 1.5 * 87.5e9
    assert first.delay_s == pytest.approx(150 * 4.8967e-6 + 0.125e-6)
    assert first.margin_db == pytest.approx(first.gsnr_db - 24.0)


@pytest.mark.parametrize(
    ("mode", "also", "count"),
    [("400ZR", "400ZR", 51), ("OpenROADM-v5", "OpenROADM-v5", 43), ("400ZR", "800ZR", 25)],
)
def test_channels_of_a_run_are_as_wide_as_the_widest_mode(load: Load, mode: str, also: str, count: int) -> None:
    topology = load(TRIANGLE.replace("MODE", mode, 1).replace("MODE", also))
    light = light_of(topology, lines_of(topology, QUIET))
    carriers = {mode.carrier for kind in types_of(topology) for mode in kind.modes}
    assert light.channels == dict.fromkeys(carriers, count)


def test_a_channel_by_order_is_kept_free_for_its_lightpath(load: Load) -> None:
    rest = "lightpaths:\n  p: {between: [a, b], over: [ab]}\n  q: {between: [a, b], over: [ab], channel: 1}\n"
    paths, _ = plan(load, "400ZR", rest, QUIET)
    assert [(path.name, path.channel) for path in paths] == [("p", 2), ("q", 1)]


def test_a_lower_mode_is_taken_where_the_best_does_not_close(load: Load) -> None:
    paths, _ = plan(load, "OpenROADM-v5", "", {"ab": 0.002, "bc": 0.02, "ac": 0.06})
    assert {path.name: path.mode for path in paths} == {"ab": "400G", "bc": "300G", "ac": "200G"}


@pytest.mark.parametrize(
    ("mode", "rest", "noise", "reason", "remedy"),
    [
        (
            "OpenROADM-v5",
            "lightpaths: {p: {between: [a, b], mode: 400G}}",
            {"ab": 0.02, "bc": 0.002, "ac": 0.002},
            "GSNR 23.59 dB over a - b; OpenROADM-v5 400G needs 24.00 dB and a margin of 2 dB",
            "mode 300G closes",
        ),
        (
            "OpenZR+",
            "lightpaths: {p: {between: [a, b]}}",
            {"ab": 0.2, "bc": 0.002, "ac": 0.002},
            "GSNR 13.75 dB over a - b; OpenZR+ 400G needs 18.84 dB and a margin of 2 dB",
            "the route a - c - b (250 km) closes with 400G",
        ),
        (
            "400ZR",
            "lightpaths: {p: {between: [a, c]}}",
            QUIET,
            "150 km over a - c, and 400ZR reaches 120 km",
            "OpenZR+ closes with 400G",
        ),
        (
            "OpenROADM-v5",
            "lightpaths: {p: {between: [a, c], over: [ab, bc], mode: 400G}}\noptics: {margin: 1.5 dB}",
            {"ab": 0.012, "bc": 0.012, "ac": 0.5},
            "GSNR 22.85 dB over a - b - c; OpenROADM-v5 400G needs 24.00 dB and a margin of 1.5 dB",
            "mode 300G closes",
        ),
        (
            "1.6T-class",
            "lightpaths: {p: {between: [a, c], over: [ab, bc]}}",
            QUIET,
            "200 km over a - b - c, and 1.6T-class reaches 120 km",
            "a regenerator at b closes (sections of 100 km at most): write 'regenerate: [b]'",
        ),
    ],
)
def test_refused_with_the_nearest_thing_that_would_work(
    load: Load, mode: str, rest: str, noise: dict[str, float], reason: str, remedy: str
) -> None:
    paths, refusals = plan(load, mode, rest, noise)
    assert paths == []
    assert [(refusal.reason, refusal.remedy) for refusal in refusals] == [(reason, remedy)]


def test_circuit_switches_give_whole_fibres(load: Load) -> None:
    rest = "lightpaths: {p: {between: [a, c]}, q: {between: [a, c]}}"
    topology = load(TRIANGLE.replace("MODE", "OpenZR+").replace("roadm", "ocs") + rest)
    light = light_of(topology, lines_of(topology, QUIET))
    assert [(path.name, path.fibres, path.channel) for path in light.lightpaths] == [("p", ("ac",), 0)]
    assert [(refusal.reason, refusal.remedy) for refusal in light.refusals] == [
        ("another lightpath takes a fibre of ac whole", "the route a - b - c (200 km) closes with 400G")
    ]


def test_a_long_route_needs_several_regenerators(load: Load) -> None:
    """Four fibres of 70 km, and a reach of 120 km: one section each."""
    text = "name: x\nsites:\n" + "".join(f"  {name}: {SITE.replace('MODE', '1.6T-class')}\n" for name in "abcde")
    text += "fibres:\n" + "".join(f"  {a + b}: {{between: [{a}, {b}], length: 70 km}}\n" for a, b in pairwise("abcde"))
    topology = load(text + "lightpaths: {p: {between: [a, e]}}\n")
    light = light_of(topology, lines_of(topology, dict.fromkeys(("ab", "bc", "cd", "de"), 0.001)))
    assert [refusal.remedy for refusal in light.refusals] == [
        "regenerators at b, c, d close: write 'regenerate: [b, c, d]'"
    ]


CHAIN = """\
name: x
sites:
  a: {optical: roadm, transceivers: {count: 1, mode: 1.6T-class}}
  b: {optical: roadm}
  c: {optical: roadm, transceivers: {count: 1, mode: 1.6T-class}}
fibres:
  ab: {between: [a, b], length: 100 km}
  bc: {between: [b, c], length: 100 km}
lightpaths:
  far: {between: [a, c]}
"""


def test_what_the_refusal_says_to_write_works(load: Load) -> None:
    topology = load(CHAIN)
    noise = {"ab": 0.001, "bc": 0.001}
    (refusal,) = light_of(topology, lines_of(topology, noise)).refusals
    transceivers = "transceivers: {count: 2, mode: 1.6T-class, delay: 100 us}"
    assert refusal.remedy == (
        f"a regenerator at b closes (sections of 100 km at most): write 'regenerate: [b]', give b '{transceivers}'"
    )
    text = CHAIN.replace("b: {optical: roadm}", f"b: {{optical: roadm, {transceivers}}}")
    topology = load(text.replace("far: {between: [a, c]}", "far: {between: [a, c], regenerate: [b]}"))
    first, second = light_of(topology, lines_of(topology, noise)).lightpaths
    assert (first.name, first.sites, second.name, second.sites) == ("far-1", ("a", "b"), "far-2", ("b", "c"))
    glass_s = 100 * 4.8967e-6 + 0.125e-6
    assert (first.delay_s, second.delay_s) == (pytest.approx(glass_s + 100e-6), pytest.approx(glass_s))
    assert len([item for item in build_plan(topology).transceivers if item.site == "b"]) == 2


def test_lightpaths_need_transceivers(load: Load) -> None:
    orders = "lightpaths: {p: {between: [a, b]}, q: {between: [a, b]}, r: {between: [a, c]}}"
    paths, refusals = plan(load, "OpenZR+", orders, QUIET)
    assert [path.name for path in paths] == ["p", "q"]
    assert [(refusal.name, refusal.reason, refusal.remedy) for refusal in refusals] == [
        (
            "r",
            "the 2 transceivers of a are taken by the lightpaths before it",
            "raise sites.a.transceivers.count to 3",
        )
    ]


def test_a_circuit_that_is_a_refused_lightpath_by_order_ends_the_run(load: Load) -> None:
    topology = load(CHAIN)
    built = build_plan(topology)
    dark = replace(built, light=light_of(topology, lines_of(topology, {"ab": 0.001, "bc": 0.001})))
    refuse_dark(topology, dark, ["near"], "e.yaml")
    refuse_dark(topology, built, ["far"], "e.yaml")
    with pytest.raises(BadInput) as caught:
        refuse_dark(topology, dark, ["near", "far"], "e.yaml")
    assert str(caught.value) == (
        "e.yaml: topology x, lightpaths.far: found a lightpath that cannot be: 200 km over a - b - c, and 1.6T-class "
        "reaches 120 km; a regenerator at b closes (sections of 100 km at most): write 'regenerate: [b]', "
        "give b 'transceivers: {count: 2, mode: 1.6T-class, delay: 100 us}'"
    )


def test_one_fibre_has_no_place_for_a_regenerator(load: Load) -> None:
    topology = load(TRIANGLE.replace("MODE", "1.6T-class").split("  bc:")[0].replace("100 km", "180 km"))
    (refusal,) = light_of(topology, lines_of(topology, QUIET)).refusals
    assert (refusal.reason, refusal.remedy) == (
        "180 km over a - b, and 1.6T-class reaches 120 km",
        "a regenerator needs a site on the way: divide fibre ab at one",
    )


def test_no_regenerator_helps_a_mode_that_no_fibre_is_short_enough_for(load: Load) -> None:
    text = TRIANGLE.replace("MODE", "400ZR").split("  bc:")[0] + "optics: {margin: 30 dB}\n"
    topology = load(text)
    (refusal,) = light_of(topology, lines_of(topology, QUIET)).refusals
    assert (refusal.reason, refusal.remedy) == (
        "GSNR 30.12 dB over a - b; 400ZR 400G needs 24.05 dB and a margin of 30 dB",
        "",
    )


def test_the_worse_direction_is_the_one_with_less_margin(load: Load) -> None:
    topology = load(TRIANGLE.replace("MODE", "OpenROADM-v5").split("  bc:")[0])
    there, back = lines_of(topology, QUIET).lines
    noisy = replace(there, noise={name: Noise((0.0021, 0.0), (0.0,)) for name in there.noise})
    light = light_of(topology, Lines((noisy, replace(back, pdl_db=3.0)), 38.0))
    (path,) = light.lightpaths
    assert path.pdl_db == 3.0
    assert path.margin_db == pytest.approx(path.gsnr_db - 24.0 - 1.75)


def test_a_full_fibre_is_refused(load: Load) -> None:
    orders = "\n".join(f"  p{k}: {{between: [a, b], over: [ab]}}" for k in range(52))
    topology = load(TRIANGLE.replace("count: 2", "count: 52").replace("MODE", "400ZR") + f"lightpaths:\n{orders}\n")
    light = light_of(topology, lines_of(topology, QUIET))
    paths, refusals = light.lightpaths, light.refusals
    assert [path.channel for path in paths] == list(range(1, 52))
    assert [(refusal.name, refusal.reason, refusal.remedy) for refusal in refusals] == [
        ("p51", "no channel of 51 is free on all of ab", "add a fibre, or ask for fewer lightpaths")
    ]


def test_a_plan_without_optics_stays_as_it_is(load: Load) -> None:
    topology = load(TRIANGLE.replace("mode: MODE", "rate: 400 Gb/s"))
    built = build_plan(topology)
    assert plan_light(topology, built) is built
