"""What a train of numbered probes says: which were lost, the longest gap, and how many came out of order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.results.outcome import PacketsRecord


@dataclass(frozen=True)
class LostRun:
    """``count`` consecutive probes that never arrived, the first of them number ``first``."""

    first: int
    count: int


def lost_runs(record: PacketsRecord) -> list[LostRun]:
    """Every run of consecutive lost probes, in order of sequence."""
    arrived = {sequence for sequence, _, _ in record.received}
    runs: list[LostRun] = []
    first: int | None = None
    for sequence in range(record.sent + 1):
        lost = sequence < record.sent and sequence not in arrived
        if lost and first is None:
            first = sequence
        elif not lost and first is not None:
            runs.append(LostRun(first, sequence - first))
            first = None
    return runs


def outage_s(record: PacketsRecord) -> float:
    """The longest run of lost probes times the interval between probes; 0 where none was lost."""
    return max((run.count for run in lost_runs(record)), default=0) * record.interval_s


def rate_bps(record: PacketsRecord, frame_bytes: int) -> float | None:
    """What arrived per second, as frames of ``frame_bytes``, from the first arrival to the last; None for less than
    two."""
    times = [sent_s + delay_s for _, sent_s, delay_s in record.received]
    if len(times) < 2 or max(times) <= min(times):
        return None
    return (len(times) - 1) * frame_bytes * 8 / (max(times) - min(times))


def reordered(received: Sequence[tuple[int, float, float]]) -> int:
    """How many probes arrived after one with a higher number (RFC 4737's reordered singletons)."""
    count = 0
    highest = -1
    for sequence, _, _ in sorted(received, key=lambda probe: probe[1] + probe[2]):
        if sequence < highest:
            count += 1
        highest = max(highest, sequence)
    return count
