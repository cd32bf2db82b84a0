"""A bundle as the lab would leave it: three sites, two servers each, a fibre cut at 2 s and repaired at 4 s.

The numbers are made up so that a reader can check the metrics by hand; the shape is the lab's own.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology
from twin.results import bundle
from twin.results.document import Results
from twin.results.finish import finish
from twin.workloads.scenario import Action, AllReduce, Circuit, Controller, Expectation, Iperf3, Packets, Scenario

PLACES = {"tokyo": (35.68, 139.77), "nagoya": (35.18, 136.91), "osaka": (34.69, 135.50)}
FIBRES = {("tokyo", "nagoya"): 340.0, ("nagoya", "osaka"): 180.0, ("tokyo", "osaka"): 520.0}
CUT_S, ACTIVE_S, REPAIR_S, BACK_S, END_S = 2.0, 2.0125, 4.0, 4.0125, 6.0
SAMPLE_S = 0.02
PROBE_S = 0.0025


@pytest.fixture
def plan() -> Plan:
    """Three sites in a triangle of fibres, two transceivers at 400 Gb/s each."""
    line = Port(400e9)
    sites = tuple(Site(name, 2, Port(400e9), SiteFabric(), Optical(), 2, line, place) for name, place in PLACES.items())
    fibres = tuple(FibrePair(f"{a}-{b}", (a, b), km, amplifiers=int(km // 80)) for (a, b), km in FIBRES.items())
    return build_plan(Topology("three-sites", sites, fibres))


@pytest.fixture
def scenario() -> Scenario:
    """An all-reduce, probes and iperf3 while a fibre is cut and repaired."""
    servers = tuple(f"{site}-{number}" for site in PLACES for number in (1, 2))
    return Scenario(
        schema=1,
        name="three-sites-cut",
        seed=1,
        controller=Controller("optical_circuit", "controllers/optical_circuit.py"),
        circuits=tuple(Circuit(f"{a}-{b}", (a, b)) for a, b in FIBRES),
        workloads=(
            AllReduce("gradients", 0.0, servers, 256 * 2**20, "hierarchical", iterations=100, every_s=0.06),
            Packets("probes", 0.0, "tokyo-1", "osaka-1", "rocev2", int(END_S / PROBE_S), PROBE_S),
            Iperf3("bulk", 0.5, "nagoya-1", "osaka-2", size_bytes=20_000_000_000),
            Iperf3("video", 0.5, "nagoya-2", "osaka-2", "udp", duration_s=5.0, rate_bps=2.486e9),
        ),
        timeline=(Action(CUT_S, "cut", "tokyo-osaka"), Action(REPAIR_S, "repair", "tokyo-osaka")),
        expectations=(
            Expectation("circuit.tokyo-osaka.rtt_error", "at most 0.1 %", maximum=0.001),
            Expectation("fibre.tokyo-osaka.restoration", "at most 50 ms", maximum=0.05),
            Expectation("gradients.time_after", "8 ms to 12 ms", 0.008, 0.012),
            Expectation("probes.outage", "at most 10 ms", maximum=0.01),
            Expectation("gradients.tokens", "at least 1", minimum=1.0),
        ),
        sample_every_s=SAMPLE_S,
        end_s=None,
        timeout_s=60.0,
    )


@pytest.fixture
def events() -> list[dict[str, Any]]:
    """What the timeline did and what the controller made of it."""
    detour = ["tokyo-nagoya", "nagoya-osaka"]
    found: list[dict[str, Any]] = [
        {"t_s": -1.5, "source": "controller", "event": "circuit-active", "circuit": f"{a}-{b}", "fibres": [f"{a}-{b}"]}
        for a, b in FIBRES
    ]
    found += [{"t_s": 0.0, "source": "timeline", "event": "workload-started", "workload": "gradients"}]
    found += _fate(CUT_S, "fibre-cut", "loss of light", ACTIVE_S, detour, 2)
    found += _fate(REPAIR_S, "fibre-repaired", "back to the first path", BACK_S, ["tokyo-osaka"], 1)
    return found


def _fate(at_s: float, what: str, reason: str, back_s: float, fibres: list[str], channel: int) -> list[dict[str, Any]]:
    circuit = {"source": "controller", "circuit": "tokyo-osaka"}
    return [
        {"t_s": at_s, "source": "timeline", "event": what, "fibre": "tokyo-osaka"},
        {"t_s": at_s, "event": "circuit-down", "reason": reason, **circuit},
        {"t_s": back_s, "event": "circuit-active", "fibres": fibres, "channel": channel, **circuit},
    ]


@pytest.fixture
def outcome(plan: Plan) -> dict[str, Any]:
    """The lab's outcome: RTTs 3 ppm over the plan's, ten-millisecond iterations, slower over the detour."""
    return {
        "ok": True,
        "error": None,
        "zero_s": 3.0,
        "virtual_s": 9.25,
        "circuits": [_circuit(plan, f"{a}-{b}") for a, b in FIBRES],
        "workloads": {
            "gradients": {
                "kind": "allreduce",
                "start_s": 0.0,
                "ranks": 6,
                "size_bytes": 256 * 2**20,
                "planned": 100,
                "iterations": [_iteration(index) for index in range(100)],
            },
            "probes": {
                "kind": "packets",
                "start_s": 0.0,
                "interval_s": PROBE_S,
                "sent": int(END_S / PROBE_S),
                "received": list(_received()),
            },
            "bulk": _iperf3(20_000_000_000, 171.5e9, 42, None, None),
            "video": _iperf3(1_553_750_000, 2.4841e9, None, 130, 173_600),
        },
        "queues": [_queue(link.name, end.node, end.rate_bps) for link in plan.links for end in link.ends],
    }


def _circuit(plan: Plan, name: str) -> dict[str, Any]:
    planned_s = 2 * plan.link_by_name[name].a.delay_s
    measured_s = planned_s * (1 + 3e-6)
    return {"name": name, "rtt_s": measured_s, "planned_rtt_s": planned_s, "fibres": [name], "channel": 1}


def _iteration(index: int) -> dict[str, Any]:
    start_s = index * 0.06
    time_s = 0.0203 if CUT_S <= start_s < BACK_S else 0.0101 + index % 3 * 0.0001
    # The one that the cut hit waited for the new circuit, and for TCP.
    return {"index": index, "start_s": start_s, "time_s": 0.058 if index == 33 else time_s}


def _received() -> Iterator[list[float]]:
    for sequence in range(int(END_S / PROBE_S)):
        sent_s = sequence * PROBE_S
        dark = CUT_S - 0.0025 < sent_s < ACTIVE_S or REPAIR_S - 0.0025 < sent_s < BACK_S
        if not dark:
            yield [sequence, sent_s, 0.00262 + sequence % 7 * 2e-7]


def _iperf3(
    sent: int, rate_bps: float, retransmits: int | None, lost: int | None, packets: int | None
) -> dict[str, Any]:
    return {
        "kind": "iperf3",
        "start_s": 0.5,
        "end_s": 5.5,
        "sent_bytes": sent,
        "received_bytes": sent,
        "received_bps": rate_bps,
        "retransmits": retransmits,
        "lost_packets": lost,
        "packets": packets,
    }


def _queue(link: str, node: str, rate_bps: float | None) -> dict[str, Any]:
    kind = "delay" if rate_bps is None else "rate"
    dropped = 12 if (link, node) == ("tokyo-t1", "tokyo-border") else 0
    backlog = 0 if rate_bps is None else 180_000
    return {"link": link, "node": node, "kind": kind, "dropped_packets": dropped, "max_backlog_bytes": backlog}


def _load(link: str, t_s: float) -> float:
    """The share of 400 Gb/s that a direction carries at ``t_s``."""
    detour = CUT_S <= t_s < BACK_S
    dark = CUT_S <= t_s < ACTIVE_S or REPAIR_S <= t_s < BACK_S
    steady = 0.32 + 0.05 * ((int(t_s / SAMPLE_S) * 7) % 5) / 5
    if link == "tokyo-osaka":
        return 0.0 if detour else steady
    if link in ("tokyo-nagoya", "nagoya-osaka"):
        return steady * (1.9 if detour and not dark else 1.0)
    return 0.0 if dark and link.endswith("t1") else steady


def _write_samples(path: Path, plan: Plan) -> None:
    columns = ["t_s", "link", "node", "tx_bytes", "tx_packets", "dropped_packets", "backlog_bytes"]
    totals: dict[tuple[str, str], int] = {}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for step in range(int(END_S / SAMPLE_S) + 1):
            for link in plan.links:
                for number, end in enumerate(link.ends):
                    key = (link.name, end.node)
                    load = _load(link.name, step * SAMPLE_S) * (1 - 0.15 * number)
                    totals[key] = totals.get(key, 0) + int(load * 400e9 / 8 * SAMPLE_S) * (step > 0)
                    writer.writerow([step * SAMPLE_S, *key, totals[key], totals[key] // 9000, 0, 0])


@pytest.fixture
def lab_folder(
    tmp_path: Path, plan: Plan, scenario: Scenario, outcome: dict[str, Any], events: list[dict[str, Any]]
) -> Callable[[str], Path]:
    """A function that makes a run's folder, by name, as the lab leaves it."""

    def make(name: str) -> Path:
        folder = bundle.create(tmp_path / name, "unused")
        bundle.write_plan(folder, plan)
        bundle.write_scenario(folder, scenario)
        bundle.write_json(folder / bundle.OUTCOME, outcome)
        lines = "".join(json.dumps(event) + "\n" for event in events)
        (folder / bundle.EVENTS).write_text(lines, encoding="utf-8")
        _write_samples(folder / bundle.SAMPLES_CSV, plan)
        return folder

    return make


@pytest.fixture
def finished(lab_folder: Callable[[str], Path]) -> tuple[Path, Results]:
    """A bundle that is finished, and its results."""
    folder = lab_folder("run")
    return folder, finish(folder, lab="uml", clock="virtual", wall_s=12.5)
