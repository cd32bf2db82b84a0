"""Experiment files as a whole: defaults, overrides, resolved text, refusals."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from twin.spec import LoadedExperiment, load_experiment
from twin.workloads.scenario import Action, Circuit

Load = Callable[..., LoadedExperiment]
Refusal = Callable[..., str]

WHOLE = """\
circuits: [a-b]
workloads:
  train: {kind: allreduce, size: 1 MiB, start: on-request}
  probe: {kind: packets, from: a-1, to: b-1, count: 10, every: 333.3 us}
  flood: {kind: iperf3, from: a-1, to: b-1, duration: 2 s, protocol: udp, rate: 1 Gb/s}
timeline:
- {at: 0.1 s, start: train}
- {at: 1 s, reconfigure: {release: [a-b], request: [a-c]}}
expect:
- {metric: probe.outage, below: 50 ms}
- {metric: train.time, equals: 0.3, tolerance: 5 %}
"""


def test_defaults(load: Load) -> None:
    scenario = load("end: 2 s").scenario
    assert (scenario.schema, scenario.name, scenario.seed) == (1, "e", 1)
    assert (scenario.sample_every_s, scenario.end_s, scenario.timeout_s) == (0.01, 2.0, 300.0)
    assert scenario.controller.name == "optical_circuit"
    assert scenario.controller.app.endswith("/controllers/optical_circuit.py")
    assert (scenario.circuits, scenario.workloads, scenario.timeline, scenario.expectations) == ((), (), (), ())


def test_without_an_end_the_run_ends_with_its_workloads(load: Load) -> None:
    assert load(WHOLE).scenario.end_s is None


def test_overrides_reach_both_files_and_are_checked_like_them(load: Load, refusal: Refusal) -> None:
    loaded = load(WHOLE, "workloads.train.size=2 MiB", "topology.sites.a.servers.count=3", "controller=static_path")
    assert loaded.scenario.workloads[0].size_bytes == 2**21  # type: ignore[union-attr]
    assert loaded.topology.sites[0].servers == 3
    assert loaded.scenario.controller.name == "static_path"
    assert refusal(WHOLE, "workloads.train.size=2") == (
        "--set workloads.train.size=2: workloads.train.size: found 2 without a unit; "
        "allowed: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB, as in '256 MiB'"
    )
    assert refusal(WHOLE, "topology.sites.a.servers.count=-1") == (
        "--set topology.sites.a.servers.count=-1: sites.a.servers.count: found -1; allowed: 0 or more"
    )


def test_the_seed_of_the_command_line_wins(load: Load, refusal: Refusal) -> None:
    assert load(WHOLE + "seed: 3").scenario.seed == 3
    assert load(WHOLE + "seed: 3", seed=7).scenario.seed == 7
    assert refusal(WHOLE, seed=-7) == "--seed -7: seed: found -7; allowed: 0 or more"


def test_the_resolved_texts_read_as_the_same_experiment(load: Load, tmp_path: Path) -> None:
    loaded = load(WHOLE, "workloads.train.size=2 MiB", "topology.sites.a.servers.count=3", seed=7)
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "experiment.yaml").write_text(loaded.experiment_text)
    (bundle / "topology.yaml").write_text(loaded.topology_text)
    assert load_experiment(bundle / "experiment.yaml") == loaded


def test_the_resolved_text_writes_everything_out(load: Load) -> None:
    content = yaml.safe_load(load(WHOLE).experiment_text)
    assert content["topology"] == "topology.yaml"
    assert content["controller"] == {"app": "optical_circuit", "options": {}}
    assert content["circuits"] == [{"name": "a-b", "between": ["a", "b"]}]
    assert content["workloads"]["train"]["servers"] == ["a-1", "a-2", "b-1", "b-2", "c-1", "dark-1"]
    assert content["workloads"]["train"]["schedule"] == "pipelined"
    assert content["workloads"]["probe"]["every"] == "333.3 us"
    assert content["timeline"][1]["reconfigure"]["request"] == [{"name": "a-c", "between": ["a", "c"]}]
    assert content["expect"][1] == {"metric": "train.time", "equals": 0.3, "tolerance": "5 %"}
    assert (content["end"], content["timeout"], content["sample"]) == ("when-done", "300 s", "10 ms")


def test_a_release_carries_the_circuit(load: Load) -> None:
    assert load(WHOLE).scenario.timeline[1:] == (
        Action(1.0, "release", "a-b", Circuit("a-b", ("a", "b"))),
        Action(1.0, "request", "a-c", Circuit("a-c", ("a", "c"))),
    )


NET = "name: e\ntopology: net.yaml\n"
STATIC = NET + "controller: static_path\n"
END = "end: 1 s"
UNKNOWN = (
    "found the unknown controller 'optical'; allowed: optical_circuit, static_path, engineered, learning_switch, "
    "a path to an app's .py file, tcp:HOST:PORT, or {command: [...]}; did you mean 'optical_circuit'?"
)


@pytest.mark.parametrize(
    ("head", "rest", "message"),
    [
        (
            "name: e\ncontroller: static_path\n",
            END,
            "1: the key 'topology' is missing; add it, as in 'topology: ../topologies/three-sites.yaml'",
        ),
        (
            "name: e\ntopology: nte.yaml\ncontroller: static_path\n",
            END,
            "2: topology: found 'nte.yaml', but there is no file nte.yaml; "
            "the path counts from the experiment file's folder",
        ),
        (NET + "controller: optical\n", END, f"3: controller: {UNKNOWN}"),
        (NET + "controller: {app: optical}\n", END, f"3: controller.app: {UNKNOWN}"),
        (
            NET + "controller: apps/x.py\n",
            END,
            "3: controller: found 'apps/x.py', but there is no file apps/x.py; check the path",
        ),
        (
            NET + "controller: {app: static_path, options: {k: 1}}\n",
            END,
            "3: controller.options: found options for 'static_path', which takes none; remove them",
        ),
        (STATIC, "", "1: found neither a workload nor an end; add 'end: 5 s', or a workload"),
        (STATIC, "end: soon", "4: end: found 'soon'; allowed: when-done, or as in '10 ms'"),
        (STATIC, "end: 0 s", "4: end: found '0 s'; allowed: 1 ms to 86400 s"),
        (
            STATIC + "end: 1 s\n",
            "workloads: {w: {kind: allreduce, size: 1 MB, start: 1 s}}",
            "5: workloads.w.start: found 1 s, not before the experiment's end; allowed: less than 1 s; raise 'end'",
        ),
        (
            STATIC,
            "workload: {}",
            "4: workload: found the unknown key 'workload'; allowed: name, topology, controller, seed, circuits, "
            "workloads, timeline, circuit_load, control_channel, expect, sample, telemetry, end, timeout; "
            "did you mean 'workloads'?",
        ),
    ],
)
def test_refused(refusal: Refusal, head: str, rest: str, message: str) -> None:
    assert refusal(rest, head=head) == f"e.yaml:{message}"
