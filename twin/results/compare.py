"""Bundles side by side: every metric of each, and how far each lies from the first bundle's.

Comparison.rows[i].values[j]         metric i of bundle j; None where it has none
Comparison.rows[i].differences[j]    (value - first) / |first|; None where there is nothing to divide by
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from twin.errors import BadInput
from twin.results import bundle
from twin.results.document import Metric, Results
from twin.results.wording import show, show_ratio

NOTHING = "-"


@dataclass(frozen=True)
class Row:
    """One metric over all bundles."""

    metric: str
    values: tuple[Metric | None, ...]
    differences: tuple[float | None, ...]


@dataclass(frozen=True)
class Comparison:
    """``names`` are the bundles' columns, the first the one that the others are compared with."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def largest_difference(self) -> float:
        """The largest relative difference of all, as a positive ratio; 0 where nothing can be compared."""
        found = (abs(d) for row in self.rows for d in row.differences if d is not None)
        return max(found, default=0.0)


def compare(folders: Sequence[Path]) -> RenderableType:
    """A table of the bundles in ``folders``. Raises ``BadInput`` for fewer than two, or one that is no bundle."""
    if len(folders) < 2:
        remedy = "name the folders of at least two finished runs"
        raise BadInput("BUNDLE", "", f"found {len(folders)} to compare", remedy=remedy)
    found = [bundle.read_results(folder) for folder in folders]
    names = [f"{folder.name} ({results.engine})" for folder, results in zip(folders, found, strict=True)]
    return render(compare_results(dict(zip(_distinct(names), found, strict=True))))


def compare_results(results: Mapping[str, Results]) -> Comparison:
    """The metrics of all ``results``, by name. Pure."""
    metrics = sorted({name for one in results.values() for name in one.metrics})
    rows = tuple(_row(name, [one.metrics.get(name) for one in results.values()]) for name in metrics)
    return Comparison(tuple(results), rows)


def _row(name: str, values: Sequence[Metric | None]) -> Row:
    first = values[0]
    return Row(name, tuple(values), tuple(difference(first, value) for value in values))


def difference(first: Metric | None, other: Metric | None) -> float | None:
    """How far ``other`` lies from ``first``, relative to it; None where one is missing or only ``first`` is zero."""
    if first is None or other is None or first.unit != other.unit:
        return None
    if first.value == other.value:
        return 0.0
    return None if first.value == 0 else (other.value - first.value) / abs(first.value)


def render(comparison: Comparison) -> RenderableType:
    """The comparison as a table: a value for the first bundle, value and difference for each other one."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("metric", overflow="fold")
    for number, name in enumerate(comparison.names):
        table.add_column(Text(name), justify="right", overflow="fold")
        if number:
            table.add_column("difference", justify="right", no_wrap=True)
    for row in comparison.rows:
        cells: list[RenderableType] = [Text(row.metric)]
        for number, (value, apart) in enumerate(zip(row.values, row.differences, strict=True)):
            cells.append(NOTHING if value is None else show(value))
            if number:
                cells.append(_difference_text(apart))
        table.add_row(*cells)
    return table


def _difference_text(apart: float | None) -> Text:
    if apart is None:
        return Text(NOTHING, style="dim")
    if apart == 0:
        return Text("same", style="dim")
    return Text(f"{'+' if apart > 0 else ''}{show_ratio(apart)}")


def _distinct(names: Sequence[str]) -> list[str]:
    """The names with a number where one comes twice."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return distinct
