"""What circuits promise, read from bundles: nothing is lost in a planned move, and a dead controller harms nobody.

On os-ken, and on Ryu 4.34 where ``make test`` could install it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from twin import experiment
from twin.results import bundle
from twin.results.bundle import Run
from twin.results.outcome import AllReduceRecord, PacketsRecord

ROOT = Path(__file__).parents[2]
FOUND = "found up when the controller started"
#: Ryu's last release, in an environment of its own.
RYU = Path(sys.prefix) / "ryu" / "bin" / "python"
ON_RYU = (
    f'{{command: [{RYU}, -m, controllers.launch, {ROOT}/controllers/optical_circuit.py, --port, "{{port}}"], '
    "circuits: true}"
)


@pytest.fixture(params=["os-ken", "ryu"])
def controller(request: pytest.FixtureRequest) -> str:
    """Our controller, on each library."""
    if request.param == "os-ken":
        return "optical_circuit"
    if not RYU.with_name("ryu-manager").exists():
        pytest.skip(f"Ryu 4.34 is not installed in {RYU.parents[1]} (make test tries to)")
    return ON_RYU


def play(folder: Path, controller: str, text: str) -> Run:
    """Run an experiment on the three sites and read its bundle."""
    topology = os.path.relpath(ROOT / "topologies" / "three-sites.yaml", folder)
    (folder / "e.yaml").write_text(f"name: e\ntopology: {topology}\ncontroller: {controller}\n{text}")
    return bundle.read_run(experiment.run(folder / "e.yaml", folder / "run").folder)


@pytest.fixture
def moved(tmp_path: Path, controller: str) -> Run:
    """An all-reduce and probes over 400 Gb/s while their circuit returns to its shorter path."""
    return play(
        tmp_path,
        controller,
        """
circuits: [tokyo-osaka]
workloads:
  train:
    {kind: allreduce, servers: [tokyo-1, osaka-1], size: 64 MiB, warmup: 2, iterations: 12, every: 50 ms, start: 100 ms}
  probe: {kind: packets, from: tokyo-2, to: osaka-2, count: 4000, every: 0.1 ms, start: 300 ms}
timeline:
  - {at: 10 ms, cut: fibre tokyo-osaka}
  - {at: 501 ms, repair: fibre tokyo-osaka}
""",
    )


def test_make_before_break_loses_nothing_under_an_all_reduce(moved: Run) -> None:
    active = [event for event in moved.events if event.name == "circuit-active" and event.t_s > 0]
    assert [event.details["reason"] for event in active] == [
        "rerouted after loss of light on tokyo-osaka",
        "returned to a shorter path, make before break",
    ]
    probe, train = moved.outcome.workloads["probe"], moved.outcome.workloads["train"]
    assert isinstance(probe, PacketsRecord)
    assert isinstance(train, AllReduceRecord)
    assert active[1].t_s < 0.6
    assert any(one.start_s <= active[1].t_s <= one.start_s + one.time_s for one in train.iterations)
    assert len(train.iterations) == 12
    assert len(probe.received) == probe.sent == 4000


@pytest.fixture
def restarted(tmp_path: Path, controller: str) -> Run:
    """A controller that is killed; probes and a cut afterwards, with another one in between."""
    return play(
        tmp_path,
        controller,
        """
circuits: all
workloads:
  probe: {kind: packets, from: tokyo-1, to: osaka-1, count: 20000, every: 0.5 ms}
timeline:
  - {at: 1 s, controller: kill}
  - {at: 2 s, controller: start}
  - {at: 9.5 s, cut: fibre tokyo-osaka}
""",
    )


def test_a_controller_killed_and_started_again_lets_circuits_be_and_restores_them(restarted: Run) -> None:
    active = [event for event in restarted.events if event.name == "circuit-active" and event.t_s > 0]
    reasons = [(event.details["circuit"], event.details["reason"]) for event in active]
    assert sorted(reasons[:3]) == [(name, FOUND) for name in ("kanazawa-osaka", "tokyo-kanazawa", "tokyo-osaka")]
    assert reasons[3:] == [("tokyo-osaka", "rerouted after loss of light on tokyo-osaka")]
    probe = restarted.outcome.workloads["probe"]
    assert isinstance(probe, PacketsRecord)
    lost = set(range(probe.sent)) - {sequence for sequence, _, _ in probe.received}
    assert lost
    assert min(lost) * 0.5e-3 == pytest.approx(9.5, abs=0.02)
