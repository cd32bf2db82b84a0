"""A workload written as traces plays like the workload itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin import trace
from twin.errors import BadInput
from twin.prediction import predict

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


def test_only_what_has_a_graph_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as problem:
        trace.write(REPOSITORY / "experiments/three-sites-cut.yaml", "probe", tmp_path)
    assert str(problem.value) == "WORKLOAD: found 'probe'; allowed: train"
