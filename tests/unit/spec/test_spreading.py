"""The options of optical_circuit: ECMP and pinned flows."""

from collections.abc import Callable

import pytest

from twin.spec import LoadedExperiment

REST = "end: 1 s\ncircuits: [a-b]\n"
HEAD = "name: e\ntopology: net.yaml\ncontroller: {{app: optical_circuit, options: {}}}\n"


def test_options_are_read_and_written_out_again(load: Callable[..., LoadedExperiment]) -> None:
    pins = "[{from: a-1, to: b-1, over: [a-b]}]"
    loaded = load(REST, head=HEAD.format(f"{{routing: ecmp, pins: {pins}}}"))
    options = {"routing": "ecmp", "pins": [{"from": "a-1", "to": "b-1", "over": ["a-b"]}]}
    assert loaded.scenario.controller.options == options
    assert "routing: ecmp" in loaded.experiment_text


def test_without_options_there_are_none(load: Callable[..., LoadedExperiment]) -> None:
    assert load(REST).scenario.controller.options == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("{routing: both}", "routing: found 'both'; allowed: single, ecmp"),
        (
            "{pins: [{from: a-9, to: b-1, over: [a-b]}]}",
            "pins[0].from: found the unknown server 'a-9'; allowed: a-1, a-2, b-1, b-2, c-1, dark-1; "
            "did you mean 'a-2'?",
        ),
        (
            "{pins: [{from: a-1, to: b-1, over: [x]}]}",
            "pins[0].over[0]: found the unknown circuit or spine 'x'; allowed: a-b",
        ),
    ],
)
def test_options_that_cannot_be(refusal: Callable[..., str], options: str, message: str) -> None:
    found = refusal(REST, head=HEAD.format(options))
    assert found == f"e.yaml:3: controller.options.{message}"
