"""Jobs in the lab: a trace plays like the job that it is of, and both engines tell the same of a training."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin import experiment, trace
from twin.prediction import predict
from twin.results import bundle

HEAD = (
    f"name: job\ntopology: {Path(__file__).parents[2]}/topologies/two-sites-600km.yaml\n"
    "controller: optical_circuit\ncircuits: all\nworkloads:\n  w: "
)
SERVING = (
    "{kind: inference, clients: [west-1], prefill: [west-2], decode: [east-1, east-2], requests: 12, every: 20 ms, "
    "prompt: 256, output: 6, slots: 2, kv_parts: 4, layers: 4, kv_heads: 8, head_size: 128, prefill_time: 100 us, "
    "decode_time: 5 ms}"
)
FAILING = (
    "{kind: training, servers: [west-1, west-2], parallel: data, compute: 20 ms, parameters: 100000, rounds: 8, "
    "checkpoint: {to: [east-1], per_parameter: 14 B, every: 3}, failures: {at: [110 ms], restart: 30 ms}}"
)


def test_the_trace_of_a_job_takes_the_jobs_time(tmp_path: Path) -> None:
    """Ranks share their servers' files, and several connections join two servers."""
    job, played = tmp_path / "job.yaml", tmp_path / "played.yaml"
    job.write_text(f"{HEAD}{SERVING}\n")
    servers = [server for _path, server in trace.write(job, "w", tmp_path)]
    played.write_text(f"{HEAD}{{kind: trace, files: 'w.{{rank}}.et', servers: [{', '.join(servers)}]}}\n")
    as_job, as_trace = (experiment.run(one, tmp_path / one.stem).results for one in (job, played))
    assert as_trace.fidelity.ok, as_trace.fidelity.reasons
    assert as_trace.value("w.step_time") == pytest.approx(as_job.value("w.time"), rel=1e-5)


def test_both_engines_tell_of_failures_and_checkpoints(tmp_path: Path) -> None:
    path = tmp_path / "job.yaml"
    path.write_text(f"{HEAD}{FAILING}\n")
    folders = experiment.run(path, tmp_path / "run").folder, predict(path, tmp_path / "predicted").folder
    emulated, predicted = (
        [event for event in bundle.read_run(folder).events if event.source == "w"] for folder in folders
    )
    told = [("checkpoint-written", 3), ("failure", 3), ("restarted", 3), ("checkpoint-written", 6)]
    for events in (emulated, predicted):
        found = [(event.name, event.details.get("round", event.details.get("back_to"))) for event in events]
        assert found == [*told, ("workload-ended", None)]
    for one, other in zip(emulated, predicted, strict=True):
        assert one.t_s == pytest.approx(other.t_s, rel=0.02)
