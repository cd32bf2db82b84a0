"""What the host lab asks of a machine, and the command that makes its namespaces; running it is in tests/lab."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from twin.errors import BadInput, MachineLacks
from twin.lab import features, guest, host, machine

ALL = frozenset(feature.name for feature in features.FEATURES)


@pytest.fixture(autouse=True)
def able(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has everything."""
    monkeypatch.setattr(machine, "require_lab", lambda: None)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(features, "present", lambda: ALL)


def test_a_machine_that_has_everything_passes() -> None:
    host.check("real")


def test_the_virtual_clock_is_refused_with_the_reason() -> None:
    with pytest.raises(BadInput) as caught:
        host.check("virtual")
    assert str(caught.value) == (
        "--clock: found 'virtual' with --lab host; allowed: real; only the lab kernel can hold its clock: --lab uml"
    )


def test_root_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(MachineLacks) as caught:
        host.check("real")
    assert str(caught.value) == (
        "this machine lacks root for --lab host; run it as root, or use --lab uml, which any account can"
    )


def test_a_container_without_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "present", lambda: None)
    with pytest.raises(MachineLacks) as caught:
        host.check("real")
    assert str(caught.value) == (
        "this machine lacks the right to make network namespaces; "
        "run outside this container, or use --lab uml, which needs none"
    )


def test_all_lacks_are_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "present", lambda: ALL - {"netem", "openvswitch"})
    with pytest.raises(MachineLacks) as caught:
        host.check("real")
    assert str(caught.value) == (
        "this machine lacks kernel features: netem (delay of fibres), openvswitch (switches); "
        "sudo modprobe -a sch_netem openvswitch; where the kernel has no such modules, boot Debian's "
        "(linux-image-amd64); or use --lab uml"
    )


@pytest.mark.parametrize("interactive", [False, True])
def test_the_command_line_names_the_namespaces_then_the_first_process(interactive: bool) -> None:
    line = host.command_line(Path("/srv/run"), ["echo", "--", "a b"], [Path("/srv/apps")], interactive)
    assert line[:8] == ["unshare", "--net", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child=KILL"]
    first = line[line.index(guest.PYTHON) :]
    shown = ["--interactive"] if interactive else []
    repository = str(Path(__file__).resolve().parents[3])
    assert first == [
        sys.executable, "-m", "twin.lab.inside", *shown, "/srv/run", "/srv/apps", repository, sys.prefix,
        "--", "echo", "--", "a b",
    ]  # fmt: skip
