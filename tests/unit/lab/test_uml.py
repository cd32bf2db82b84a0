"""The lab kernel's command line, its environment and the reading of its end; booting it is in tests/lab."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from twin.errors import RunBroke
from twin.lab import uml


def test_virtual_clock_starts_at_the_same_moment_always() -> None:
    assert uml.command_line("virtual", 512) == [
        "mem=512M",
        "root=/dev/root",
        "rootfstype=hostfs",
        "rootflags=/",
        "ro",
        "init=/proc/self/cwd/lab/init",
        "con=null",
        "con0=fd:0,fd:1",
        "quiet",
        "uml_dir=uml/",
        "umid=lab",
        "time-travel=inf-cpu",
        "time-travel-start=1767225600000000000",
    ]


def test_real_clock_has_no_time_travel() -> None:
    assert not [option for option in uml.command_line("real", 512) if "travel" in option]


def test_terminal_keeps_its_size() -> None:
    assert uml.command_line("real", 512, os.terminal_size((132, 43)))[-1] == "twin_terminal=43x132"


def test_only_the_virtual_clock_is_seeded() -> None:
    virtual, real = (uml.environment(clock, 7, Path("/dev/shm")) for clock in ("virtual", "real"))
    assert virtual["TWIN_LAB_SEED"] == "7"
    assert virtual["TMPDIR"] == "/dev/shm"
    assert sorted(real) == ["PATH", "TMPDIR"]


def test_status_is_read(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "status").write_text("143\n", encoding="utf-8")
    assert uml.read_status(tmp_path) == 143


@pytest.mark.parametrize("text", [None, "", "abc\n"])
def test_no_status_quotes_the_consoles_end(tmp_path: Path, text: str | None) -> None:
    for name in ("lab", "logs"):
        (tmp_path / name).mkdir()
    if text is not None:
        (tmp_path / "lab" / "status").write_text(text, encoding="utf-8")
    (tmp_path / "logs" / "console.log").write_text("one\n\ntwo\nthree\r\n  Kernel panic\n\n", encoding="utf-8")
    with pytest.raises(RunBroke) as caught:
        uml.read_status(tmp_path)
    assert str(caught.value) == (
        "the run broke: the lab kernel stopped before its command ended; the last it said: "
        f"two / three / Kernel panic; see {tmp_path}/logs/console.log"
    )
