from __future__ import annotations

import pytest

from twin.results.document import Metric
from twin.results.event import Event
from twin.results.wording import describe, moment, show, show_bytes, show_got


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Event(0, "timeline", "link-cut", {"link": "wan"}), "link wan cut"),
        (Event(0, "timeline", "fibre-repaired", {"fibre": "a-b"}), "fibre a-b repaired"),
        (Event(0, "controller", "circuit-failed", {"circuit": "x", "reason": "no path"}), "circuit x failed: no path"),
        (
            Event(0, "controller", "circuit-active", {"circuit": "x", "fibres": ["a", "b"], "channel": 3}),
            "circuit x active over a + b, channel 3",
        ),
        (Event(0, "timeline", "workload-started", {"workload": "w"}), "workload w started"),
        (Event(0, "w", "workload-ended"), "workload w ended"),
        (
            Event(0, "timeline", "traffic-announced", {"workloads": ["one", "two"]}),
            "traffic announced: workloads one + two",
        ),
        (
            Event(
                0,
                "controller",
                "topology-engineered",
                {"requested": ["b-c"], "released": ["a-b"], "gain_s": 0.02, "dark_s": 0.015},
            ),
            "topology engineered: b-c in place of a-b, 20 ms sooner for 15 ms of darkness",
        ),
        (
            Event(
                0,
                "controller",
                "topology-engineered",
                {"requested": ["b-c", "c-d"], "released": [], "gain_s": None, "dark_s": 0.015},
            ),
            "topology engineered: b-c + c-d, which serves what had no way",
        ),
        (Event(0, "controller", "port-down", {"switch": "s1", "port": 2}), "port down: switch s1, port 2"),
        (
            Event(0, "timeline", "amplifier-degraded", {"amplifier": "a-b.2", "level_db": 3.0}),
            "amplifier a-b.2 degraded: 3 dB more noise than planned",
        ),
        (
            Event(0, "timeline", "fibre-drifts", {"fibre": "a-b", "level_db": 0.5, "over_s": 2.0}),
            "fibre a-b drifts: 0.5 dB more loss than planned, over 2 s",
        ),
        (
            Event(0, "timeline", "fibre-restored", {"fibre": "a-b", "level_db": 0.0}),
            "fibre a-b restored: as planned",
        ),
        (
            Event(0, "plant", "cross-connect-switching", {"switch": "r", "port": 1, "to": 3, "switching_s": 0.015}),
            "r port 1 to 3 switching, 15 ms",
        ),
        (Event(0, "plant", "cross-connect-lit", {"switch": "r", "port": 1, "to": 3}), "r port 1 to 3 lit"),
        (
            Event(0, "plant", "barrier-passed", {"switch": "r", "held_s": 0.015}),
            "r barrier passed, held 15 ms",
        ),
        (
            Event(0, "plant", "receiver-locking", {"transceiver": "t1", "lock_s": 5.67}),
            "t1 sees light again and locks on to it, 5.67 s",
        ),
        (Event(0, "controller", "controller-ended", {"status": 1}), "controller ended: status 1"),
        (
            Event(0, "w", "failure", {"lost_s": 0.1526, "back_to": 6}),
            "failure: 152.6 ms of work lost, back to round 6",
        ),
        (
            Event(0, "w", "failure", {"lost_s": 0.1526, "back_to": 0}),
            "failure: 152.6 ms of work lost, back to the beginning",
        ),
        (
            Event(0, "w", "restarted", {"round": 6, "down_s": 0.25}),
            "restarted after round 6, down for 250 ms",
        ),
        (
            Event(0, "w", "restarted", {"round": 0, "down_s": 0.25}),
            "restarted from the beginning, down for 250 ms",
        ),
        (
            Event(0, "w", "checkpoint-written", {"round": 6, "size_bytes": 28_000_000, "took_s": 0.0447}),
            "checkpoint after round 6 written: 28 MB in 44.7 ms",
        ),
    ],
)
def test_events_in_words(event: Event, words: str) -> None:
    assert describe(event) == words


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        (Metric(0.0123456, "s"), "12.346 ms"),
        (Metric(0.0, "s"), "0 s"),
        (Metric(255.54e9, "b/s"), "255.5 Gb/s"),
        (Metric(0.0, "ratio"), "0 %"),
        (Metric(3.2e-6, "ratio"), "3.2 ppm"),
        (Metric(0.0123, "ratio"), "1.23 %"),
        (Metric(12345, "packets"), "12,345"),
        (Metric(12345.0, "packets"), "12,345"),
        (Metric(1.5, "1"), "1.5"),
    ],
)
def test_metrics_as_people_read_them(metric: Metric, words: str) -> None:
    assert show(metric) == words


def test_moments_and_bytes() -> None:
    assert [moment(t_s) for t_s in (2.0, 2.0125, 2.0000004, 10.123456)] == [
        "2.000 s", "2.0125 s", "2.000 s", "10.123456 s",
    ]  # fmt: skip
    assert [show_bytes(count) for count in (12, 1500, 20_000_000_000)] == ["12 B", "1.5 kB", "20 GB"]


def test_what_came_of_an_expectation() -> None:
    metrics = {
        "fibre.a.restoration": Metric(0.02, "s"),
        "fibre.a.lost_circuits": Metric(0, "1"),
        "fibre.b.lost_circuits": Metric(1, "1"),
        "fibre.c.lost_circuits": Metric(2, "1"),
    }
    names = ("fibre.a.restoration", "fibre.b.restoration", "fibre.c.restoration", "fibre.d.restoration", "tokens")
    assert [show_got(metrics, name) for name in names] == [
        "20 ms", "never: 1 circuit lost", "never: 2 circuits lost", "no such metric", "no such metric",
    ]  # fmt: skip
