"""How good the channel to the controller is, and a load of requests, as an experiment says it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twin.spec import LoadedExperiment, load_experiment
from twin.workloads.scenario import ControlChannel

Load = Callable[..., LoadedExperiment]

LOAD = "end: 9 s\ncircuits: [b-c]\ncircuit_load: {erlangs: 2, holding: 1 s, requests: 3, start: 500 ms}\n"


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("", None),
        ("control_channel: {}\n", ControlChannel()),
        ("control_channel: {delay: 50 ms, loss: 5 %}\n", ControlChannel(0.05, 0.05)),
    ],
)
def test_the_channel(load: Load, text: str, channel: ControlChannel | None) -> None:
    assert load("end: 1 s\n" + text).scenario.control_channel == channel


def test_a_load_is_requests_and_releases_in_order(load: Load) -> None:
    timeline = load(LOAD).scenario.timeline
    assert [action.do for action in timeline].count("request") == 3
    assert {action.target for action in timeline} == {"load-1", "load-2", "load-3"}
    assert timeline[0].at_s > 0.5
    assert [action.at_s for action in timeline] == sorted(action.at_s for action in timeline)
    pairs = {frozenset(action.circuit.sites) for action in timeline if action.circuit is not None}
    sites = ("a", "b", "c", "c-d", "island")
    assert pairs <= {frozenset((one, other)) for one in sites for other in sites}


def test_the_resolved_text_says_the_same(load: Load, tmp_path: Path) -> None:
    loaded = load(LOAD + "control_channel: {delay: 50 ms}\n", seed=7)
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "experiment.yaml").write_text(loaded.experiment_text)
    (tmp_path / "bundle" / "topology.yaml").write_text(loaded.topology_text)
    assert load_experiment(tmp_path / "bundle" / "experiment.yaml") == loaded


@pytest.mark.parametrize(
    ("rest", "sets", "message"),
    [
        ("control_channel: {loss: 60 %}", [], "5: control_channel.loss: found '60 %'; allowed: 0 % to 50 %"),
        (
            "circuit_load: {erlangs: 0, holding: 1 s, requests: 3}", [],
            "5: circuit_load.erlangs: found 0; allowed: more than 0.0",
        ),
        (
            "circuit_load: {erlangs: 1, holding: 1 s, requests: 3}", ["controller=learning_switch", "circuits=[]"],
            "5: circuit_load: found the circuit 'load-1', but the controller learning_switch makes no circuits; "
            "write 'controller: optical_circuit', or 'circuits: []'",
        ),
        (
            "circuit_load: {erlangs: 1, holding: 1 s, requests: 3}\ncircuits: [{between: [a, b], name: load-9}]", [],
            "6: circuits: found the circuit 'load-9', a name that the load takes; call it otherwise",
        ),
    ],
)  # fmt: skip
def test_refused(refusal: Callable[..., str], rest: str, sets: list[str], message: str) -> None:
    assert refusal("end: 1 s\n" + rest, *sets) == f"e.yaml:{message}"
