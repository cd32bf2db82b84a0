"""Cuts and repairs as the timeline has them played (what else it does needs a lab)."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from twin.emulation.timeline import Timeline
from twin.plan.light import Light
from twin.workloads.scenario import Action

LIGHT = Light(
    "standard", 2.0, 0.0, 38.0, 191.3e12, (), {}, (), {"duct": ("ab", "ac"), "bridge": ("bc", "ac")}, (), ()
)  # fmt: skip
CUTS = [("cut", "ab"), ("cut", "bc"), ("repair", "ab"), ("repair", "bc")]


def played(actions: list[tuple[str, str]], light: Light | None, plant: Path) -> list[tuple[str, bool]]:
    """Which links ``actions`` took down and up, in order."""
    links: list[tuple[str, bool]] = []
    plan = SimpleNamespace(light=light, link_by_name=dict.fromkeys(("ab", "bc", "ac"), SimpleNamespace(kind="fibre")))
    network: Any = SimpleNamespace(plan=plan, set_link=lambda name, up: links.append((name, up)))
    context: Any = SimpleNamespace(record=lambda *_, **__: None)
    scenario: Any = SimpleNamespace(workloads=())
    timeline = Timeline(scenario, context, network, SimpleNamespace(), plant)  # type: ignore[arg-type]
    for do, target in actions:
        asyncio.run(timeline._perform(Action(0.0, do, target)))
    return links


def test_a_fibre_of_two_ducts_comes_up_when_both_cuts_are_repaired(tmp_path: Path) -> None:
    told: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "plant"))
        server.listen()

        def answer() -> None:
            for _ in CUTS:
                connection, _address = server.accept()
                with connection:
                    line = json.loads(connection.recv(1000))
                    told.append(f"{line['do']} {line['target']}")
                    connection.sendall(b"\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        links = played(CUTS, LIGHT, tmp_path / "plant")
        thread.join(10)
    assert told == ["cut ab", "cut bc", "repair ab", "repair bc"]
    assert links == [("ab", False), ("ac", False), ("bc", False), ("ab", True), ("ac", True), ("bc", True)]


@pytest.mark.parametrize("actions", [CUTS[:1], CUTS])
def test_without_light_a_cut_takes_one_fibre(tmp_path: Path, actions: list[tuple[str, str]]) -> None:
    assert played(actions, None, tmp_path) == [(name, do == "repair") for do, name in actions]
