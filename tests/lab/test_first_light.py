"""The demo, three times: with the circuit controller, again with the same seed, and with one that never reacts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from twin import experiment
from twin.results import bundle
from twin.results.bundle import Run
from twin.results.document import Results
from twin.results.outcome import AllReduceRecord, PacketsRecord

DEMO = Path(__file__).parents[2] / "experiments" / "three-sites-cut.yaml"
CUT_S, REPAIR_S = 1.5, 3.5
#: The delay of G.652, one way.
US_PER_KM = 4.8967


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the demo as it ships."""
    return experiment.run(DEMO, tmp_path_factory.mktemp("demo") / "run").folder


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same once more, in a folder elsewhere."""
    return experiment.run(DEMO, tmp_path_factory.mktemp("again") / "deeper" / "another-name").folder


@pytest.fixture(scope="module")
def unmoved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same cut under a controller that never reacts."""
    folder = tmp_path_factory.mktemp("unmoved") / "run"
    return experiment.run(DEMO, folder, sets=["controller=static_path"]).folder


def read(folder: Path) -> tuple[Results, Run]:
    return bundle.read_results(folder), bundle.read_run(folder)


def probe_of(run: Run) -> PacketsRecord:
    record = run.outcome.workloads["probe"]
    assert isinstance(record, PacketsRecord)
    return record


def iterations_of(run: Run) -> list[tuple[float, float]]:
    """(start s, time s) of every all-reduce."""
    record = run.outcome.workloads["train"]
    assert isinstance(record, AllReduceRecord)
    return [(one.start_s, one.time_s) for one in record.iterations]


def sent_at(probe: PacketsRecord, sequence: int) -> float:
    return probe.start_s + sequence * probe.interval_s


def moments_of(run: Run) -> tuple[float, float, float]:
    """When the fibre was cut, when the circuit was back on its way round, and when on the repaired fibre, s."""
    cut = next(event.t_s for event in run.events if event.name == "fibre-cut")
    active = [
        event.t_s
        for event in run.events
        if event.name == "circuit-active" and event.t_s > 0 and event.details["circuit"] == "tokyo-osaka"
    ]
    return cut, active[0], active[1]


def lost(probe: PacketsRecord) -> list[int]:
    return sorted(set(range(probe.sent)) - {sequence for sequence, _, _ in probe.received})


def test_it_meets_its_expectations_and_keeps_its_promises(demo: Path) -> None:
    results, _ = read(demo)
    assert [verdict for verdict in results.expectations if not verdict.ok] == []
    assert len(results.expectations) == 6
    assert results.fidelity.ok, results.fidelity.reasons
    assert (results.lab, results.clock, results.engine, results.seed) == ("uml", "virtual", "emulation", 1)


def test_every_round_trip_is_the_fibres_to_ten_nanoseconds(demo: Path) -> None:
    """What is left over is the echo's own time on six transmitters at 400 Gb/s, about a nanosecond each."""
    results, run = read(demo)
    fibres = {fibre.name: fibre for fibre in run.plan.fibres}
    assert sorted(circuit.name for circuit in run.outcome.circuits) == sorted(fibres)
    for circuit in run.outcome.circuits:
        assert circuit.fibres == (circuit.name,)
        fibre = fibres[circuit.name]
        planned_s = 2 * (fibre.length_km * US_PER_KM * 1e-6 + fibre.equipment_delay_s)
        assert circuit.planned_rtt_s == pytest.approx(planned_s, rel=1e-9)
        assert circuit.rtt_s is not None
        assert 0 <= circuit.rtt_s - planned_s < 10e-9
        assert results.metrics[f"circuit.{circuit.name}.rtt_error"].value < 4e-6


def test_the_circuit_goes_round_the_cut_and_comes_back(demo: Path) -> None:
    _, run = read(demo)
    told = [
        (round(event.t_s, 3), event.name, tuple(event.details.get("fibres", ())))
        for event in run.events
        if event.name in ("circuit-down", "circuit-failed", "circuit-active")
        and event.t_s > 0
        and event.details["circuit"] == "tokyo-osaka"
    ]
    assert told == [
        (CUT_S, "circuit-down", ()),
        (CUT_S, "circuit-active", ("tokyo-kanazawa", "kanazawa-osaka")),
        (REPAIR_S, "circuit-active", ("tokyo-osaka",)),
    ]


def test_the_cut_loses_what_was_in_the_fibre_and_what_came_before_the_way_round(demo: Path) -> None:
    results, run = read(demo)
    probe = probe_of(run)
    delay_s = run.plan.link_by_name["tokyo-osaka"].a.delay_s
    cut_s, rerouted_s, _ = moments_of(run)
    assert cut_s == pytest.approx(CUT_S, abs=1e-6)
    assert 0 < rerouted_s - cut_s < 10e-6  # the controller alone: this plant's devices take no time
    doomed = [
        number
        for number in range(probe.sent)
        if sent_at(probe, number) < rerouted_s and sent_at(probe, number) + delay_s > cut_s
    ]
    assert lost(probe) == doomed
    dark_s = delay_s + rerouted_s - cut_s
    assert abs(len(doomed) * probe.interval_s - dark_s) <= probe.interval_s
    assert results.value("probe.outage") == pytest.approx(len(doomed) * probe.interval_s, abs=1e-9)


def test_nothing_is_lost_when_the_circuit_returns(demo: Path) -> None:
    """Make before break: probes sent after the repair overtake the last ones of the longer way, and none is missing."""
    results, run = read(demo)
    _, rerouted_s, _ = moments_of(run)
    assert [number for number in lost(probe_of(run)) if sent_at(probe_of(run), number) > rerouted_s] == []
    assert results.value("probe.reordered") == 1


def test_probes_take_the_light_s_time_on_either_way(demo: Path) -> None:
    _, run = read(demo)
    delay_s = {name: link.a.delay_s for name, link in run.plan.link_by_name.items()}
    short_s, long_s = delay_s["tokyo-osaka"], delay_s["tokyo-kanazawa"] + delay_s["kanazawa-osaka"]
    _, rerouted_s, returned_s = moments_of(run)
    for number, at_s, took_s in probe_of(run).received:
        expected_s = long_s if rerouted_s < at_s < returned_s else short_s
        # Up to a queue's length of the all-reduce's packets may stand before a probe.
        assert 0 < took_s - expected_s < 50e-6, f"probe {number}, sent at {at_s:.6f} s, took {took_s:.9f} s"


def test_an_all_reduce_takes_as_long_after_the_repair_as_before_the_cut(demo: Path) -> None:
    results, run = read(demo)
    iterations = iterations_of(run)
    before = [time_s for start_s, time_s in iterations if start_s + time_s < CUT_S]
    during = [time_s for start_s, time_s in iterations if CUT_S < start_s < REPAIR_S]
    after = [time_s for start_s, time_s in iterations if start_s > REPAIR_S]
    assert (len(before), len(during), len(after)) == (6, 8, 6)
    assert after[-1] == pytest.approx(before[-1], abs=10e-9)
    assert max(after) - min(after) < 5e-6
    assert max(before) < min(during) < max(during) < 1.3 * max(before)
    for phase, times in (("before", before), ("during", during), ("after", after)):
        assert results.value(f"train.time_{phase}") == pytest.approx(sum(times) / len(times), rel=1e-12)


def test_one_seed_gives_one_bundle_to_the_byte(demo: Path, again: Path) -> None:
    files = sorted(path.relative_to(demo) for path in demo.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert {str(path) for path in files} >= {
        "events.jsonl", "experiment.yaml", "lab/outcome.json", "logs/console.log", "logs/ovs-vswitchd.log", "plan.json",
        "report.html", "results.json", "samples.parquet", "topology.yaml", "workload.json",
    }  # fmt: skip
    one, other = (json.loads((folder / bundle.RESULTS).read_text(encoding="utf-8")) for folder in (demo, again))
    assert one.pop("wall_s") != other.pop("wall_s")
    assert one == other
    differing = [str(path) for path in files if (demo / path).read_bytes() != (again / path).read_bytes()]
    assert differing == [bundle.RESULTS]


def test_without_a_reaction_traffic_stays_down_until_the_repair(unmoved: Path) -> None:
    results, run = read(unmoved)
    probe = probe_of(run)
    delay_s = run.plan.link_by_name["tokyo-osaka"].a.delay_s
    gap = [
        number
        for number in range(probe.sent)
        if sent_at(probe, number) + delay_s > CUT_S and sent_at(probe, number) < REPAIR_S
    ]
    assert lost(probe) == gap
    assert results.value("fibre.tokyo-osaka.lost_circuits") == 1
    assert [verdict.metric for verdict in results.expectations if not verdict.ok] == [
        "fibre.tokyo-osaka.restoration",
        "probe.outage",
    ]
    stuck = [(start_s, start_s + time_s) for start_s, time_s in iterations_of(run) if start_s < REPAIR_S][-1]
    assert stuck[0] < CUT_S + 0.25
    assert stuck[1] > REPAIR_S
    assert results.fidelity.ok


def test_the_prediction_agrees(demo: Path, agrees: Callable[[Path, Results], list[str]]) -> None:
    """Before the cut, on the way round, and after the return."""
    assert agrees(DEMO, read(demo)[0]) == []
