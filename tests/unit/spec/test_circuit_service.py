"""What an experiment asks of a circuit beside its ends."""

from collections.abc import Callable

import pytest

from twin.spec import LoadedExperiment
from twin.workloads.scenario import Circuit

EVERYTHING = """end: 1 s
circuits:
  - between: [a, c]
    protection: 1:1
    revert: false
    wait_to_restore: 5 s
    reconfigure: break-before-make
    path: hops
    max_delay: 20 ms
    capacity: 100 Gb/s
    avoid: [a-b]
    through: [b-c, b]
    channel: 7
    restore_within: 10 s
"""


def test_everything_is_read_and_written_out_again(load: Callable[..., LoadedExperiment]) -> None:
    loaded = load(EVERYTHING)
    assert loaded.scenario.circuits == (
        Circuit(
            "a-c",
            ("a", "c"),
            protection="1:1",
            revert=False,
            wait_to_restore_s=5.0,
            reconfigure="break-before-make",
            path="hops",
            max_delay_s=0.02,
            capacity_bps=100e9,
            avoid=("a-b",),
            through=("b-c", "b"),
            channel=7,
            restore_within_s=10.0,
        ),
    )
    circuits = loaded.experiment_text[loaded.experiment_text.index("circuits:") :]
    assert load("end: 1 s\n" + circuits[: circuits.index("workloads")]).scenario.circuits == loaded.scenario.circuits


def test_what_is_not_asked_for_is_not_written(load: Callable[..., LoadedExperiment]) -> None:
    assert "protection" not in load("end: 1 s\ncircuits: [a-b]").experiment_text


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (
            "circuits: [{between: [a, c], avoid: [a-d]}]",
            "e.yaml:5: circuits[0].avoid[0]: found the unknown fibre, site or shared risk 'a-d'; "
            "allowed: a-b, b-c, a, b, c, c-d, island, dark; did you mean 'c-d'?",
        ),
        (
            "circuits: [{between: [a, c], through: [c]}]",
            "e.yaml:5: circuits[0].through[0]: found 'c', which the circuit joins; "
            "allowed: fibres, and sites between its ends",
        ),
    ],
)
def test_what_cannot_be(refusal: Callable[..., str], rest: str, message: str) -> None:
    assert refusal("end: 1 s\n" + rest) == message


def test_a_controller_that_makes_no_circuits(refusal: Callable[..., str]) -> None:
    assert refusal("end: 1 s\ncircuits: [a-b]", "controller=learning_switch") == (
        "e.yaml:5: circuits: found the circuit 'a-b', but the controller learning_switch makes no circuits; "
        "write 'controller: optical_circuit', or 'circuits: []'"
    )


def test_a_controller_that_never_reacts_protects_nothing(refusal: Callable[..., str]) -> None:
    rest = "end: 1 s\ncircuits: [{between: [a, c], protection: 1+1}]"
    assert refusal(rest, "controller=static_path") == (
        "e.yaml:5: circuits: found 'protection' for 'a-c', but the controller static_path never reacts; "
        "write 'controller: optical_circuit'"
    )
