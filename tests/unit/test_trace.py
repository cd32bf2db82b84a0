"""A workload written as traces plays like the workload itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin import trace
from twin.errors import BadInput
from twin.prediction import predict
from twin.spec import load_experiment
from twin.spec.chakra_graph import read_traces
from twin.workloads.course import job_of
from twin.workloads.scenario import JobWorkload

REPOSITORY = Path(__file__).resolve().parents[2]
TRAINING = REPOSITORY / "experiments/training-1000km.yaml"
HEAD = (
    f"name: job\ntopology: {REPOSITORY}/topologies/two-sites-600km.yaml\ncontroller: optical_circuit\n"
    "circuits: all\nworkloads:\n  w: "
)


def test_the_trace_of_a_training_is_predicted_like_the_training(tmp_path: Path) -> None:
    written = trace.write(TRAINING, "pipeline", tmp_path / "traces")
    assert [(path.name, server) for path, server in written] == [
        ("pipeline.0.et", "west-1"),
        ("pipeline.1.et", "west-2"),
        ("pipeline.2.et", "east-1"),
        ("pipeline.3.et", "east-2"),
    ]
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


@pytest.mark.parametrize(
    ("name", "workload", "files"),
    [
        ("serving-600km", "apart", 3),
        ("serving-600km", "together", 2),
        ("serving-600km", "remote-gpu", 2),
        ("training-storage", "others", 3),
        ("training-storage", "replica", 2),
        ("training-storage", "data-set", 2),
    ],
)
def test_the_trace_of_a_job_reads_as_the_same_graph(name: str, workload: str, files: int, tmp_path: Path) -> None:
    """Waiting, and several ranks on a server, come back as they were; each server has one file."""
    experiment = REPOSITORY / f"experiments/{name}.yaml"
    (one,) = (one for one in load_experiment(experiment).scenario.workloads if one.name == workload)
    assert isinstance(one, JobWorkload)
    written = trace.write(experiment, workload, tmp_path)
    traces = read_traces([path for path, _server in written])
    servers = [server for _path, server in written]
    assert len(servers) == len(set(servers)) == files
    assert traces.graph == job_of(one).graph
    assert tuple(servers[number] for number in traces.files) == job_of(one).servers


MODEL = "layers: 4, kv_heads: 8, head_size: 128, prefill_time: 100 us, decode_time: 5 ms"


@pytest.mark.parametrize(
    "workload",
    [
        "{kind: inference, clients: [west-1], prefill: [west-2], decode: [east-1, east-2], requests: 12, every: 20 ms, "
        f"prompt: 256, output: 6, slots: 2, kv_parts: 4, {MODEL}}}",
        "{kind: remoting, client: west-1, gpu: east-3, calls: 20, request: 4 KiB, response: 1 MiB, compute: 2 ms, "
        "depth: 3}",
        "{kind: storage, readers: [west-1, west-2], storage: [east-1], block: 1 MiB, blocks: 12, read_ahead: 3, "
        "compute: 1 ns}",
        "{kind: replication, from: [west-1, west-2], to: [east-1], size: 50 MB, streams: 2, copies: 3, every: 50 ms}",
        "{kind: flows, from: [west-1], to: [east-1, east-3], flows: 20, load: 2 %, link: west-east}",
        "{kind: training, servers: [west-1, east-1], parallel: data, compute: 20 ms, parameters: 1000000, rounds: 6, "
        "reads: {storage: [east-2], size: 1 MiB, read_ahead: 1}, "
        "checkpoint: {to: [east-3], per_parameter: 14 B, every: 4, mode: blocking}}",
    ],
    ids=["inference", "remoting", "storage", "replication", "flows", "training"],
)
def test_the_trace_of_a_job_is_predicted_like_the_job(workload: str, tmp_path: Path) -> None:
    """It takes the same time, although the job opens its connections at once and the trace one by one. A job's time
    ends with what is timed: no block's use and no checkpoint comes after that here."""
    job, played = tmp_path / "job.yaml", tmp_path / "played.yaml"
    job.write_text(f"{HEAD}{workload}\n")
    servers = [server for _path, server in trace.write(job, "w", tmp_path)]
    played.write_text(f"{HEAD}{{kind: trace, files: 'w.{{rank}}.et', servers: [{', '.join(servers)}]}}\n")
    as_job, as_trace = (predict(one, tmp_path / one.stem).results for one in (job, played))
    assert as_trace.value("w.step_time") == pytest.approx(as_job.value("w.time"), rel=1e-7)


def test_a_trace_of_a_bundle_plays_again(tmp_path: Path) -> None:
    """One of the servers has nothing to do; it keeps its place among the files."""
    serving = f"kind: inference, clients: [west-1], prefill: [west-2], decode: [east-1, east-2], {MODEL}, slots: 2"
    (tmp_path / "job.yaml").write_text(f"{HEAD}{{{serving}, requests: 1, every: 1 ms, prompt: 8, output: 3}}\n")
    servers = [server for _path, server in trace.write(tmp_path / "job.yaml", "w", tmp_path)]
    assert servers == ["west-2", "east-1", "east-2", "west-1"]
    played = f"{{kind: trace, files: 'w.{{rank}}.et', servers: [{', '.join(servers)}]}}"
    (tmp_path / "played.yaml").write_text(f"{HEAD}{played}\n")
    first = predict(tmp_path / "played.yaml", tmp_path / "first")
    again = predict(first.folder / "experiment.yaml", tmp_path / "again")
    assert again.results.metrics == first.results.metrics


@pytest.mark.parametrize(
    ("experiment", "workload", "message"),
    [
        (
            "training-storage",
            "train",
            "found 'train', whose failures end its graph at times that depend on the network; remove 'failures'",
        ),
        (
            "three-sites-cut",
            "probe",
            "found 'probe', a train of probes: nothing in it waits for anything; allowed: a workload that is a graph",
        ),
        (
            "internet-baseline",
            "bulk",
            "found 'bulk', an iperf3 test, which sends as fast as it can: nothing in it waits for anything; "
            "allowed: a workload that is a graph",
        ),
        ("three-sites-cut", "nothing", "found 'nothing'; allowed: train, probe"),
    ],
)
def test_what_is_no_graph_is_refused(experiment: str, workload: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as problem:
        trace.write(REPOSITORY / f"experiments/{experiment}.yaml", workload, tmp_path / "none")
    assert str(problem.value) == f"WORKLOAD: {message}"
    assert not (tmp_path / "none").exists()
