"""What jobs and a training's storage came to, as tables of text: the terminal and the report draw them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from twin.results.bundle import Run
from twin.results.document import Results
from twin.results.outcome import JobRecord, TrainingRecord
from twin.results.wording import rounded, show
from twin.units import show_time

NOTHING: Final = "-"
#: As many pairs are told of who waits for whom.
_PAIRS_UP_TO: Final = 6
#: Waiting of less per round is not told, s.
_TOLD_FROM_S: Final = 1e-5
#: kind -> (title, what there is of each thing counted, metric -> heading of each other column)
_KINDS: Final[dict[str, tuple[str, str, dict[str, str]]]] = {
    "inference": (
        "Inference",
        "done",
        {
            **{"ttft": "first token", "ttft_p95": "95 %", "tpot": "per token", "tpot_p95": "95 %"},
            "tokens_rate": "tokens/s",
        },
    ),
    "remoting": (
        "Remote GPUs",
        "calls",
        {"call": "per call", "call_p99": "99 %", "time": "in all", "overhead": "over local"},
    ),
    "storage": (
        "Storage reads",
        "blocks",
        {"block": "per block", "block_p99": "99 %", "time": "in all", "overhead": "over local", "throughput": "rate"},
    ),
    "replication": ("Copies", "done", {"copy": "per copy", "copy_max": "longest", "throughput": "rate"}),
    "flows": (
        "Flows",
        "done",
        {
            **{"fct": "mean time", "fct_p99": "99 %", "slowdown_p50": "slowdown 50 %", "slowdown_p99": "99 %"},
            "throughput": "rate",
        },
    ),
}
#: kind -> (what stands at the head of the report, its metric)
KEYS: Final = {
    "inference": ("mean time to the first token", "ttft"),
    "remoting": ("cost over a local GPU", "overhead"),
    "storage": ("rate of the reads", "throughput"),
    "replication": ("mean time of a copy", "copy"),
    "flows": ("99 % of the flows' times", "fct_p99"),
}
_STORAGE: Final = {"read": "batch", "read_wait": "waited for it", "checkpoint": "checkpoint"}
_FAILURES: Final = {"failures": "failures", "lost_work": "lost work", "downtime": "down", "useful": "useful"}


@dataclass(frozen=True)
class TextTable:
    """``numbers`` of the last columns are numbers."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int


def job_tables(results: Results, run: Run) -> Iterator[TextTable]:
    """One table for each kind of job, those of training with storage and failures, and one of who waits for whom."""
    for kind, (title, counted, columns) in _KINDS.items():
        names = [name for name, record in run.records if isinstance(record, JobRecord) and record.kind == kind]
        if names:
            yield _table(results, title, names, {"finished": counted, **columns})
    names = [name for name, record in run.records if isinstance(record, TrainingRecord) and record.begin_s is not None]
    for title, columns in (("Storage of training", _STORAGE), ("Failures of training", _FAILURES)):
        table = _table(results, title, names, columns)
        if table.numbers:
            yield table
    yield from _stragglers(run)


def _table(results: Results, title: str, names: Sequence[str], columns: dict[str, str]) -> TextTable:
    """Columns of which no workload has anything are left out."""
    kept = [metric for metric in columns if any(f"{name}.{metric}" in results.metrics for name in names)]
    rows = tuple((name, *(_cell(results, f"{name}.{metric}") for metric in kept)) for name in names)
    return TextTable(title, ("workload", *(columns[metric] for metric in kept)), rows, len(kept))


def _cell(results: Results, name: str) -> str:
    metric = results.metrics.get(name)
    return NOTHING if metric is None else show(metric)


def _stragglers(run: Run) -> Iterator[TextTable]:
    """The pairs of servers of which one stood still longest for the other's computing."""
    for name, record in run.records:
        if not isinstance(record, TrainingRecord) or not record.iterations:
            continue
        rounds = record.rounds_played
        told = [wait for wait in record.waits if wait[1] and wait[2] >= _TOLD_FROM_S * rounds]
        pairs = sorted(told, key=lambda wait: -wait[2])[:_PAIRS_UP_TO]
        rows = tuple((waiting, other, show_time(rounded(seconds / rounds, 5))) for waiting, other, seconds in pairs)
        if rows:
            yield TextTable(f"Who waits for whom in {name}", ("server", "waits for", "per round"), rows, 1)
