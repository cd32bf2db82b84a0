"""Bundles side by side: every metric of each, how far each lies from the first bundle's, and where that comes from.

Comparison.rows[i].values[j]         metric i of bundle j; None where it has none
Comparison.rows[i].differences[j]    (value - first) / |first|; None where there is nothing to divide by
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from twin.errors import BadInput
from twin.results import bundle, samples
from twin.results.causes import Cause, link_causes, phase_causes, uses
from twin.results.document import Metric, Results
from twin.results.wording import show, show_ratio
from twin.units import parse

NOTHING = "-"
#: Differences beyond this are looked into.
BOUND = 0.05
#: Metrics that are errors themselves: how they differ says nothing of the run.
ERRORS = (".rtt_error",)


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


def compare(folders: Sequence[Path], bound: float = BOUND) -> RenderableType:
    """A table of the bundles in ``folders``, and where those come from that lie more than ``bound`` (a ratio) from the
    first. Raises ``BadInput`` for fewer than two, or one that is no bundle."""
    if len(folders) < 2:
        remedy = "name the folders of at least two finished runs"
        raise BadInput("BUNDLE", "", f"found {len(folders)} to compare", remedy=remedy)
    found = [bundle.read_results(folder) for folder in folders]
    names = _distinct([f"{folder.name} ({results.engine})" for folder, results in zip(folders, found, strict=True)])
    compared = compare_results(dict(zip(names, found, strict=True)))
    parts: list[RenderableType] = [render(compared)]
    for column, (name, folder) in enumerate(zip(names[1:], folders[1:], strict=True), start=1):
        differing = [row for row in compared.rows if not row.metric.endswith(ERRORS)]
        beyond = [row.metric for row in differing if abs(row.differences[column] or 0.0) > bound]
        if beyond:
            parts += ["", _render_causes(names[0], name, len(beyond), _causes(folders[0], folder, bound), bound)]
    return Group(*parts)


def bound_of(text: str) -> float:
    """``5 %`` as 0.05. Raises ``BadInput``."""
    try:
        return parse(text, "ratio")
    except ValueError as problem:
        found, _, allowed = str(problem).partition("; allowed: ")
        raise BadInput("--bound", "", found, allowed) from problem


def _causes(first: Path, other: Path, bound: float) -> list[Cause]:
    one, two = (bundle.read_run(folder) for folder in (first, other))
    before = uses(one.plan, samples.read_parquet(first / bundle.SAMPLES))
    after = uses(two.plan, samples.read_parquet(other / bundle.SAMPLES))
    return [*phase_causes(one, two, bound), *link_causes(before, after, bound)]


def _render_causes(first: str, other: str, beyond: int, causes: Sequence[Cause], bound: float) -> Table:
    """What lies apart, and a row for each cause."""
    share = f"{bound * 100:g} %"
    title = f"{beyond} metric{'s' if beyond > 1 else ''} of {other} more than {share} from {first}"
    caption = "" if causes else f"no phase and no link of limited rate differs by more than {share}"
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, title=Text(title), caption=caption or None)
    table.title_justify = table.caption_justify = "left"
    for column in ("where it comes from", first, other):
        table.add_column(Text(column), overflow="fold")
    for cause in causes:
        table.add_row(Text(cause.what), cause.first, cause.other)
    return table


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
