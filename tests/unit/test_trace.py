"""A workload written as traces plays like the workload itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin import trace
from twin.errors import BadInput
from twin.prediction import predict
from twin.spec import load_experiment
from twin.spec.chakra_graph import read_graph
from twin.workloads.course import job_of
from twin.workloads.scenario import JobWorkload

REPOSITORY = Path(__file__).resolve().parents[2]
TRAINING = REPOSITORY / "experiments/training-1000km.yaml"


def test_the_trace_of_a_training_is_predicted_like_the_training(tmp_path: Path) -> None:
    paths = trace.write(TRAINING, "pipeline", tmp_path / "traces")
    assert [path.name for path in paths] == [f"pipeline.{rank}.et" for rank in range(4)]
    played = tmp_path / "played.yaml"
    played.write_text(
        f"name: played\ntopology: {REPOSITORY}/topologies/two-sites-1000km.yaml\ncontroller: optical_circuit\n"
        "circuits: all\nworkloads:\n"
        "  w: {kind: trace, files: 'traces/pipeline.{rank}.et', rounds: 3, warmup: 1, start: 1 s}\n"
    )
    as_trace = predict(played, tmp_path / "a").results
    as_training = predict(TRAINING, tmp_path / "b").results
    for metric in ("step_time", "exposed", "idle", "slowdown"):
        assert as_trace.value(f"w.{metric}") == pytest.approx(as_training.value(f"pipeline.{metric}"), rel=1e-9)


@pytest.mark.parametrize(("name", "workload"), [("serving-600km", "remote-gpu"), ("training-storage", "others")])
def test_the_trace_of_a_job_reads_as_the_same_graph(name: str, workload: str, tmp_path: Path) -> None:
    """Waiting, and several ranks on a server, come back as they were."""
    experiment = REPOSITORY / f"experiments/{name}.yaml"
    (one,) = (one for one in load_experiment(experiment).scenario.workloads if one.name == workload)
    assert isinstance(one, JobWorkload)
    assert read_graph(trace.write(experiment, workload, tmp_path)) == job_of(one).graph


def test_a_trace_cannot_say_that_ranks_wait_without_a_message(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as problem:
        trace.write(REPOSITORY / "experiments/training-storage.yaml", "train", tmp_path)
    assert str(problem.value) == (
        "WORKLOAD: found 'train', in which ranks wait for each other without a message; "
        "a trace cannot say that; write another workload"
    )


def test_only_what_has_a_graph_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as problem:
        trace.write(REPOSITORY / "experiments/three-sites-cut.yaml", "probe", tmp_path)
    assert str(problem.value) == "WORKLOAD: found 'probe'; allowed: train"
