"""Tables as text."""

from __future__ import annotations

from rich.console import Console

from bench.table import Table, seconds, share, times, to_markdown, to_rich

TABLE = Table("Speed", ("what", "is"), (("a|b", "1 s"), ("c", "20 s")), "Measured.", ("one thing", "another"))


def test_a_table_as_markdown() -> None:
    assert to_markdown(TABLE) == (
        "### Speed\n\nMeasured.\n\n| what | is |\n|:--|--:|\n| a\\|b | 1 s |\n| c | 20 s |\n\n- one thing\n- another"
    )


def test_a_table_without_notes_as_markdown() -> None:
    assert to_markdown(Table("T", ("a",), (("1",),))) == "### T\n\n| a |\n|:--|\n| 1 |"


def test_a_table_on_the_terminal() -> None:
    console = Console(width=40, color_system=None)
    with console.capture() as capture:
        console.print(to_rich(TABLE))
    lines = [line.rstrip() for line in capture.get().splitlines()]
    assert lines[0] == "Speed"
    assert lines[4] == "│ a|b  │  1 s │"
    assert lines[-1] == "Measured."


def test_numbers_as_text() -> None:
    assert (share(100.1, 100.0), share(99.0, 100.0)) == ("+0.100 %", "-1.000 %")
    assert (seconds(0.4242), seconds(17.349)) == ("0.42 s", "17.3 s")
    assert (times(7.26), times(0.5), times(31.4)) == ("7.3 x", "0.5 x", "31 x")
