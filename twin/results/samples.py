"""Counters over time: ``samples.csv`` from the lab, ``samples.parquet`` in the bundle, rates for the report.

A row is one direction at one time: what left ``node`` on ``link`` since the network came up.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import BadInput

_COLUMNS: dict[str, pa.DataType] = {
    "t_s": pa.float64(),
    "link": pa.string(),
    "node": pa.string(),
    "tx_bytes": pa.int64(),
    "tx_packets": pa.int64(),
    "dropped_packets": pa.int64(),
    "backlog_bytes": pa.int64(),
}
SCHEMA = pa.schema(_COLUMNS)

Direction = tuple[str, str]


@dataclass(frozen=True)
class RateSeries:
    """The mean rate of one direction between samples: ``rates_bps[i]`` holds from ``times_s[i]`` to ``[i + 1]``."""

    times_s: tuple[float, ...]
    rates_bps: tuple[float, ...]

    @property
    def peak_bps(self) -> float:
        return max(self.rates_bps, default=0.0)


def read_csv(path: Path) -> pa.Table:
    """The lab's samples, typed. Raises ``BadInput`` naming the line that does not fit."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
    except OSError as problem:
        raise BadInput(str(path), "", f"found no readable file ({type(problem).__name__})") from problem
    if not rows or rows[0] != SCHEMA.names:
        found = ", ".join(rows[0]) if rows else "nothing"
        raise BadInput(f"{path}:1", "", f"found the columns {found}", ", ".join(SCHEMA.names))
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    for number, row in enumerate(rows[1:], start=2):
        _add_row(columns, row, f"{path}:{number}")
    return pa.table(columns, schema=SCHEMA)


def _add_row(columns: dict[str, list[Any]], row: list[str], where: str) -> None:
    if len(row) != len(SCHEMA):
        raise BadInput(where, "", f"found {len(row)} values", f"{len(SCHEMA)}")
    for field, text in zip(SCHEMA, row, strict=True):
        try:
            columns[field.name].append(_typed(field.type, text))
        except ValueError as problem:
            raise BadInput(where, field.name, f"found {text!r}", str(field.type)) from problem


def _typed(kind: pa.DataType, text: str) -> float | int | str:
    if pa.types.is_floating(kind):
        return float(text)
    return int(text) if pa.types.is_integer(kind) else text


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write ``table``, the same bytes for the same rows."""
    pq.write_table(table, path, compression="zstd", compression_level=9)


def read_parquet(path: Path) -> pa.Table:
    """Read a bundle's samples. Raises ``BadInput`` where they are not there or not samples."""
    try:
        table = pq.read_table(path, schema=SCHEMA)
    except (OSError, pa.ArrowException) as problem:
        found = f"found no readable samples ({type(problem).__name__})"
        raise BadInput(str(path), "", found, remedy="name the folder of a finished run") from problem
    return table


def rates(table: pa.Table, most_points: int = 1500) -> dict[Direction, RateSeries]:
    """The mean rate of each (link, node) between samples.

    Where there are more than ``most_points``, neighbouring intervals are joined; the mean over the joined interval is
    exact, because the counters are cumulative.
    """
    rows: dict[Direction, list[tuple[float, int]]] = {}
    columns = (table.column(name).to_pylist() for name in ("t_s", "link", "node", "tx_bytes"))
    for t_s, link, node, tx_bytes in zip(*columns, strict=True):
        rows.setdefault((link, node), []).append((t_s, tx_bytes))
    return {direction: _series(_thin(points, most_points)) for direction, points in rows.items()}


def _thin(points: Sequence[tuple[float, int]], most_points: int) -> Sequence[tuple[float, int]]:
    step = -(-len(points) // most_points)
    kept = list(points[::step])
    if kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept


def _series(points: Sequence[tuple[float, int]]) -> RateSeries:
    kept = list(_forward(points))
    times_s = tuple(t_s for t_s, _ in kept)
    rates_bps = tuple((after - before) * 8 / (end_s - start_s) for (start_s, before), (end_s, after) in pairwise(kept))
    return RateSeries(times_s, rates_bps)


def _forward(points: Sequence[tuple[float, int]]) -> Iterator[tuple[float, int]]:
    """The points without those that repeat a time."""
    last_s: float | None = None
    for t_s, tx_bytes in points:
        if last_s is None or t_s > last_s:
            yield t_s, tx_bytes
            last_s = t_s
