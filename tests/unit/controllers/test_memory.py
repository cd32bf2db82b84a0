from __future__ import annotations

import re
from pathlib import Path

import pytest

from controllers.memory import Memory, concerns
from twin.control.commands import Record
from twin.control.events import CircuitReleased, CircuitRequested, CircuitsListed, PortStatus
from twin.control.service import Service
from twin.errors import BadInput
from twin.workloads.scenario import Circuit

FIRST = (Circuit("a-b", ("a", "b"), avoid=("ca",)),)
LATER = CircuitRequested("alice/c1", ("b", "c"))
SERVICES = {"alice/c1": {"uuid": "u", "document": {}}}


def test_the_first_life_begins_with_the_scenario(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "kept.json")
    service = Service(avoid=frozenset({"ca"}))
    assert list(memory.wanted(FIRST)) == [CircuitRequested("a-b", ("a", "b"), service)]
    assert memory.services == {}


def test_the_next_life_begins_with_what_was_kept(tmp_path: Path) -> None:
    Memory(tmp_path / "kept.json").keep([LATER], SERVICES)
    memory = Memory(tmp_path / "kept.json")
    assert list(memory.wanted(FIRST)) == [LATER]
    assert memory.services == SERVICES
    assert [path.name for path in tmp_path.iterdir()] == ["kept.json"]


def test_nothing_is_kept_without_a_file(tmp_path: Path) -> None:
    memory = Memory(None)
    memory.keep([LATER], SERVICES)
    assert [wanted.name for wanted in memory.wanted(FIRST) if isinstance(wanted, CircuitRequested)] == ["a-b"]


def test_a_file_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "kept.json").write_text("[]")
    message = f"TWIN_KEPT: {tmp_path}/kept.json: TypeError: list indices must be integers or slices, not str"
    with pytest.raises(BadInput, match=f"^{re.escape(message)}$"):
        Memory(tmp_path / "kept.json")


@pytest.mark.parametrize(
    ("event", "records", "expected"),
    [
        (LATER, [], True),
        (CircuitReleased("c"), [], True),
        (CircuitsListed(), [], False),
        (PortStatus(1, 1, up=False), ["circuit-down", "circuit-active"], False),
        (PortStatus(1, 1, up=True), ["circuit-failed"], True),
    ],
)
def test_when_something_is_to_be_kept(
    event: CircuitRequested | CircuitReleased | CircuitsListed | PortStatus, records: list[str], expected: bool
) -> None:
    assert concerns(event, [Record(0.0, name) for name in records]) is expected
