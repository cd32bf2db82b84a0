"""Accuracy rows: what holds, what is said of what does not, and their tables."""

from __future__ import annotations

from types import ModuleType

from bench import accuracy


def test_rows_within_their_bounds_hold(figures: ModuleType) -> None:
    found = figures.accuracy()
    assert accuracy.failures(found) == []
    first, second = found["rows"][0]["chains"]
    row = found["rows"][0]["row"]
    assert set(accuracy.checks(row, first, 20_000)) == {"delay", "RTT", "UDP goodput", "drops", "TCP goodput"}
    assert set(accuracy.checks(row, second, 20_000)) == {"delay", "RTT", "UDP goodput", "drops", "loss"}


def test_each_measurement_outside_its_bound_is_named(figures: ModuleType) -> None:
    found = figures.accuracy()
    first, second = found["rows"][0]["chains"]
    first["delays_s"][1] = 1.01e-3
    first["tcp_bps"] *= 0.9
    second["lost"] = 300
    second["dropped"] = 1
    found["rows"][0]["overrun"]["arrived"] = 116
    assert accuracy.failures(found) == [
        "100 Gb/s, 1 ms over 1 switch: delay",
        "100 Gb/s, 1 ms over 1 switch: TCP goodput",
        "100 Gb/s, 1 ms over 2 switches: drops",
        "100 Gb/s, 1 ms over 2 switches: loss",
        "100 Gb/s, 1 ms: of a burst 116 frames arrived",
    ]


def test_a_row_that_mininet_did_not_reach_says_so(figures: ModuleType) -> None:
    found = figures.accuracy()
    found["stock"] = [None]
    *_, beside = accuracy.tables(found)
    assert beside.rows == (("100 Gb/s, 1 ms", "+0.000 %", "not reached", "99.3671 Gb/s", "", "+0.100 %", ""),)


def test_the_tables_of_accuracy(figures: ModuleType) -> None:
    ours, drops, beside = accuracy.tables(figures.accuracy())
    assert ours.rows == (
        ("100 Gb/s, 1 ms", "1", "+3 ns", "-7 ns", "+0.100 %", "+0.000 %", "", "0", "yes"),
        ("100 Gb/s, 1 ms", "2", "+3 ns", "-7 ns", "", "+0.000 %", "1.01 %", "0", "yes"),
    )
    assert drops.rows == (("100 Gb/s, 1 ms", "300", "115", "185", "185"),)
    off = ("+0.100 %", "-95.970 %")
    assert beside.rows == (("100 Gb/s, 1 ms", "+0.000 %", "+10.000 %", "99.3671 Gb/s", "4 Gb/s", *off),)
