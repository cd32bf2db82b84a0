from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.control.commands import Answer
from twin.control.events import CircuitReleased, CircuitRequested, CircuitsListed
from twin.control.northbound import Question, parse, render


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ('{"do": "request", "name": "c", "sites": ["a", "b"]}', CircuitRequested("c", ("a", "b"))),
        ('{"do": "release", "name": "c"}', CircuitReleased("c")),
        ('{"do": "list"}', CircuitsListed()),
    ],
)
def test_lines_that_ask(line: str, question: Question) -> None:
    assert parse(line) == question


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[1]", "found [1]; allowed: one JSON object a line"),
        ('{"do": "dance"}', "do: found 'dance'; allowed: request, release, list"),
        ("{}", "do: found None; allowed: request, release, list"),
        ('{"do": "list", "x": 1}', "list: found the keys do, x; allowed: exactly do"),
        ('{"do": "release"}', "release: found the keys do; allowed: exactly do, name"),
        ('{"do": "release", "name": ""}', "name: found ''; allowed: a text"),
        (
            '{"do": "request", "name": "c", "sites": ["a"]}',
            "sites: found ['a']; allowed: a list of two sites' names",
        ),
        (
            "x",
            "found a line that is not JSON (Expecting value: line 1 column 1 (char 0)); "
            "allowed: one JSON object a line",
        ),
    ],
)
def test_lines_that_do_not(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse(line)


@given(st.text(max_size=80))
def test_any_text_is_understood_or_refused(line: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(parse(line), CircuitRequested | CircuitReleased | CircuitsListed)


def test_many_brackets_are_refused() -> None:
    with pytest.raises(ValueError, match="not JSON"):
        parse("[" * 1_000_000)


def test_answers() -> None:
    assert render(Answer(True)) == '{"ok": true}'
    assert render(Answer(False, "no")) == '{"ok": false, "reason": "no"}'
    assert render(Answer(True, circuits=({"name": "c"},))) == '{"ok": true, "circuits": [{"name": "c"}]}'
