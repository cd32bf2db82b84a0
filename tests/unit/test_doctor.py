"""The doctor: what bars which lab, what cannot be told, and what is printed."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from twin import doctor
from twin.doctor import BOTH, HOST, UML, Checkup, Finding
from twin.lab import features, kernel_build, machine
from twin.lab.machine import Need


def checkup(*verdicts: tuple[bool | None, tuple[str, ...]]) -> Checkup:
    return Checkup(tuple(Finding("thing", ok, "", bars) for ok, bars in verdicts))


@pytest.mark.parametrize(
    ("verdicts", "uml", "host"),
    [
        ([], True, True),
        ([(True, BOTH), (False, (HOST,))], True, False),
        ([(None, (HOST,)), (True, BOTH)], True, None),
        ([(None, (HOST,)), (False, (HOST,)), (False, (UML,))], False, False),
        ([(False, ())], True, True),
    ],
)
def test_a_lab_is_barred_by_what_it_needs(
    verdicts: list[tuple[bool | None, tuple[str, ...]]], uml: bool, host: bool | None
) -> None:
    found = checkup(*verdicts)
    assert (found.usable(UML), found.usable(HOST)) == (uml, host)


def test_json_has_the_labs_and_every_finding() -> None:
    found = Checkup((Finding("memory", False, "1.0 GiB", (UML,), "free some"),))
    assert found.to_json() == {
        "schema": 1,
        "labs": {"uml": False, "host": True},
        "default": "uml",
        "findings": [{"subject": "memory", "ok": False, "found": "1.0 GiB", "bars": ("uml",), "remedy": "free some"}],
    }


def test_the_table_gives_remedies_for_lacks_only() -> None:
    found = Checkup(
        (
            Finding("Mininet", True, "2.3.0", BOTH, "install it"),
            Finding("root", False, "", (HOST,), "run as root"),
            Finding("kernel: tbf", None, "needs root to tell", (HOST,), "try as root"),
        )
    )
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(doctor.render(found))
    assert [line.rstrip() for line in console.export_text().splitlines()] == [
        "what         there  found               remedy",
        "Mininet      yes    2.3.0",
        "root         no                         run as root",
        "kernel: tbf  ?      needs root to tell  try as root",
        "",
        "lab uml: usable, the default",
        "lab host: not usable here",
    ]


def by_subject(found: Checkup) -> dict[str, Finding]:
    return {one.subject: one for one in found.findings}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without switches, kernel build tools or namespaces."""
    status: dict[str, Any] = {"recipe": None, "kernel": None, "size_bytes": None, "missing": ["gcc"]}
    monkeypatch.setattr(kernel_build, "status", lambda: status)
    needs = {
        machine.RUN_LIST: (Need("ovs-vsctl", "openvswitch-switch", ""), Need("tc", "iproute2", "")),
        machine.BUILD_LIST: (Need("gcc", "gcc", ""),),
    }
    monkeypatch.setattr(machine, "read_needs", lambda path: needs[path])
    monkeypatch.setattr(machine, "PROGRAM_PATH", "/nowhere")
    monkeypatch.setattr(features, "present", lambda: None)


@pytest.mark.usefixtures("bare")
def test_each_lack_has_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    found = by_subject(doctor.examine())
    assert found["programs"] == Finding(
        "programs", False, "missing: ovs-vsctl, tc", BOTH, "sudo apt install iproute2 openvswitch-switch"
    )
    assert found["Open vSwitch"] == Finding("Open vSwitch", False, "none", BOTH, "sudo apt install openvswitch-switch")
    assert found["lab kernel"] == Finding(
        "lab kernel", False, "not built, and to build it there lack: gcc", (UML,), "sudo apt install gcc"
    )
    assert found["kernel: netem"] == Finding(
        "kernel: netem", None, "may not make network namespaces", (HOST,), "run outside a container"
    )


@pytest.mark.usefixtures("bare")
def test_what_only_root_can_tell_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    found = by_subject(doctor.examine())
    assert found["root"] == Finding("root", False, "this account is not root", (HOST,), "run as root for --lab host")
    assert found["kernel: openvswitch"] == Finding(
        "kernel: openvswitch", None, "needs root to tell", (HOST,), "run twin doctor as root"
    )


def test_a_kernel_that_can_be_built_bars_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    status: dict[str, Any] = {"recipe": "a", "kernel": None, "size_bytes": None, "missing": []}
    monkeypatch.setattr(kernel_build, "status", lambda: status)
    assert by_subject(doctor.examine())["lab kernel"].found == "not built yet; the first run builds it (twin lab build)"


def test_features_that_lack_name_their_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(features, "present", lambda: frozenset({"veth"}))
    found = by_subject(doctor.examine())
    assert found["kernel: veth"] == Finding("kernel: veth", True, "links", (HOST,), "sudo modprobe -a veth")
    assert found["kernel: mirred"].remedy == "sudo modprobe -a sch_ingress cls_matchall act_mirred"


def test_nothing_of_it_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    doctor.examine()
    assert list(tmp_path.iterdir()) == []
