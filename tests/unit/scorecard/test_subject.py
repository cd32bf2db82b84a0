"""Controllers as the command line names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.scorecard.subject import NO_LIGHT, NO_REQUESTS, Subject, read


@pytest.mark.parametrize(
    ("text", "circuits", "subject"),
    [
        ("optical_circuit", False, Subject("optical_circuit, optical", "optical", {"app": "optical_circuit"})),
        ("static_path@ring", False, Subject("static_path, ring", "ring", {"app": "static_path"}, NO_LIGHT)),
        (
            "ecmp", False,
            Subject("ecmp, ring", "ring", {"app": "optical_circuit", "options": {"routing": "ecmp"}}, NO_LIGHT),
        ),
        ("learning_switch", False, Subject("learning_switch, line", "line", {"app": "learning_switch"}, NO_REQUESTS)),
        (
            "apps/my.py", False,
            Subject("my.py, ring", "ring", {"app": "/home/me/apps/my.py", "circuits": False}, NO_REQUESTS),
        ),
        (
            "mine --port {port}@line", False,
            Subject(
                "mine --port {port}, line", "line",
                {"command": ["mine", "--port", "{port}"], "folder": "/home/me", "circuits": False}, NO_REQUESTS,
            ),
        ),
        (
            "mine", True,
            Subject("mine, optical", "optical", {"command": ["mine"], "folder": "/home/me", "circuits": True}),
        ),
    ],
)  # fmt: skip
def test_what_is_named(text: str, circuits: bool, subject: Subject) -> None:
    assert read(text, circuits, Path("/home/me")) == subject


def test_a_long_command_has_a_short_name() -> None:
    assert read("controller " * 9, False, Path()).name == "controller controller controller cont..., ring"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("static_path@mars", "found the plant 'mars' in 'static_path@mars'; allowed: optical, ring, line"),
        (
            "learning_switch@optical",
            "found 'learning_switch@optical', which takes no requests for circuits; allowed: ring, line; "
            "name another plant, or say --circuits if it takes requests",
        ),
        (
            " @ring",
            "found no command; allowed: optical_circuit, static_path, engineered, learning_switch, an app's .py file, "
            "or a command",
        ),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(text, False, Path())
    assert str(caught.value) == f"CONTROLLER: {message}"
