"""Light in a run: dark windows as long as the catalogue says, rates that follow the light, nothing else lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from twin import experiment
from twin.results import bundle
from twin.results.event import Event
from twin.results.probes import lost_runs

EXPERIMENT = Path(__file__).parents[2] / "experiments" / "dark-window.yaml"
#: The catalogue's switching time of a 3D MEMS device, and the mean lock time of commodity network cards, s.
MEMS_S, COMMODITY_S = 15e-3, 5.67


def events_of(run: bundle.Run, source: str, name: str) -> list[Event]:
    return [event for event in run.events if event.source == source and event.name == name and event.t_s > 0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("light") / "run"
    assert experiment.run(EXPERIMENT, out).results.met
    return out


def test_the_dark_window_is_the_switching_time(folder: Path) -> None:
    run = bundle.read_run(folder)
    record: Any = run.outcome.workloads["probe"]
    (dark,) = lost_runs(record)  # one gap: the cut; lower and higher rates lose nothing
    in_flight_s = next(fibre.delay_s for fibre in run.plan.fibres if fibre.name == "polder")
    assert dark.count * record.interval_s == pytest.approx(MEMS_S + in_flight_s, abs=1e-4)
    (cut,) = events_of(run, "timeline", "fibre-cut")
    ups = events_of(run, "plant", "carrier-up")
    assert [event.t_s - cut.t_s for event in ups] == pytest.approx([MEMS_S, MEMS_S], abs=1e-5)


def test_the_rate_follows_the_light(folder: Path) -> None:
    changes = [
        (event.details["transceiver"], event.details["mode"])
        for event in events_of(bundle.read_run(folder), "plant", "rate-changed")
    ]
    assert changes == [
        ("amsterdam-t1", "200G"),
        ("groningen-t1", "200G"),
        ("amsterdam-t1", "400G"),
        ("groningen-t1", "400G"),
    ]


def test_telemetry_shows_the_light_going_and_coming(folder: Path) -> None:
    readings = [json.loads(line) for line in (folder / "telemetry.jsonl").read_text().splitlines()]
    mine = [(line["state"], line["mode"]) for line in readings if line["name"] == "groningen-t1" and line["t_s"] > 0]
    assert mine == [("dark", None), ("up", "400G"), ("up", "200G"), ("up", "400G")]
    bers = [line["ber"] for line in readings if line["name"] == "groningen-t1" and line["ber"] is not None]
    assert all(0 < ber < 0.05 for ber in bers)


def test_a_commodity_receiver_adds_its_lock_time(tmp_path: Path) -> None:
    sets = (
        "topology.optics.lock=commodity",
        "workloads.probe.every=5 ms",
        "workloads.probe.count=1200",
        "timeline.1.at=6 s",
        "timeline.2.at=6.1 s",
        "expect=[]",
        "sample=1 s",
    )
    finished = experiment.run(EXPERIMENT, tmp_path / "run", sets=sets)
    run = bundle.read_run(finished.folder)
    (cut,) = events_of(run, "timeline", "fibre-cut")
    ups = events_of(run, "plant", "carrier-up")
    assert [event.t_s - cut.t_s for event in ups] == pytest.approx([MEMS_S + COMMODITY_S] * 2, abs=1e-5)
