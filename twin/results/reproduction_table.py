"""The table of published results as Markdown, and the notes below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.errors import BadInput

#: Between these two lines of a document stands what is generated.
BEGIN, END = "<!-- table:{} -->", "<!-- /table:{} -->"
NOTHING = "-"


@dataclass(frozen=True)
class Line:
    """One row as text: a published number, what came of it, and by how much it deviates (a ratio; None: nothing)."""

    name: str
    published: str
    predicted: float | None
    emulated: float | None
    predicted_off: float | None
    emulated_off: float | None
    note: str = ""


@dataclass(frozen=True)
class Group:
    """The lines of one source."""

    title: str
    source: str
    metric: str
    unit: str
    does_not_test: str
    lines: tuple[Line, ...]


def markdown(groups: Sequence[Group]) -> str:
    """Every group as a table with its source, and what it does not test."""
    return "\n\n".join(_group(group) for group in groups) + "\n"


def _group(group: Group) -> str:
    rows = [
        f"**{group.title}.** {group.source}. Compared: {group.metric}.",
        "",
        "| row | published | predicted | off by | emulated | off by |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for line in group.lines:
        cells = [
            line.name,
            line.published,
            number(line.predicted, group.unit),
            percent(line.predicted_off),
            number(line.emulated, group.unit),
            percent(line.emulated_off),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    said: dict[str, list[str]] = {}
    for line in group.lines:
        said.setdefault(line.note, []).append(line.name)
    notes = [f"- {', '.join(names)}: {note}." for note, names in said.items() if note]
    return "\n".join([*rows, "", f"Not tested: {group.does_not_test}.", *([""] if notes else []), *notes])


def number(value: float | None, unit: str) -> str:
    """A value in four digits, in ``unit``; times in ms, rates in Gb/s."""
    if value is None:
        return NOTHING
    if unit == "ms":
        return f"{value * 1e3:.4g} ms"
    if unit == "%":
        return f"{value * 100:.3g} %"
    if unit == "Gb/s":
        return f"{value / 1e9:.4g} Gb/s"
    return f"{value:.4g} {unit}".rstrip()


def percent(deviation: float | None) -> str:
    """A deviation with its sign."""
    return NOTHING if deviation is None else f"{deviation * 100:+.1f} %"


def put(document: str, name: str, text: str, where: str) -> str:
    """``document`` with ``text`` between the lines that mark the table ``name``. Raises ``BadInput`` without them."""
    begin, end = BEGIN.format(name), END.format(name)
    head, found, rest = document.partition(begin)
    _old, closed, tail = rest.partition(end)
    if not found or not closed:
        raise BadInput(where, "", "found no place for the table", f"the lines {begin} and {end}")
    return f"{head}{begin}\n{text}{end}{tail}"
