"""Beside ns-3, or why not."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from bench import peer

MISSING = "ns-3 is not installed (make bench installs the wheel ns3, where this Python and machine have one)"


def test_the_table_beside_ns3(figures: ModuleType) -> None:
    (table,) = peer.tables(figures.peer())
    times, walls = ("99.0 ms", "100.0 ms", "101.0 ms", "-0.990 %"), ("1.5 ms", "1.00 s", "10.0 s", "10 x")
    assert table.rows == (
        ("dumbbell, 100 Gb/s, 1 ms, 1 GB, one flow", *times, "80 Gb/s", "79.208 Gb/s", *walls),
        ("ring all-reduce, 4 x 100 Gb/s, 100 us, 200 MB, lock-step", *times, "16 Gb/s", "15.842 Gb/s", *walls),
    )


def test_the_dumbbell_and_the_ring_are_predicted() -> None:
    """At line rate and in slow start: 10 MB take 0.8 ms of frames, a delay, and the rounds of the window before."""
    found = peer.foresee("dumbbell", 10**7)
    assert 0.8e-3 + 1e-3 < found["seconds"] < 0.8e-3 + 1e-3 + 10 * 2e-3
    assert peer.foresee("ring", 10**8)["seconds"] > 2 * 3 / 4 * 8 * 10**8 / 100e9


def test_without_ns3_the_peer_is_skipped_and_says_why(tmp_path: Path) -> None:
    said: list[str] = []
    found = peer.measure(True, said.append, tmp_path / "python")
    assert found == {"skipped": MISSING}
    assert said == [f"peer: skipped, {MISSING}"]
    assert peer.tables(found)[0].rows == ((MISSING,),)


def test_an_ns3_that_does_not_start_is_skipped_with_its_own_words(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho first >&2\necho 'ImportError: no ns' >&2\nexit 1\n")
    python.chmod(0o755)
    assert peer.lacking(python) == "ns-3 does not start: ImportError: no ns"
