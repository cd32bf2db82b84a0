"""What a machine must have: the lists are complete, and what is missing is named with its package."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from twin.errors import MachineLacks
from twin.lab import machine
from twin.lab.machine import Need


def test_list_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "packages.txt"
    path.write_text("# comment\n\nxz    xz-utils   unpacks the source\n", encoding="utf-8")
    assert machine.read_needs(path) == (Need("xz", "xz-utils", "unpacks the source"),)


@pytest.mark.parametrize("path", [machine.RUN_LIST, machine.BUILD_LIST])
def test_shipped_lists_give_a_reason_for_everything(path: Path) -> None:
    needs = machine.read_needs(path)
    assert needs
    assert all(need.reason for need in needs)


def test_everything_missing_is_named_with_one_command(tmp_path: Path) -> None:
    path = tmp_path / "packages.txt"
    path.write_text("no-such-a  pkg-b  x\nsh dash x\n/no/such/file  pkg-a  x\nno-such-c  pkg-b  x\n", encoding="utf-8")
    with pytest.raises(MachineLacks) as caught:
        machine.require(path)
    assert str(caught.value) == ("this machine lacks no-such-a, /no/such/file, no-such-c; sudo apt install pkg-a pkg-b")
    assert caught.value.exit_status == 3


def test_a_list_that_is_met_passes(tmp_path: Path) -> None:
    path = tmp_path / "packages.txt"
    path.write_text(f"sh dash x\n{tmp_path} this x\n", encoding="utf-8")
    machine.require(path)


def test_another_processor_is_told_of_vagrant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(MachineLacks) as caught:
        machine.require_lab()
    assert str(caught.value) == (
        "this machine lacks Linux on x86_64 (found Linux on aarch64); use the Vagrant machine: vagrant up"
    )
