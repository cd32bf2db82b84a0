"""Circuits over switches that take their time, read from bundles: what protection, restoration and moves cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from twin import experiment
from twin.results import bundle
from twin.results.bundle import Run
from twin.results.outcome import AllReduceRecord, PacketsRecord
from twin.results.probes import lost_runs
from twin.results.samples import read_parquet

#: The catalogue's switching time of a 3D MEMS device, s.
MEMS_S = 15e-3
SITE = """servers: {count: 2, nic: 100 Gb/s}
    optical: {kind: roadm, technology: 3D-MEMS}
    transceivers: {count: 4, mode: OpenROADM-v5}"""
THREE = f"""name: three-lit
optics: {{lock: 0 s, margin: 2 dB}}
sites:
  tokyo:
    {SITE}
  osaka:
    {SITE}
  kanazawa:
    {SITE}
fibres:
  tokyo-osaka: {{between: [tokyo, osaka], length: 520 km}}
  tokyo-kanazawa: {{between: [tokyo, kanazawa], length: 380 km}}
  kanazawa-osaka: {{between: [kanazawa, osaka], length: 300 km}}
"""
GERMANY = f"""name: germany-lit
optics: {{lock: 0 s, margin: 2 dB}}
import:
  topohub: nobel-germany
  site:
    {SITE}
"""
#: topology, the sites and the fibre of the circuit that is protected, those of the one that is moved
PLANTS = {
    "three": (THREE, ("tokyo", "osaka", "tokyo-osaka"), ("tokyo", "kanazawa", "tokyo-kanazawa")),
    "germany": (GERMANY, ("Hannover", "Frankfurt", "Hannover-Frankfurt"), ("Hamburg", "Berlin", "Hamburg-Berlin")),
}
CUT_S, REPAIR_S, DEAD_CUT_S = 0.1, 0.21, 0.28


def play(folder: Path, topology: str, text: str) -> Run:
    """Run an experiment and read its bundle."""
    (folder / "t.yaml").write_text(topology)
    (folder / "e.yaml").write_text(f"name: e\ntopology: t.yaml\n{text}")
    return bundle.read_run(experiment.run(folder / "e.yaml", folder / "run").folder)


@pytest.fixture(scope="module", params=sorted(PLANTS))
def cut(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, str, str]:
    """A protected circuit and another one, each with its fibre cut and repaired; in the end the controller is killed,
    and the protected one is cut again."""
    topology, (a, b, protected), (c, d, moved) = PLANTS[request.param]
    run = play(
        tmp_path_factory.mktemp("slow"),
        topology,
        f"""controller: optical_circuit
circuits:
  - {{between: [{a}, {b}], name: safe, protection: 1+1}}
  - {{between: [{c}, {d}], name: plain}}
workloads:
  safe: {{kind: packets, from: {a}-1, to: {b}-1, count: 1500, every: 0.2 ms}}
  plain: {{kind: packets, from: {c}-2, to: {d}-2, count: 1500, every: 0.2 ms}}
  train: {{kind: allreduce, servers: [{c}-1, {d}-1], size: 16 MiB, warmup: 1, iterations: 12, start: 116 ms}}
timeline:
  - {{at: 20 ms, cut: fibre {protected}}}
  - {{at: 60 ms, repair: fibre {protected}}}
  - {{at: {CUT_S} s, cut: fibre {moved}}}
  - {{at: {REPAIR_S} s, repair: fibre {moved}}}
  - {{at: 270 ms, controller: kill}}
  - {{at: {DEAD_CUT_S} s, cut: fibre {protected}}}
sample: 50 ms
""",
    )
    return run, protected, moved


def in_flight_s(run: Run, fibre: str) -> float:
    return next(each.delay_s for each in run.plan.fibres if each.name == fibre)


def test_one_plus_one_costs_what_was_under_way_and_less_than_a_millisecond(cut: tuple[Run, str, str]) -> None:
    run, protected, _ = cut
    probe: Any = run.outcome.workloads["safe"]
    gaps = lost_runs(probe)
    assert len(gaps) == 2  # the second one without a controller
    for gap in gaps:
        assert 0 <= gap.count * probe.interval_s < in_flight_s(run, protected) + 1e-3


def test_restoration_takes_the_switching_time_and_less_than_50_ms(cut: tuple[Run, str, str]) -> None:
    run, _, moved = cut
    reason = f"rerouted after loss of light on {moved}"
    (active,) = [event for event in run.events if event.details.get("reason") == reason]
    assert MEMS_S < active.t_s - CUT_S < MEMS_S + 0.05
    probe: Any = run.outcome.workloads["plain"]
    (gap,) = lost_runs(probe)  # none in the move
    assert gap.count * probe.interval_s == pytest.approx(MEMS_S + in_flight_s(run, moved), abs=1e-3)


def test_make_before_break_loses_nothing_under_an_all_reduce(cut: tuple[Run, str, str]) -> None:
    run, _, _ = cut
    (back,) = [e for e in run.events if e.details.get("reason") == "returned to a shorter path, make before break"]
    probe, train = run.outcome.workloads["plain"], run.outcome.workloads["train"]
    assert isinstance(probe, PacketsRecord)
    assert isinstance(train, AllReduceRecord)
    assert REPAIR_S + MEMS_S < back.t_s < REPAIR_S + MEMS_S + 1e-3
    assert any(one.start_s <= back.t_s <= one.start_s + one.time_s for one in train.iterations)
    assert len(train.iterations) == 12
    lost = set(range(probe.sent)) - {sequence for sequence, _, _ in probe.received}
    assert max(lost) * probe.interval_s < REPAIR_S


RING = f"""name: ring-lit
optics: {{lock: 0 s, margin: 2 dB}}
sites:
  n:
    {SITE}
  e:
    {SITE}
  s:
    {SITE}
  w:
    {SITE}
fibres:
  ne: {{between: [n, e], length: 80 km}}
  es: {{between: [e, s], length: 80 km}}
  sw: {{between: [s, w], length: 80 km}}
  wn: {{between: [w, n], length: 80 km}}
"""


def test_a_rewiring_in_steps_loses_nothing(tmp_path: Path) -> None:
    run = play(
        tmp_path,
        RING,
        """controller: optical_circuit
circuits: all
workloads:
  train: {kind: allreduce, servers: [n-1, e-1, s-1, w-1], size: 2 MiB, warmup: 1, iterations: 10}
  there: {kind: packets, from: n-2, to: e-2, count: 800, every: 0.1 ms}
  back: {kind: packets, from: s-2, to: n-2, count: 800, every: 0.1 ms}
timeline:
  - at: 10 ms
    rewire:
      release: [wn]
      change: [{name: ne, avoid: [ne]}, {name: es, avoid: [es]}]
      request: [{between: [n, s]}]
sample: 50 ms
""",
    )
    steps = [(event.name, event.details.get("step")) for event in run.events if event.name.startswith("rewire-")]
    stages = ("solved", "drained", "verified-empty", "rewired", "qualified", "undrained")
    done = [(f"rewire-{stage}", step) for step in (1, 3, 4) for stage in stages]
    assert steps == [("rewire-requested", None), ("rewire-started", None), *done, ("rewire-done", None)]
    for name in ("there", "back"):
        probe = run.outcome.workloads[name]
        assert isinstance(probe, PacketsRecord)
        assert len(probe.received) == probe.sent == 800


FABRIC_SITE = """servers: {count: 2, nic: 100 Gb/s}
    fabric: {kind: leaf-spine, leaves: 2, spines: 2, uplink: 100 Gb/s}
    optical: roadm
    transceivers: {count: 3, rate: 100 Gb/s}"""
FABRIC = f"""name: fabric
sites:
  n:
    {FABRIC_SITE}
  s:
    {FABRIC_SITE}
fibres:
  ns: {{between: [n, s], length: 80 km}}
"""
SPREAD = """controller:
  app: optical_circuit
  options: {routing: ecmp, pins: [{from: n-1, to: s-1, over: [c2, n-spine2]}]}
circuits: [{between: [n, s], name: c1}, {between: [n, s], name: c2}, {between: [n, s], name: c3}]
workloads:
  bulk: {kind: iperf3, from: n-2, to: s-2, size: 100 MB, streams: 8}
  pinned: {kind: iperf3, from: n-1, to: s-1, size: 20 MB, streams: 4}
sample: 1 ms
"""


def test_ecmp_uses_all_spines_and_circuits_and_pins_hold(tmp_path: Path) -> None:
    play(tmp_path, FABRIC, SPREAD)
    rows = read_parquet(tmp_path / "run" / "samples.parquet").to_pylist()
    sent = {(row["link"], row["node"]): row["tx_bytes"] for row in rows}
    assert all(sent[f"n-t{i}", "n-border"] > 5e6 for i in (1, 2, 3)), sent
    assert sent["n-leaf1-n-spine2", "n-leaf1"] > 20e6
    assert sent["n-leaf1-n-spine1", "n-leaf1"] < 1e4
    assert sent["n-leaf2-n-spine1", "n-leaf2"] > 5e6
    assert sent["n-leaf2-n-spine2", "n-leaf2"] > 5e6
