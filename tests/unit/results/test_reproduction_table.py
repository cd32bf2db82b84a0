"""The generated table, whole, and its place in a document."""

from __future__ import annotations

import pytest

from twin.errors import BadInput
from twin.results.reproduction_table import Group, Line, markdown, number, percent, put

GROUP = Group(
    "A trial",
    "Somebody, 2025",
    "w.time",
    "ms",
    "GPUs",
    (
        Line("near", "10 ms", 0.0101, 0.0099, 0.01, -0.01),
        Line("far", "100 ms", 0.12, None, 0.2, None, "off by more than 5 %: it is far"),
    ),
)


def test_a_group_as_markdown() -> None:
    assert markdown([GROUP]) == (
        "**A trial.** Somebody, 2025. Compared: w.time.\n"
        "\n"
        "| row | published | predicted | off by | emulated | off by |\n"
        "|---|---:|---:|---:|---:|---:|\n"
        "| near | 10 ms | 10.1 ms | +1.0 % | 9.9 ms | -1.0 % |\n"
        "| far | 100 ms | 120 ms | +20.0 % | - | - |\n"
        "\n"
        "Not tested: GPUs.\n"
        "\n"
        "- far: off by more than 5 %: it is far.\n"
    )


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.3255, "ms", "325.5 ms"), (0.465, "%", "46.5 %"), (2552.7, "/s", "2553 /s"), (1.0222, "", "1.022")],
)
def test_numbers(value: float, unit: str, text: str) -> None:
    assert number(value, unit) == text


def test_what_there_is_not() -> None:
    assert (number(None, "ms"), percent(None)) == ("-", "-")


def test_the_table_goes_between_its_lines() -> None:
    text = "a\n<!-- table:x -->\nold\n<!-- /table:x -->\nb\n"
    assert put(text, "x", "new\n", "f") == "a\n<!-- table:x -->\nnew\n<!-- /table:x -->\nb\n"
    with pytest.raises(BadInput) as problem:
        put("a\n", "x", "new\n", "f.md")
    assert str(problem.value) == (
        "f.md: found no place for the table; allowed: the lines <!-- table:x --> and <!-- /table:x -->"
    )
