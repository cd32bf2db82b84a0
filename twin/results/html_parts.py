"""Small pieces of HTML; every name that comes from a document is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Markup:
    """Text that is HTML already; any other text is escaped where it enters the page."""

    html: str


Cell = str | Markup


def text(cell: Cell) -> str:
    """``cell`` as HTML."""
    return cell.html if isinstance(cell, Markup) else escape(cell)


def tag(name: str, cell: Cell, **attributes: str) -> Markup:
    """``<name class="...">cell</name>``; a trailing underscore in an attribute's name is dropped (``class_``)."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{written}>{text(cell)}</{name}>")


def join(cells: Iterable[Cell], between: str = "") -> Markup:
    """The cells one after another."""
    return Markup(between.join(text(cell) for cell in cells))


def table(caption: str, heads: Sequence[Cell], rows: Iterable[Sequence[Cell]], numbers: int = 0) -> Markup:
    """A table with a caption; its last ``numbers`` columns are numbers. Nothing where there are no rows."""
    body = list(rows)
    if not body:
        return Markup("")
    first = len(heads) - numbers
    head = join(
        tag("th", cell, scope="col", class_="number") if index >= first else tag("th", cell, scope="col")
        for index, cell in enumerate(heads)
    )
    lines = join((tag("tr", _row(cells, first)) for cells in body), "\n")
    inner = join([tag("caption", caption), tag("thead", tag("tr", head)), tag("tbody", lines)], "\n")
    return tag("div", tag("table", inner), class_="scroll", tabindex="0", role="region", aria_label=caption)


def _row(cells: Sequence[Cell], first_number: int) -> Markup:
    named = tag("th", cells[0], scope="row") if first_number > 0 else tag("td", cells[0], class_="number")
    rest = (
        tag("td", cell, class_="number") if index >= first_number else tag("td", cell)
        for index, cell in enumerate(cells[1:], start=1)
    )
    return join([named, *rest])


def section(identity: str, heading: str, *parts: Cell) -> Markup:
    """A section with its heading; nothing where all its parts are empty."""
    whole = [part for part in parts if text(part)]
    if not whole:
        return Markup("")
    inner = join([tag("h2", heading, id=f"{identity}-heading"), *whole], "\n")
    return tag("section", inner, id=identity, aria_labelledby=f"{identity}-heading")
