"""The lightpaths of a topology file: those asked for, those for each fibre, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twin.plan.topology import LightpathOrder
from twin.spec import LoadedTopology

SITE = "{optical: roadm, transceivers: {count: 2, mode: 400ZR}}"
HEAD = f"name: x\nsites:\n  a: {SITE}\n  b: {SITE}\n  c: {SITE}\n"
FIBRES = "fibres:\n  ab: {between: [a, b], length: 80 km}\n  bc: {between: [b, c], length: 80 km}\n"

Load = Callable[..., LoadedTopology]


def test_without_lightpaths_there_is_one_for_each_fibre(load_plant: Load) -> None:
    orders = load_plant(HEAD + FIBRES).topology.lightpaths
    assert orders == (
        LightpathOrder("ab", ("a", "b"), ("ab",), automatic=True),
        LightpathOrder("bc", ("b", "c"), ("bc",), automatic=True),
    )


def test_a_regenerated_lightpath_is_one_for_each_section(load_plant: Load) -> None:
    text = HEAD + FIBRES + "lightpaths:\n  p: {between: [c, a], over: [bc, ab], regenerate: [b], channel: 3}\n"
    text += "  q: {between: [a, c], regenerate: [b]}\n"
    loaded = load_plant(text)
    assert loaded.topology.lightpaths == (
        LightpathOrder("p-1", ("c", "b"), ("bc",), None, 3),
        LightpathOrder("p-2", ("b", "a"), ("ab",), None, 3),
        LightpathOrder("q-1", ("a", "b")),
        LightpathOrder("q-2", ("b", "c")),
    )
    assert load_plant(loaded.text) == loaded


def test_a_regenerator_without_a_stated_delay_is_noted(load_plant: Load) -> None:
    text = HEAD + FIBRES + "lightpaths: {p: {between: [a, c], regenerate: [b]}}\n"
    assert load_plant(text).topology.notes == (
        "b regenerates lightpath p in 0 s, its transceivers' delay; vendors' guides have about 100 us for a site",
    )
    stated = text.replace("  b: {optical: roadm, transceivers: {", "  b: {optical: roadm, transceivers: {delay: 1 us, ")
    topology = load_plant(stated).topology
    assert topology.notes == ()
    assert topology.sites[1].line is not None
    assert topology.sites[1].line.delay_s == 1e-6


def test_fibres_that_no_lightpath_can_fill_get_none(load_plant: Load) -> None:
    text = HEAD.replace("c: {optical: roadm", "c: {optical: ocs") + FIBRES.replace(
        "fibres:", "  d: {optical: roadm}\nfibres:"
    )
    text += "  ad: {between: [a, d], length: 80 km}\n"
    assert [order.name for order in load_plant(text).topology.lightpaths] == ["ab"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
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
    ],
)  # fmt: skip
def test_refused(plant_refusal: Callable[[str], str], text: str, message: str) -> None:
    assert plant_refusal(text) == message
