"""Where two runs of one experiment go apart: the phases of workloads and the directions of links, largest part first.

::

    phases     computing 1 s and 1 s · bucket 1, east-1 to west-1: 8.40 s and 7.68 s         (of one iteration)
    links      internet from east-border: busy 8.42 s and 7.68 s, 279 Mb/s and 287 Mb/s, queue up to 2.9 MB and 0
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from twin.plan.model import Plan
from twin.results.bundle import Run
from twin.results.outcome import AllReduceRecord, TrainingRecord, WorkloadRecord
from twin.results.samples import Direction
from twin.units import show_rate, show_size, show_time
from twin.workloads.phases import COMPUTING

#: So many links are named.
MOST = 3
_DIGITS = 3


@dataclass(frozen=True)
class Use:
    """What one direction of a link did: its rate (None: without limit), bytes, for how long it sent, the longest queue
    that a sample saw, drops."""

    limit_bps: float | None = None
    sent_bytes: int = 0
    busy_s: float = 0.0
    queue_bytes: int = 0
    dropped: int = 0

    @property
    def rate_bps(self) -> float:
        """The mean while it sent."""
        return self.sent_bytes * 8 / self.busy_s if self.busy_s else 0.0

    @property
    def fullness(self) -> float:
        """How near to its limit it was while it sent: 1 is full."""
        return self.rate_bps / self.limit_bps if self.limit_bps else 0.0

    @property
    def least_s(self) -> float:
        """What its bytes take at its full rate."""
        return self.sent_bytes * 8 / self.limit_bps if self.limit_bps else 0.0


@dataclass(frozen=True)
class Cause:
    """One thing and what both runs say of it."""

    what: str
    first: str
    other: str


def uses(plan: Plan, table: pa.Table) -> dict[Direction, Use]:
    """Every direction's use over the whole of its samples."""
    limits = {(link.name, end.node): end.rate_bps for link in plan.links for end in link.ends}
    found: dict[Direction, Use] = {}
    last: dict[Direction, tuple[float, int]] = {}
    names = ("t_s", "link", "node", "tx_bytes", "dropped_packets", "backlog_bytes")
    for t_s, link, node, sent, dropped, queue in zip(*(table.column(n).to_pylist() for n in names), strict=True):
        key = link, node
        before_s, before = last.get(key, (t_s, sent))
        old = found.get(key, Use(limits.get(key)))
        busy_s = old.busy_s + (t_s - before_s if sent > before else 0.0)
        sent_bytes = old.sent_bytes + sent - before
        found[key] = Use(old.limit_bps, sent_bytes, busy_s, max(old.queue_bytes, queue), dropped)
        last[key] = t_s, sent
    return found


def link_causes(first: dict[Direction, Use], other: dict[Direction, Use], bound: float) -> list[Cause]:
    """The directions of limited rate that differ by more than ``bound`` in bytes or in the time they were busy. Of
    those, the ones that were nearest to their rate come first: they decide."""
    found: list[tuple[float, Cause]] = []
    for link, node in dict.fromkeys((*first, *other)):
        one, two = first.get((link, node), Use()), other.get((link, node), Use())
        if not one.limit_bps and not two.limit_bps:
            continue
        if max(_apart(one.sent_bytes, two.sent_bytes), _apart(one.busy_s, two.busy_s)) <= bound:
            continue
        fullest = max(one.fullness, two.fullness)
        apart_s = max(abs(one.least_s - two.least_s), abs(one.busy_s - two.busy_s))
        found.append((apart_s * fullest, Cause(f"link {link} from {node}", _use_text(one), _use_text(two))))
    return [cause for _weight, cause in sorted(found, key=lambda item: -item[0])[:MOST]]


def phase_causes(first: Run, other: Run, bound: float) -> list[Cause]:
    """Of each workload whose iteration takes more than ``bound`` longer in one of the runs: computing, the network,
    and the phase of it that differs most, with the flow that it spent most of its time on."""
    found: list[Cause] = []
    records = dict(other.records)
    for name, record in first.records:
        one, two = _phases(record), _phases(records.get(name))
        if not one or not two or _apart(sum(one.values()), sum(two.values())) <= bound:
            continue
        network = [what for what in dict.fromkeys((*one, *two)) if what != COMPUTING]
        if COMPUTING in one or COMPUTING in two:
            found.append(_phase_cause(f"{name}: {COMPUTING}", one.get(COMPUTING), two.get(COMPUTING)))
        found.append(_phase_cause(f"{name}: network", *(sum(each.get(w, 0.0) for w in network) for each in (one, two))))
        if len(network) > 1:
            most = max(network, key=lambda what: abs(one.get(what, 0.0) - two.get(what, 0.0)))
            found.append(_phase_cause(f"{name}: most in {most}{_flow(record, most)}", one.get(most), two.get(most)))
    return found


def _phase_cause(what: str, one: float | None, two: float | None) -> Cause:
    return Cause(what, _time(one), _time(two))


def _phases(record: WorkloadRecord | None) -> dict[str, float]:
    """What one iteration went to, s."""
    if not isinstance(record, (AllReduceRecord, TrainingRecord)) or not record.iterations:
        return {}
    found: dict[str, float] = {}
    for what, _near, _far, seconds in record.phases:
        found[what] = found.get(what, 0.0) + seconds / len(record.iterations)
    return found


def _flow(record: WorkloadRecord, what: str) -> str:
    """The flow that the phase ``what`` spent most of its time on."""
    if not isinstance(record, (AllReduceRecord, TrainingRecord)):
        return ""
    times = {f", {near} to {far}": seconds for one, near, far, seconds in record.phases if one == what}
    return max(times, key=lambda flow: times[flow], default="")


def _apart(one: float, two: float) -> float:
    return abs(one - two) / max(one, two) if one or two else 0.0


def _time(seconds: float | None) -> str:
    return "-" if seconds is None else show_time(float(f"{seconds:.{_DIGITS}g}"))


def _use_text(use: Use) -> str:
    if not use.sent_bytes:
        return "nothing sent"
    rate = show_rate(float(f"{use.rate_bps:.{_DIGITS}g}"))
    limit = f" of {show_rate(use.limit_bps)}" if use.limit_bps else ""
    text = f"{show_size(float(f'{use.sent_bytes:.{_DIGITS}g}'))} in {_time(use.busy_s)} at {rate}{limit}"
    text += f", queue up to {show_size(float(f'{use.queue_bytes:.{_DIGITS}g}'))}" if use.queue_bytes else ""
    return text + (f", {use.dropped:,} dropped" if use.dropped else "")
