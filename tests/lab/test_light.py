"""Light in a run: dark windows as long as the catalogue says, rates that follow the light, nothing else lost.

Three runs, each shared by its tests: the shipped experiment, a line that ages, and a stranger's app.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from twin import experiment
from twin.results import bundle, telemetry
from twin.results.bundle import Run
from twin.results.dark_windows import dark_windows
from twin.results.event import Event
from twin.results.outcome import AllReduceRecord, PacketsRecord
from twin.results.probes import lost_runs

ROOT = Path(__file__).parents[2]
EXPERIMENT = ROOT / "experiments" / "dark-window.yaml"
TOPOLOGY = ROOT / "topologies" / "two-sites-light.yaml"
#: The catalogue's switching time of a 3D MEMS device, and the mean lock time of commodity network cards, s.
MEMS_S, COMMODITY_S = 15e-3, 5.67
ENDS = ("amsterdam-t1", "groningen-t1")

AGEING = f"""
name: ageing
topology: {TOPOLOGY}
controller: optical_circuit
circuits: [{{name: line, between: [amsterdam, groningen], protection: none}}]
workloads:
  probe: {{kind: packets, from: amsterdam-1, to: groningen-1, count: 8000, every: 0.1 ms}}
  train:
    {{kind: allreduce, servers: [amsterdam-2, groningen-2], size: 32 MiB, warmup: 2, iterations: 13, every: 20 ms,
     start: 20 ms}}
timeline:
  - {{at: 117.7 ms, degrade: amplifier polder.2 by 3 dB}}    # in the middle of an all-reduce
  - {{at: 217.7 ms, degrade: amplifier polder.2 by 0 dB}}
  - {{at: 350 ms, drift: amplifier polder.2 by 3 dB over 100 ms}}
  - {{at: 460 ms, drift: amplifier polder.2 by 0 dB over 50 ms}}
  - {{at: 600 ms, degrade: fibre polder by 40 dB}}
  - {{at: 650 ms, degrade: fibre polder by 0 dB}}
telemetry: 2 ms
"""
#: One span so long that its amplifiers decide: 400G closes with 1.4 dB to spare, 3 dB more noise cost 2 dB.
LONG_SPAN = (
    "topology.optics.margin=1 dB",
    "topology.fibres.polder.length=130 km",
    "topology.fibres.polder.amplifiers=0",
)

PANEL = f"""
name: panel
topology: {TOPOLOGY}
controller: {ROOT / "tests" / "lab" / "apps" / "patch_panel.py"}
workloads:
  probe: {{kind: packets, from: amsterdam-1, to: groningen-1, count: 3000, every: 5 ms}}
timeline:
  - {{at: 8 s, cut: fibre polder}}
sample: 1 s
"""
WHOLE_FIBRES = tuple(f"topology.sites.{site}.optical.kind=ocs" for site in ("amsterdam", "groningen"))


def events_of(run: Run, source: str, name: str) -> list[Event]:
    return [event for event in run.events if event.source == source and event.name == name and event.t_s > 0]


def readings_of(folder: Path, element: str) -> list[dict[str, Any]]:
    table = telemetry.read_parquet(folder)
    assert table is not None
    return [row for row in cast(list[dict[str, Any]], table.to_pylist()) if row["element"] == element]


def play(parent: Path, text: str, sets: tuple[str, ...]) -> Path:
    (parent / "e.yaml").write_text(text)
    return experiment.run(parent / "e.yaml", parent / "run", sets=sets).folder


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("light") / "run"
    assert experiment.run(EXPERIMENT, out).results.met
    return out


@pytest.fixture(scope="module")
def ageing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return play(tmp_path_factory.mktemp("ageing"), AGEING, LONG_SPAN)


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return play(tmp_path_factory.mktemp("panel"), PANEL, (*WHOLE_FIBRES, "topology.optics.lock=commodity"))


def test_the_dark_window_is_the_switching_time(shipped: Path) -> None:
    run = bundle.read_run(shipped)
    record: Any = run.outcome.workloads["probe"]
    (dark,) = lost_runs(record)  # one gap: the cut; lower and higher rates lose nothing
    in_flight_s = next(fibre.delay_s for fibre in run.plan.fibres if fibre.name == "polder")
    assert dark.count * record.interval_s == pytest.approx(MEMS_S + in_flight_s, abs=1e-4)
    (cut,) = events_of(run, "timeline", "fibre-cut")
    ups = events_of(run, "plant", "carrier-up")
    assert [event.t_s - cut.t_s for event in ups] == pytest.approx([MEMS_S, MEMS_S], abs=1e-5)


def test_a_prediction_tells_the_same(shipped: Path, told_otherwise: Callable[[Path, Path], list[str]]) -> None:
    assert told_otherwise(EXPERIMENT, shipped) == []


def test_the_log_says_where_each_part_of_the_window_went(shipped: Path) -> None:
    windows = dark_windows(bundle.read_run(shipped).events)
    assert [window.transceiver for window in windows] == list(ENDS)
    for window in windows:
        parts = (window.waiting_s, window.switching_s, window.locking_s)
        assert parts == pytest.approx((1e-6, MEMS_S, 0.0), abs=1e-6)
        assert window.barrier_s == pytest.approx(MEMS_S, abs=1e-6)
        assert window.total_s == pytest.approx(MEMS_S, abs=1e-4)
    page = (shipped / bundle.REPORT).read_text()
    assert "Dark windows: where the time went" in page


def test_the_rate_follows_the_light(shipped: Path) -> None:
    changes = events_of(bundle.read_run(shipped), "plant", "rate-changed")
    modes = [event.details["mode"] for event in changes if event.details["transceiver"] == "groningen-t1"]
    # At once to the first mode with a margin; bit by bit to the next, which stays in use while it closes at all.
    assert modes == ["200G", "400G", "300G", "400G"]
    assert [event.details["transceiver"] for event in changes] == list(ENDS) * 4


def test_telemetry_shows_the_light_going_and_coming(shipped: Path) -> None:
    rows = readings_of(shipped, "groningen-t1")
    states = [(row["state"], row["mode"]) for row in rows if row["t_s"] < 0.31]
    changes = [state for i, state in enumerate(states) if not i or state != states[i - 1]]
    assert changes == [("up", "400G"), ("dark", None), ("up", "400G"), ("up", "200G"), ("up", "400G")]
    assert all(0 < row["ber"] < 0.05 for row in rows if row["state"] == "up")
    drifting = [row["osnr_db"] for row in readings_of(shipped, "coast.2") if 0.32 < row["t_s"] < 0.4]
    assert len(drifting) >= 2 * 15  # both directions, every 5 ms
    assert {row["state"] for row in readings_of(shipped, "polder.3") if row["t_s"] > 0.1001} == {"up", "dark"}


def test_three_db_lower_the_rate_and_lose_nothing(ageing: Path) -> None:
    run = bundle.read_run(ageing)
    changes = [event for event in events_of(run, "plant", "rate-changed") if event.t_s < 0.3]
    assert [(event.details["mode"], round(event.t_s, 5)) for event in changes] == [
        *[("300G", 0.1177)] * 2,
        *[("400G", 0.2177)] * 2,
    ]
    train, probe = run.outcome.workloads["train"], run.outcome.workloads["probe"]
    assert isinstance(train, AllReduceRecord)
    assert isinstance(probe, PacketsRecord)
    assert all(queue.dropped_packets == 0 for queue in run.outcome.queues)
    slow = [i.time_s for i in train.iterations if 0.12 < i.start_s < 0.21]
    fast = [i.time_s for i in train.iterations if i.start_s < 0.11 or i.start_s > 0.22]
    # 32 MiB leave each of two ranks, at 300 and at 400 Gb/s with 9,014 of 8,948 bytes: so much longer.
    longer_s = 32 * 2**20 * 8 * 9014 / 8948 * (1 / 300e9 - 1 / 400e9)
    assert len(slow) == 4
    assert max(slow) - min(slow) < 1e-6
    assert slow[0] - fast[0] == pytest.approx(longer_s, rel=0.5)
    assert len(train.iterations) == 13


def test_telemetry_shows_the_three_db(ageing: Path) -> None:
    rows = {row["t_s"]: row for row in readings_of(ageing, "groningen-t1")}
    before, after = rows[0.116], rows[0.118]
    assert (before["mode"], after["mode"]) == ("400G", "300G")
    assert before["gsnr_db"] - after["gsnr_db"] == pytest.approx(1.95, abs=0.05)
    assert after["margin_db"] == pytest.approx(before["margin_db"] - 1.95 + 3.0, abs=0.05)
    assert after["ber"] > 0
    amplifier = {row["t_s"]: row for row in readings_of(ageing, "polder.2") if row["towards"] == "groningen"}
    assert (amplifier[0.116]["state"], amplifier[0.118]["state"]) == ("up", "degraded")


def test_where_no_mode_closes_the_link_goes_down_and_comes_back(ageing: Path) -> None:
    run = bundle.read_run(ageing)
    windows = dark_windows(run.events)
    assert [(window.transceiver, window.reason) for window in windows] == [(end, "GSNR too low") for end in ENDS]
    for window in windows:
        assert (window.since_s, window.until_s) == pytest.approx((0.6, 0.65), abs=1e-6)
    record: Any = run.outcome.workloads["probe"]
    (dark,) = lost_runs(record)
    in_flight_s = next(fibre.delay_s for fibre in run.plan.fibres if fibre.name == "polder")
    assert dark.count == pytest.approx((0.05 + in_flight_s) / record.interval_s, abs=1)
    told = [event for event in run.events if event.source == "controller" and 0.6 < event.t_s < 0.66]
    reasons = [event.details["reason"] for event in told if event.name in ("circuit-down", "circuit-active")]
    assert reasons == ["light too weak over polder; it waits for its light", "its light is back"]


def test_a_circuit_that_may_goes_another_way(tmp_path: Path) -> None:
    """5 ms until the transceivers' ports are taken at their word, then the switches' 15 ms."""
    run = bundle.read_run(play(tmp_path, AGEING.replace(", protection: none", ""), LONG_SPAN))
    for window in dark_windows(run.events):
        assert (window.since_s, window.until_s) == pytest.approx((0.6, 0.62), abs=2e-6)
    (active,) = [event for event in events_of(run, "controller", "circuit-active") if event.t_s > 0.6]
    assert active.details["reason"] == "rerouted after light too weak over polder"
    assert active.details["fibres"] == ["coast"]


def test_a_drift_changes_the_mode_when_its_level_is_reached(ageing: Path) -> None:
    """At the change GSNR is what the mode needs; on the way back, what the better one needs and the margin."""
    run = bundle.read_run(ageing)
    down, up = (event.t_s for event in events_of(run, "plant", "rate-changed")[4::2])
    rows = {row["t_s"]: row for row in readings_of(ageing, "groningen-t1")}
    gsnr_at = {t_s: rows[min(rows, key=lambda known: abs(known - t_s))]["gsnr_db"] for t_s in (down, up)}
    assert gsnr_at[down] == pytest.approx(24.0, abs=1e-3)
    assert gsnr_at[up] == pytest.approx(25.0, abs=1e-3)
    assert 0.4 < down < 0.45
    assert 0.46 < up < 0.51
    low = [event for event in events_of(run, "plant", "alarm-raised") if 0.35 < event.t_s < 0.45]
    assert {event.details["alarm"] for event in low} == {"low-margin"}


def port_changes(folder: Path) -> list[tuple[float, int, int, str]]:
    """What the app was told of ports, from zero on, each change once: (time, dpid, port, up or down)."""
    zero_s = bundle.read_outcome(folder).zero_s
    found: list[tuple[float, int, int, str]] = []
    known: dict[tuple[int, int], str] = {}
    for line in (folder / "logs" / "controller.log").read_text().splitlines():
        if line.startswith("PORT "):
            _, at_s, dpid, port, state = line.split()
            if known.get((int(dpid), int(port)), "up") != state:
                found.append((float(at_s) - zero_s, int(dpid), int(port), state))
            known[int(dpid), int(port)] = state
    return [change for change in found if change[0] > 0]


def test_an_app_that_never_heard_of_optics_is_told_of_ports_in_time(panel: Path) -> None:
    run = bundle.read_run(panel)
    borders = {switch.dpid for switch in run.plan.packet_switches if switch.role == "border"}
    told = [(at_s, state) for at_s, dpid, _, state in port_changes(panel) if dpid in borders and at_s >= 8]
    assert [state for _, state in told] == ["down", "down", "up", "up"]
    expected = [8.0, 8.0, 8.0 + MEMS_S + COMMODITY_S, 8.0 + MEMS_S + COMMODITY_S]
    assert [at_s for at_s, _ in told] == pytest.approx(expected, abs=5e-6)


def test_a_commodity_receiver_adds_its_lock_time(panel: Path) -> None:
    run = bundle.read_run(panel)
    windows = dark_windows(run.events)
    assert [window.transceiver for window in windows] == list(ENDS)
    for window in windows:
        parts = (window.waiting_s, window.switching_s, window.locking_s)
        assert parts == pytest.approx((1e-6, MEMS_S, COMMODITY_S), abs=1e-6)
    record: Any = run.outcome.workloads["probe"]
    _, dark = lost_runs(record)  # the first ones met a receiver that was locking for the first time
    assert dark.count * record.interval_s == pytest.approx(MEMS_S + COMMODITY_S, abs=2 * record.interval_s)
