from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from twin.results import bundle
from twin.results.document import Fidelity, Metric, Results
from twin.results.event import Event
from twin.results.summary import render


def lines_of(folder: Path, results: Results, width: int) -> list[str]:
    return shown(results, bundle.read_run(folder), width)


def shown(results: Results, run: bundle.Run, width: int) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(render(results, run))
    return [line.rstrip() for line in capture.get().splitlines()]


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_and_ends_with_the_fidelity(finished: tuple[Path, Results], width: int) -> None:
    lines = lines_of(*finished, width)
    assert max(len(line) for line in lines) <= width
    assert lines[:2] == [
        "three-sites-cut",
        "emulation · lab uml · virtual clock · 9.250 s of lab time in 12.5 s · seed 1",
    ]
    assert lines[-1] == "fidelity: ok"
    assert "tokyo-osaka    tokyo-osaka          1   5.0941 ms   5.0941 ms   3 ppm" in lines
    assert "gradients   100 of 100   10.2 ms   21.409 ms   10.2 ms      255.5 Gb/s" in lines


def test_the_timeline_tells_cause_and_consequence(finished: tuple[Path, Results]) -> None:
    lines = lines_of(*finished, 120)
    start = lines.index("2.000 s    timeline     fibre tokyo-osaka cut")
    assert lines[start + 1 : start + 3] == [
        "2.000 s    controller   circuit tokyo-osaka down: loss of light",
        "2.0125 s   controller   circuit tokyo-osaka active over tokyo-nagoya + nagoya-osaka, channel 2",
    ]


def test_the_timeline_has_failures_of_trainings(finished: tuple[Path, Results]) -> None:
    folder, results = finished
    run = bundle.read_run(folder)
    failure = Event(6.0, "gradients", "failure", {"lost_s": 0.5, "back_to": 6})
    written = Event(6.5, "gradients", "checkpoint-written", {"round": 8, "size_bytes": 1, "took_s": 0.1})
    lines = shown(results, replace(run, events=(*run.events, failure, written)), 120)
    assert "6.000 s    gradients    failure: 500 ms of work lost, back to round 6" in lines
    assert not any("checkpoint" in line for line in lines)


def test_expectations_have_a_mark(finished: tuple[Path, Results]) -> None:
    lines = lines_of(*finished, 120)
    assert "✗   probes.outage                   at most 10 ms          12.5 ms" in lines
    assert "✗   gradients.tokens                at least 1      no such metric" in lines


def test_what_the_plant_drew(finished: tuple[Path, Results]) -> None:
    folder, results = finished
    drew = {"optics.power": Metric(980.0, "W"), "optics.energy_per_bit": Metric(2.5e-9, "J/b")}
    lines = lines_of(folder, replace(results, metrics={**results.metrics, **drew}), 80)
    start = lines.index("Optical plant")
    assert lines[start + 1 : start + 3] == [
        "power                         980 W",
        "energy per delivered bit   2.5 nJ/b",
    ]
    assert "Optical plant" not in lines_of(folder, results, 80)


def test_a_broken_run_says_so_last(finished: tuple[Path, Results]) -> None:
    folder, results = finished
    broken = replace(results, fidelity=Fidelity(False, ("one thing", "another")))
    assert lines_of(folder, broken, 80)[-1] == "fidelity: broken: one thing; another"
