"""Circuits of an experiment."""

from collections.abc import Callable

import pytest

from twin.spec import LoadedExperiment
from twin.workloads.scenario import Circuit

END = "end: 1 s\n"


@pytest.mark.parametrize(
    ("text", "circuits"),
    [
        ("circuits: [a-b]", (Circuit("a-b", ("a", "b")),)),
        ("circuits: [{between: [a, c], name: south}]", (Circuit("south", ("a", "c")),)),
        (
            "circuits: [a-c, {between: [a, c], name: second}]",
            (Circuit("a-c", ("a", "c")), Circuit("second", ("a", "c"))),
        ),
        ("circuits: []", ()),
    ],
)
def test_short_forms(load: Callable[..., LoadedExperiment], text: str, circuits: tuple[Circuit, ...]) -> None:
    assert load(END + text).scenario.circuits == circuits


def test_all_is_one_for_each_fibre(load: Callable[..., LoadedExperiment]) -> None:
    loaded = load(END + "circuits: all", "topology.sites.b.transceivers.count=2")
    assert loaded.scenario.circuits == (Circuit("a-b", ("a", "b")), Circuit("b-c", ("b", "c")))


ALL = "a, b, c, c-d, island, dark"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "circuits: all",
            "e.yaml:5: circuits: found circuit 2 at 'b' (b-c), which has 1 transceiver; "
            "allowed: 1 or fewer at one time; "
            "raise sites.b.transceivers.count in the topology, or ask for fewer",
        ),
        (
            "circuits:\n- a-b\n- a-x",
            f"e.yaml:7: circuits[1]: found 'a-x', which is not two sites joined by '-'; allowed: two of {ALL}; "
            "did you mean 'a-b'?",
        ),
        (
            "circuits: [a-c-d]",
            "e.yaml:5: circuits[0]: found 'a-c-d' between a site with roadm and one with ocs; "
            "allowed: two sites whose optical switches are of one kind",
        ),
        ("circuits: [{between: [a, z]}]", f"e.yaml:5: circuits[0]: found the unknown site 'z'; allowed: {ALL}"),
        ("circuits: [a-a]", "e.yaml:5: circuits[0]: found 'a' at both ends; allowed: two different sites"),
        (
            "circuits: [a-c, a-c]",
            "e.yaml:5: circuits[1]: found a second circuit named 'a-c'; allowed: each name once; "
            "write {between: [A, B], name: ANOTHER}",
        ),
        (
            "circuits: [a-dark]",
            "e.yaml:5: circuits[0]: found 'a-dark', but 'dark' has no optical switch; "
            "give sites.dark 'optical: roadm' in the topology",
        ),
        (
            "circuits: [a-island]",
            "e.yaml:5: circuits[0]: found 'a-island', but no fibres lead from 'a' to 'island' over roadms only; "
            "add a fibre to the topology",
        ),
        (
            "circuits: [{name: x}]",
            "e.yaml:5: circuits[0]: the key 'between' is missing; add it, as in 'between: [a, b]'",
        ),
        ("circuits: a-b", "e.yaml:5: circuits: found 'a-b'; allowed: all, or a list"),
    ],
)
def test_refused(refusal: Callable[..., str], text: str, message: str) -> None:
    assert refusal(END + text) == message
