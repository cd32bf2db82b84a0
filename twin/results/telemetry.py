"""Telemetry: ``telemetry.parquet``, what every transceiver and every amplifier reported over time.

A row is one element at one time: all of them at each period of the experiment's ``telemetry``, and those whose reading
changed at the moment it did. What the columns mean: ``twin.physics.telemetry``. Nothing is measured in the lab for it:
``lab/light.jsonl`` says what happened to the plant and when, and the rules that played it there play it here again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import BadInput
from twin.physics.events import Event
from twin.physics.plant import State
from twin.physics.record import from_line, play
from twin.physics.telemetry import Reading, read
from twin.results.bundle import Run

TELEMETRY = "telemetry.parquet"
LIGHT = "lab/light.jsonl"

_TEXT = frozenset(("element", "kind", "towards", "state", "mode"))
_NAMES = [field.name for field in fields(Reading)]
SCHEMA = pa.schema(
    [("t_s", pa.float64()), *((name, pa.string() if name in _TEXT else pa.float64()) for name in _NAMES)]
)


def write(folder: Path, run: Run) -> None:
    """Write ``telemetry.parquet`` where the run had light. Raises ``BadInput`` naming a line of the lab's that does not
    fit."""
    path = folder / LIGHT
    if run.plan.light is None or not path.exists():
        return
    pq.write_table(table(run, read_record(path)), folder / TELEMETRY, compression="zstd", compression_level=9)


def read_record(path: Path) -> list[tuple[float, Event]]:
    """What happened to the plant, by the lab's monotonic clock. Raises ``BadInput`` naming the line."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(from_line(json.loads(line)))
        except ValueError as problem:
            raise BadInput(f"{path}:{number}", "", f"found a line that is no event of light: {problem}") from problem
    return found


def read_parquet(folder: Path) -> pa.Table | None:
    """A bundle's telemetry; None where it has none. Raises ``BadInput`` where it cannot be read."""
    path = folder / TELEMETRY
    if not path.exists():
        return None
    try:
        return pq.read_table(path, schema=SCHEMA)
    except (OSError, pa.ArrowException) as problem:
        raise BadInput(str(path), "", f"found no readable telemetry ({type(problem).__name__})") from problem


def table(run: Run, record: Iterable[tuple[float, Event]]) -> pa.Table:
    """The telemetry of ``run``, whose plan must have light, from its zero to its end. Pure."""
    zero_s, every_s = run.outcome.zero_s, run.scenario.telemetry_every_s
    count = int(run.outcome.virtual_s / every_s + 1e-9) + 1
    batches: list[pa.RecordBatch] = []
    columns: list[pa.Array[Any]] = []
    readings: tuple[Reading, ...] = ()
    shown: tuple[Reading, ...] | None = None
    last: State | None = None
    for moment in play(run.plan, record, [zero_s + k * every_s for k in range(count)]):
        if moment.at_s < zero_s:
            continue
        before = readings
        if moment.state is not last:
            last, readings = moment.state, read(run.plan, moment.state)
        if moment.sampled:
            if readings is not shown:
                shown, columns = readings, _columns(readings)
            batches.append(_batch(moment.at_s - zero_s, columns))
        else:
            known = dict(zip(map(_key, before), before, strict=True))
            changed = [reading for reading in readings if known.get(_key(reading)) != reading]
            batches.append(_batch(moment.at_s - zero_s, _columns(changed)))
    return pa.Table.from_batches(batches, schema=SCHEMA).combine_chunks()


def _key(reading: Reading) -> tuple[str, str | None]:
    return reading.element, reading.towards


def _columns(readings: Sequence[Reading]) -> list[pa.Array[Any]]:
    """One array for each column but the time."""
    return [pa.array([getattr(reading, name) for reading in readings], SCHEMA.field(name).type) for name in _NAMES]


def _batch(t_s: float, columns: Sequence[pa.Array[Any]]) -> pa.RecordBatch:
    times = pa.array([round(t_s, 9)] * len(columns[0]), pa.float64())
    return pa.RecordBatch.from_arrays([times, *columns], schema=SCHEMA)
