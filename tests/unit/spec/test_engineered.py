"""The controller that engineers its topology: its options, and what is announced to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from twin.control.engineering.engineer import SOLVERS, Policy
from twin.spec import LoadedExperiment, load_experiment
from twin.spec.engineered import OptionsFile
from twin.workloads.scenario import Action

HEAD = "name: e\ntopology: net.yaml\ncontroller: {app: engineered%s}\n"
WORK = """\
workloads:
  one: {kind: collective, operation: all-to-all, size: 1 MiB, servers: [a-1, b-1, c-1]}
  two: {kind: iperf3, from: a-1, to: b-1, size: 1 GB}
  probe: {kind: packets, from: a-1, to: b-1, count: 10}
"""


def head(options: str = "") -> str:
    return HEAD % (f", options: {options}" if options else "")


def test_the_defaults_are_the_controllers_own(load: Callable[..., LoadedExperiment]) -> None:
    for text in (head(), "name: e\ntopology: net.yaml\ncontroller: engineered\n"):
        assert Policy(**load(WORK, head=text).scenario.controller.options) == Policy()
    assert set(OptionsFile.model_fields["solver"].annotation.__args__) == set(SOLVERS)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("options", "policy"),
    [
        ("{traffic: measured}", Policy(measures=True)),
        ("{traffic: measured, every: 250 ms, horizon: 5 s}", Policy(measures=True, every_s=0.25, horizon_s=5.0)),
        ("{solver: exact}", Policy(solver="exact")),
    ],
)
def test_options_and_their_resolved_text_are_the_same(
    options: str, policy: Policy, load: Callable[..., LoadedExperiment], tmp_path: Path
) -> None:
    loaded = load(WORK, head=head(options))
    assert Policy(**loaded.scenario.controller.options) == policy
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "e.yaml").write_text(loaded.experiment_text)
    (tmp_path / "again" / "topology.yaml").write_text(loaded.topology_text)
    assert load_experiment(tmp_path / "again" / "e.yaml").scenario == loaded.scenario


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            "{every: 1 s}",
            "e.yaml:3: controller.options.every: found 'every', but the traffic is announced and not measured; write "
            "'traffic: measured', or remove it",
        ),
        ("{solver: best}", "e.yaml:3: controller.options.solver: found 'best'; allowed: greedy, exact"),
        (
            "{speed: 1}",
            "e.yaml:3: controller.options.speed: found the unknown key 'speed'; allowed: traffic, every, horizon, "
            "solver",
        ),
    ],
)
def test_options_that_cannot_be(options: str, message: str, refusal: Callable[..., str]) -> None:
    assert refusal(WORK, head=head(options)) == message


def test_an_announcement_is_for_the_time_until_the_next(load: Callable[..., LoadedExperiment], tmp_path: Path) -> None:
    timeline = "timeline:\n- {at: 0 s, announce: one}\n- {at: 1 s, cut: fibre a-b}\n- {at: 2 s, announce: [one, two]}\n"
    loaded = load(WORK + timeline, head=head())
    assert loaded.scenario.timeline == (
        Action(0.0, "announce", "one", workloads=("one",), until_s=2.0),
        Action(1.0, "cut", "a-b"),
        Action(2.0, "announce", "one, two", workloads=("one", "two")),
    )


@pytest.mark.parametrize(
    ("entry", "controller", "message"),
    [
        (
            "announce: three",
            head(),
            "e.yaml:9: timeline[0].announce: found the unknown workload 'three'; allowed: one, two, probe",
        ),
        (
            "announce: [one, probe]",
            head(),
            "e.yaml:9: timeline[0].announce[1]: found 'probe', whose bytes nobody knows beforehand; allowed: "
            "collectives, training, traces, and iperf3 with a size",
        ),
        (
            "announce: one",
            head("{traffic: measured}"),
            "e.yaml:8: timeline: found an announcement, but the controller measures its traffic; write "
            "'traffic: announced', or remove 'announce'",
        ),
        (
            "announce: one",
            "name: e\ntopology: net.yaml\ncontroller: optical_circuit\n",
            "e.yaml:8: timeline: found an announcement, but the controller optical_circuit does not engineer its "
            "topology; write 'controller: engineered', or remove 'announce'",
        ),
    ],
)
def test_announcements_that_cannot_be(entry: str, controller: str, message: str, refusal: Callable[..., str]) -> None:
    assert refusal(f"{WORK}timeline:\n- {{at: 0 s, {entry}}}\n", head=controller) == message


def test_nothing_is_announced_to_a_controller_that_is_dead(refusal: Callable[..., Any]) -> None:
    timeline = "timeline:\n- {at: 0 s, controller: kill}\n- {at: 1 s, announce: one}\n"
    assert refusal(WORK + timeline, head=head()) == (
        "e.yaml:10: timeline[1].announce: found an announcement at 1 s, when the controller is killed; start it "
        "before: 'controller: start'"
    )
