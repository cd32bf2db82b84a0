"""Settings of a namespace are written or raise; settings of the machine are written where they are ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.emulation import sysctl


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "size").write_text("7\n")
    monkeypatch.setattr(sysctl, "ROOT", tmp_path)
    return tmp_path


def test_a_setting_is_written(root: Path) -> None:
    sysctl.write("net/size", "9")
    assert (root / "net" / "size").read_text() == "9"


def test_a_namespace_must_have_its_own_settings() -> None:
    with pytest.raises(FileNotFoundError):
        sysctl.write("nets/size", "9")


def test_a_setting_of_the_machine_is_returned_as_it_was(root: Path) -> None:
    assert sysctl.write_machine_wide("net/size", "9") == "7\n"
    assert (root / "net" / "size").read_text() == "9"


def test_a_setting_that_the_namespace_hides_is_left_alone() -> None:
    assert sysctl.write_machine_wide("net/core/rmem_max", "9") is None
