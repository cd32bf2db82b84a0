"""What each line's bundle says, as a score. Pure: from a run, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import fmean
from typing import Final

from twin.control.arrivals import Arrival
from twin.control.blocking import refusals
from twin.control.plant import Plant
from twin.results.blocking import blocking_metrics
from twin.results.bundle import Run
from twin.results.outcome import PacketsRecord
from twin.results.probes import lost_runs, outage_s
from twin.scorecard import lines
from twin.units import show_time

PROBE: Final = "probe"


@dataclass(frozen=True)
class Score:
    """What the card shows, and its numbers in base units by name; ``reason`` alone where the line does not apply."""

    text: str
    values: dict[str, float] = field(default_factory=dict)
    reason: str = ""


def set_up(run: Run) -> Score:
    """From each request to the second carrier: both ends receive light, at the line's rate."""
    ups = [event.t_s for event in run.events if event.source == "plant" and event.name == "carrier-up"]
    asked_s = list(lines.REQUESTS_S.values())
    taken: list[float] = []
    for start_s, end_s in zip(asked_s, [*asked_s[1:], float("inf")], strict=True):
        mine = sorted(t_s for t_s in ups if start_s <= t_s < end_s)
        if len(mine) >= 2:
            taken.append(mine[1] - start_s)
    if not taken:
        return Score(f"none of {len(asked_s)} was ever lit", {"circuits": 0})
    text = _time(fmean(taken))
    if len(taken) < len(asked_s):
        text += f"; {len(asked_s) - len(taken)} of {len(asked_s)} never lit"
    return Score(text, {"mean_s": fmean(taken), "longest_s": max(taken), "circuits": len(taken)})


def cut(run: Run) -> Score:
    """The outage; one that lasts until the repair is the repair's merit."""
    record = _record(run)
    gap_s = outage_s(record)
    return Score(_outage(gap_s, lines.REPAIR_S - lines.CUT_S), {"outage_s": gap_s, "lost": _lost(record)})


def planned(run: Run) -> Score:
    """Lost probes; a refusal is the score of a controller that does not change circuits."""
    refused = [str(event.details["reason"]) for event in run.events if event.name == "circuit-refused"]
    if refused:
        return Score("-", reason=f"refused: {refused[0]}")
    moved = any(event.t_s >= lines.CUT_S and event.name == "cross-connect-lit" for event in run.events)
    if not moved:
        return Score("-", reason="it did not move the circuit")
    record = _record(run)
    return Score(f"{_lost(record):,} of {record.sent:,}", {"lost": _lost(record), "sent": record.sent})


def blocking(run: Run) -> Score:
    """The share of requests that were not met, and what no plant like this could have met even if circuits were set up
    and given back in no time, first fit."""
    found = blocking_metrics(run.events)
    share = float(found["load.blocking"].value)
    best = _refused(run)
    values = {"blocking": share, "instant": best, "requests": float(found["load.requests"].value)}
    text = f"{share * 100:.0f} % ({best * 100:.0f} % if circuits came and went in no time)"
    return Score(text, values)


def _refused(run: Run) -> float:
    arrivals = [
        Arrival(asked.target, asked.circuit.sites, asked.at_s, left.at_s)
        for asked in run.scenario.timeline
        for left in run.scenario.timeline
        if asked.do == "request" and left.do == "release" and left.target == asked.target and asked.circuit is not None
    ]
    return fmean(refusals(Plant(run.plan), arrivals))


def restart(run: Run) -> Score:
    """What was lost before the later cut, and how long that one interrupted."""
    record = _record(run)
    # The probes under way at the cut were sent a little before it.
    first = (lines.CUT_AFTER_START_S - 0.1 - record.start_s) / record.interval_s
    before = sum(gap.count for gap in lost_runs(record) if gap.first < first)
    gap_s = max((gap.count for gap in lost_runs(record) if gap.first >= first), default=0) * record.interval_s
    text = f"{before:,} lost; then a cut: {_outage(gap_s, 1.0)}"
    return Score(text, {"lost": before, "outage_s": gap_s})


def flapping(run: Run) -> Score:
    """Losses over all the flaps."""
    record = _record(run)
    text = f"{_lost(record):,} of {record.sent:,} lost, {_time(outage_s(record))} at most"
    return Score(text, {"lost": _lost(record), "sent": record.sent, "outage_s": outage_s(record)})


def lossy(run: Run) -> Score:
    """The mean outage of several cuts, and the longest."""
    record = _record(run)
    mean_s = _lost(record) * record.interval_s / lines.LOSSY_CUTS
    text = f"{_time(mean_s)}; at most {_outage(outage_s(record), lines.LOSSY_S)}"
    return Score(text, {"mean_s": mean_s, "outage_s": outage_s(record)})


READERS: Final[dict[str, Callable[[Run], Score]]] = {
    "set-up": set_up,
    "cut": cut,
    "planned": planned,
    "blocking": blocking,
    "restart": restart,
    "flapping": flapping,
    "slow": cut,
    "lossy": lossy,
}


def _record(run: Run) -> PacketsRecord:
    record = run.outcome.workloads[PROBE]
    assert isinstance(record, PacketsRecord)
    return record


def _lost(record: PacketsRecord) -> int:
    return record.sent - len({sequence for sequence, _, _ in record.received})


def _outage(gap_s: float, cut_for_s: float) -> str:
    return f"{_time(gap_s)}, until the repair" if gap_s >= cut_for_s else _time(gap_s)


def _time(time_s: float) -> str:
    return show_time(float(f"{time_s:.4g}"))
