"""The northbound's unix socket: lines in, lines out (``twin.control.northbound`` says which)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from controllers.ofapi import hub
from twin.control.commands import Answer
from twin.control.northbound import Question, parse, render

Feed = Callable[[Question], Answer | None]


def serve(path: Path, feed: Feed) -> None:
    """Listen at ``path``, in place of what an earlier controller left there. Every connection gets its own thread."""
    path.unlink(missing_ok=True)
    server = hub.StreamServer((str(path), None), lambda connection, address: _talk(connection, feed))
    hub.spawn(server.serve_forever)


def _talk(connection: Any, feed: Feed) -> None:
    with connection, connection.makefile("rw", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            lines.write(reply(line, feed) + "\n")
            lines.flush()


def reply(line: str, feed: Feed) -> str:
    """The line that answers ``line``."""
    try:
        question = parse(line)
    except ValueError as problem:
        return render(Answer(False, str(problem)))
    answer = feed(question)
    return render(answer or Answer(False, "the controller gave no answer"))
