"""What an experiment asks of a circuit beside its ends."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.spec import LoadedExperiment, load_experiment
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


LIT = """name: net
optics: {lock: 0 s}
sites:
  a: {optical: roadm, transceivers: {count: 2, mode: OpenROADM-v5}}
  b: {optical: roadm, transceivers: {count: 3, mode: OpenROADM-v5}}
fibres:
  ab: {between: [a, b], length: 80 km}
  other: {between: [a, b], length: 90 km}
"""


def test_where_light_is_looked_at_one_plus_one_needs_two_pairs(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(LIT)
    head = "name: e\ntopology: net.yaml\ncontroller: optical_circuit\nend: 1 s\n"
    (tmp_path / "e.yaml").write_text(f"{head}circuits: [{{between: [a, b], protection: 1+1}}]\n")
    assert len(load_experiment(tmp_path / "e.yaml").scenario.circuits) == 1
    (tmp_path / "e.yaml").write_text(f"{head}circuits: [a-b, {{between: [a, b], name: c, protection: 1+1}}]\n")
    message = (
        f"{tmp_path}/e.yaml:5: circuits[1]: found 'c', whose 1+1 needs 2 of 2 transceivers at 'a', 1 taken; allowed: "
        "2 or fewer at one time; raise sites.a.transceivers.count in the topology, or ask for fewer"
    )
    with pytest.raises(BadInput, match=f"^{re.escape(message)}$"):
        load_experiment(tmp_path / "e.yaml")
