"""What became of a load of requests, from the events alone."""

from twin.results.blocking import blocking_metrics
from twin.results.document import Metric
from twin.results.event import Event


def event(t_s: float, source: str, name: str, circuit: str) -> Event:
    return Event(t_s, source, name, {"circuit": circuit})


def test_without_a_load_there_is_no_metric() -> None:
    assert blocking_metrics([event(0.0, "timeline", "circuit-requested", "a-b")]) == {}


def test_refused_and_failed_ones_are_blocked() -> None:
    found = blocking_metrics(
        [
            event(0.1, "timeline", "circuit-requested", "load-1"),
            event(0.2, "controller", "circuit-active", "load-1"),
            event(0.3, "timeline", "circuit-requested", "load-2"),
            event(0.3, "timeline", "circuit-refused", "load-2"),
            event(0.4, "timeline", "circuit-requested", "load-3"),
            event(0.5, "controller", "circuit-failed", "load-3"),
            event(0.6, "timeline", "circuit-released", "load-2"),
            event(0.6, "timeline", "circuit-refused", "load-2"),
            event(0.7, "controller", "circuit-failed", "load-1"),
            event(0.8, "timeline", "circuit-requested", "load-4"),
        ]
    )
    assert found == {
        "load.requests": Metric(4, "1"),
        "load.blocked": Metric(2, "1"),
        "load.blocking": Metric(0.5, "ratio"),
    }
