"""What a lab leaves behind for the benchmark."""

from __future__ import annotations

import os
from pathlib import Path

from bench.labs import Answer, ran_out, read_marks
from twin.errors import RunBroke


def test_a_mark_has_the_host_s_time(tmp_path: Path) -> None:
    (tmp_path / "marks").mkdir()
    for name, at_s in (("start", 1000.25), ("end", 1003.5)):
        (tmp_path / "marks" / name).touch()
        os.utime(tmp_path / "marks" / name, (at_s, at_s))
    marks = read_marks(tmp_path)
    assert marks == {"start": 1000.25, "end": 1003.5}
    assert Answer(None, marks, 999.0, 5.0).between("start", "end") == 3.25


def test_only_a_lab_out_of_time_ran_out() -> None:
    assert ran_out(RunBroke("the lab did not end within 5 s of wall time"))
    assert not ran_out(RunBroke("the lab kernel stopped"))


def test_a_lab_without_marks(tmp_path: Path) -> None:
    assert read_marks(tmp_path) == {}
