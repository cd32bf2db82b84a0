"""The lab kernel's command line, its environment and the reading of its end; booting it is in tests/lab."""

from __future__ import annotations

import os
from pathlib import Path

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
