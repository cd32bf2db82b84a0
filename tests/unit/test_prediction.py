"""A prediction's bundle has the shape and the names of a run's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.prediction import predict
from twin.results import bundle

REPOSITORY = Path(__file__).resolve().parents[2]
NETEM = REPOSITORY / "experiments/allreduce-netem.yaml"


def test_a_bundle_is_whole(tmp_path: Path) -> None:
    done = predict(NETEM, tmp_path / "bundle")
    assert sorted(path.name for path in done.folder.iterdir()) == [
        "events.jsonl",
        "experiment.yaml",
        "lab",
        "plan.json",
        "report.html",
        "results.json",
        "samples.parquet",
        "topology.yaml",
        "workload.json",
    ]
    assert bundle.read_results(done.folder) == done.results
    assert (done.results.engine, done.results.lab) == ("prediction", "none")
    assert done.results.met


def test_two_predictions_differ_in_wall_time_only(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        folder = predict(NETEM, tmp_path / name, seed=5).folder
        texts.append(json.loads((folder / bundle.RESULTS).read_text()) | {"wall_s": 0})
        assert (folder / bundle.EVENTS).read_bytes() == (tmp_path / "one" / bundle.EVENTS).read_bytes()
        assert (folder / bundle.SAMPLES).read_bytes() == (tmp_path / "one" / bundle.SAMPLES).read_bytes()
    assert texts[0] == texts[1]
    assert texts[0]["seed"] == 5


@pytest.mark.parametrize(
    ("servers", "rate", "delay", "closed_s"),
    [
        (4, "5 Gb/s", "0.5 ms", 2 * 3 / 4 * 2**27 * 8 / 5e9 * 9015 / 8949 + 1e-3),
        (8, "2 Gb/s", "2.5 ms", 2 * 7 / 8 * 2**27 * 8 / 2e9 * 9015 / 8949 + 5e-3),
        (32, "1 Gb/s", "5 ms", 2 * 31 / 32 * 2**27 * 8 / 1e9 * 9015 / 8949 + 10e-3),
    ],
)
def test_a_pipelined_ring_takes_its_bytes_and_one_delay(
    tmp_path: Path, servers: int, rate: str, delay: str, closed_s: float
) -> None:
    """2 (n - 1)/n S/B, with frames' overhead, and the delay once: slices hide the others."""
    nic = "topology.sites.cluster.servers"
    sets = [f"{nic}.count={servers}", f"{nic}.nic.rate={rate}", f"{nic}.nic.delay={delay}"]
    done = predict(NETEM, tmp_path / "bundle", sets)
    assert done.results.value("allreduce.time") == pytest.approx(closed_s, rel=2e-3)


@pytest.mark.parametrize(("margin", "rate_bps"), [("2 dB", 400e9), ("5 dB", 300e9), ("8 dB", 200e9)])
def test_light_that_is_left_alone_has_its_modes_rate(tmp_path: Path, margin: str, rate_bps: float) -> None:
    """More margin leaves a slower mode: one side sends 640 MiB over it, and the way there takes 0.78 ms."""
    sets = [
        "timeline=[]",
        "expect=[]",
        "workloads={b: {kind: collective, operation: broadcast, servers: [amsterdam-1, groningen-1], "
        "size: 640 MiB, warmup: 1}}",
        f"topology.optics.margin={margin}",
    ]
    done = predict(NETEM.with_name("dark-window.yaml"), tmp_path / "bundle", sets)
    sent_s = 640 * 2**20 * 8 * (9014 / 8948) / rate_bps
    assert done.results.value("b.time") == pytest.approx(sent_s + 0.78e-3, rel=2e-3)


@pytest.mark.parametrize(
    ("name", "sets", "message"),
    [
        (
            "dark-window",
            ["control_channel={delay: 1 ms}"],
            "control_channel: found a slow control channel; allowed: none; or use twin run",
        ),
        (
            "three-sites-cut",
            ["timeline=[{at: 1 s, controller: kill}]"],
            "timeline[0].controller: found a controller that ends or starts, which a prediction cannot play; "
            "use twin run",
        ),
    ],
)
def test_what_only_a_run_can_tell_is_refused(tmp_path: Path, name: str, sets: list[str], message: str) -> None:
    path = NETEM.with_name(f"{name}.yaml")
    with pytest.raises(BadInput) as caught:
        predict(path, tmp_path / "bundle", sets)
    assert str(caught.value) == f"{path}: {message}"
    assert not (tmp_path / "bundle").exists()
