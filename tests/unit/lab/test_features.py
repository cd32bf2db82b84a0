"""What the kernel can do is found by trying; here the tools that try are scripts of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.lab import features


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that stands before the machine's: ``unshare`` runs its command where it is."""
    write(tmp_path / "unshare", 'shift; exec "$@"')
    monkeypatch.setattr(features, "PROGRAM_PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def write(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


def test_what_answers_is_there(tools: Path) -> None:
    write(tools / "ip", "exit 0")
    write(tools / "tc", 'case "$*" in *netem*|*clsact*|*mirred*) exit 0;; esac; exit 2')
    write(tools / "ovs-dpctl", "echo noise; exit 1")
    assert features.present() == {"veth", "netem", "mirred"}


def test_a_filter_that_fails_is_no_mirred(tools: Path) -> None:
    for name in ("ip", "ovs-dpctl"):
        write(tools / name, "exit 0")
    write(tools / "tc", 'case "$*" in *mirred*) exit 2;; esac; exit 0')
    assert features.present() == {"veth", "netem", "tbf", "red", "openvswitch"}


def test_no_right_to_make_a_namespace(tools: Path) -> None:
    write(tools / "unshare", "exit 1")
    assert features.present() is None


def test_missing_features_keep_their_order_and_name_their_modules() -> None:
    lacking = features.missing(frozenset({"veth", "tbf", "red", "netem"}))
    assert [feature.name for feature in lacking] == ["mirred", "openvswitch"]
    assert features.remedy(lacking) == (
        "sudo modprobe -a sch_ingress cls_matchall act_mirred openvswitch; "
        "where the kernel has no such modules, boot Debian's (linux-image-amd64)"
    )
