"""What a bundle says of each line, with runs made up."""

from __future__ import annotations

from typing import Any

import pytest

from twin.plan.build import build_plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology
from twin.results.bundle import Run
from twin.results.event import Event
from twin.results.outcome import Outcome, PacketsRecord
from twin.scorecard import readings
from twin.scorecard.readings import Score
from twin.workloads.scenario import Action, Circuit, Controller, Scenario

EVERY_S = 0.5e-3
#: Two sites with one transceiver each, so that a second circuit at a time is one too many.
SITES = tuple(Site(name, 1, Port(1e9), SiteFabric(), Optical(), 1, Port(1e9)) for name in "ab")
PLAN = build_plan(Topology("t", SITES, (FibrePair("a-b", ("a", "b"), 80.0),)))


def load() -> tuple[Action, ...]:
    """Four requests: the second comes while the first has its circuit, and is refused whoever decides."""
    times_s = {"load-0": (0.0, 0.2), "load-1": (0.1, 0.3), "load-2": (0.4, 0.5), "load-3": (0.6, 0.7)}
    found = []
    for name, (asked_s, left_s) in times_s.items():
        circuit = Circuit(name, ("a", "b"))
        found += [Action(asked_s, "request", name, circuit), Action(left_s, "release", name, circuit)]
    return tuple(sorted(found, key=lambda action: action.at_s))


SCENARIO = Scenario(1, "t", 1, Controller("x"), (), (), load(), (), 1.0, None, 60.0)


def run(
    sent: int = 0, lost: tuple[range, ...] = (), events: tuple[tuple[float, str, str, dict[str, Any]], ...] = ()
) -> Run:
    """A run in which the probes of ``lost`` never arrived."""
    gone = {sequence for gap in lost for sequence in gap}
    received = tuple((i, i * EVERY_S, 1e-3) for i in range(sent) if i not in gone)
    record = PacketsRecord("packets", 0.0, EVERY_S, sent, received)
    told = tuple(Event(*event) for event in events)
    return Run(PLAN, SCENARIO, Outcome(True, None, 0.0, 9.0, (), {"probe": record}, ()), told)


def lit(t_s: float) -> tuple[float, str, str, dict[str, Any]]:
    return (t_s, "plant", "carrier-up", {})


def test_a_set_up_ends_with_the_second_carrier() -> None:
    found = readings.set_up(run(events=(lit(0.14), lit(0.15), lit(0.76), lit(0.77), lit(1.35), lit(1.39))))
    assert found.text == "70 ms"
    assert found.values == pytest.approx({"mean_s": 0.07, "longest_s": 0.09, "circuits": 3})


def test_a_circuit_that_is_never_lit_counts_as_such() -> None:
    assert readings.set_up(run(events=(lit(0.14), lit(0.15), lit(0.76)))).text == "50 ms; 2 of 3 never lit"
    assert readings.set_up(run()) == Score("none of 3 was ever lit", {"circuits": 0})


@pytest.mark.parametrize(
    ("count", "text", "outage_s"),
    [(0, "0 s", 0.0), (101, "50.5 ms", 0.0505), (6002, "3.001 s, until the repair", 3.001)],
)
def test_an_outage_that_lasts_until_the_repair_is_not_the_controllers_merit(
    count: int, text: str, outage_s: float
) -> None:
    found = readings.cut(run(10_000, (range(1000, 1000 + count),)))
    assert (found.text, found.values) == (text, {"outage_s": pytest.approx(outage_s), "lost": count})


def test_a_planned_change() -> None:
    moved = (0.55, "plant", "cross-connect-lit", {})
    refused = (0.5, "timeline", "circuit-refused", {"circuit": "a-b", "reason": "no other path"})
    assert readings.planned(run(4000, (range(5),), (moved,))) == Score("5 of 4,000", {"lost": 5, "sent": 4000})
    assert readings.planned(run(4000, (), (refused,))) == Score("-", reason="refused: no other path")
    assert readings.planned(run(4000)) == Score("-", reason="it did not move the circuit")


def test_blocking() -> None:
    asked = tuple((0.1 * i, "timeline", "circuit-requested", {"circuit": f"load-{i}"}) for i in range(4))
    refused = tuple((0.4, "timeline", "circuit-refused", {"circuit": f"load-{i}"}) for i in (1, 3))
    assert readings.blocking(run(events=(*asked, *refused))) == Score(
        "50 % (25 % if circuits came and went in no time)", {"blocking": 0.5, "instant": 0.25, "requests": 4}
    )


def test_a_restart_and_the_cut_after_it() -> None:
    found = readings.restart(run(17_000, (range(2000, 2003), range(12_000, 12_101))))
    assert found.text == "3 lost; then a cut: 50.5 ms"
    assert found.values == pytest.approx({"lost": 3, "outage_s": 0.0505})


def test_flapping() -> None:
    found = readings.flapping(run(8000, (range(1000, 1101), range(2000, 2050))))
    assert found.text == "151 of 8,000 lost, 50.5 ms at most"
    assert found.values == pytest.approx({"lost": 151, "sent": 8000, "outage_s": 0.0505})


def test_under_a_lossy_channel_the_mean_of_several_cuts_counts() -> None:
    found = readings.lossy(run(31_000, (range(1000, 1100), range(7000, 7900))))
    assert found.text == "100 ms; at most 450 ms"
    assert found.values == pytest.approx({"mean_s": 0.1, "outage_s": 0.45})
