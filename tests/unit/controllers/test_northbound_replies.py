from __future__ import annotations

import pytest

from twin.control.commands import Answer
from twin.control.events import CircuitReleased
from twin.control.northbound import Question

northbound = pytest.importorskip("controllers.northbound")


def test_a_question_reaches_the_brain() -> None:
    asked: list[Question] = []

    def feed(question: Question) -> Answer:
        asked.append(question)
        return Answer(True)

    assert northbound.reply('{"do": "release", "name": "c"}', feed) == '{"ok": true}'
    assert asked == [CircuitReleased("c")]


def test_nonsense_does_not() -> None:
    def feed(question: Question) -> Answer:
        raise AssertionError(question)

    assert northbound.reply("3", feed) == '{"ok": false, "reason": "found 3; allowed: one JSON object a line"}'


def test_silence_is_told() -> None:
    expected = '{"ok": false, "reason": "the controller gave no answer"}'
    assert northbound.reply('{"do": "list"}', lambda question: None) == expected
