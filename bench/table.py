"""A table, shown on the terminal or as Markdown. Pure but for rich."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.table import Table as RichTable


@dataclass(frozen=True)
class Table:
    """``rows`` have a text for each of ``columns``; the first column is aligned left, the others right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    footnotes: tuple[str, ...] = field(default=())


def to_rich(table: Table) -> RichTable:
    """For the terminal."""
    made = RichTable(title=table.title, caption=table.note or None, title_justify="left", caption_justify="left")
    for index, column in enumerate(table.columns):
        made.add_column(column, justify="right" if index else "left")
    for row in table.rows:
        made.add_row(*row)
    return made


def to_markdown(table: Table) -> str:
    """A section: heading, note, table, and a list of footnotes.

    >>> print(to_markdown(Table("T", ("a", "b"), (("x", "1"),), "Said once.")))
    ### T
    <BLANKLINE>
    Said once.
    <BLANKLINE>
    | a | b |
    |:--|--:|
    | x | 1 |
    """
    lines = [f"### {table.title}", ""]
    if table.note:
        lines += [table.note, ""]
    lines += [_row(table.columns), "|:--|" + "--:|" * (len(table.columns) - 1)]
    lines += [_row(row) for row in table.rows]
    if table.footnotes:
        lines += ["", *(f"- {footnote}" for footnote in table.footnotes)]
    return "\n".join(lines)


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def share(measured: float, expected: float) -> str:
    """How far ``measured`` is from ``expected``: ``"-0.013 %"``."""
    return f"{(measured / expected - 1) * 100:+.3f} %"


def seconds(value: float) -> str:
    """``"0.42 s"``, ``"17.3 s"``: two digits where they matter."""
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def times(ratio: float) -> str:
    """``"7.3 x"``."""
    return f"{ratio:.2g} x" if ratio < 10 else f"{ratio:.0f} x"
