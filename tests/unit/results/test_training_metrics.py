"""Step time and what it is made of."""

from __future__ import annotations

import pytest

from twin.results.document import Metric
from twin.results.event import Event
from twin.results.outcome import Iteration, TrainingRecord
from twin.results.training_metrics import training_metrics


def record(times: list[tuple[float, float]], **more: float) -> TrainingRecord:
    iterations = tuple(Iteration(i, start_s, time_s) for i, (start_s, time_s) in enumerate(times))
    values = {"steps": 2, "compute_s": 0.1, "ideal_s": 0.25, "tokens": 3000} | more
    return TrainingRecord("training", 0.0, 4, len(times), iterations=iterations, **values)  # type: ignore[arg-type]


def test_a_round_of_two_steps() -> None:
    assert training_metrics("w", record([(0.0, 0.4), (1.0, 0.6)]), []) == {
        "w.rounds": Metric(2, "1"),
        "w.step_time": Metric(pytest.approx(0.25), "s"),
        "w.step_time_min": Metric(pytest.approx(0.2), "s"),
        "w.step_time_max": Metric(pytest.approx(0.3), "s"),
        "w.exposed": Metric(pytest.approx(0.125), "s"),
        "w.idle": Metric(pytest.approx(0.6), "ratio"),
        "w.slowdown": Metric(pytest.approx(2.0), "1"),
        "w.tokens_rate": Metric(pytest.approx(6000.0), "tokens/s"),
    }


def test_phases_of_a_fault() -> None:
    events = [
        Event(1.0, "timeline", "fibre-cut", {"fibre": "f"}),
        Event(2.0, "timeline", "fibre-repaired", {"fibre": "f"}),
    ]
    found = training_metrics("w", record([(0.0, 0.4), (1.0, 0.6), (2.0, 0.5)]), events)
    phases = [found[f"w.step_time_{phase}"].value for phase in ("before", "during", "after")]
    assert phases == pytest.approx([0.2, 0.3, 0.25])


def test_nothing_done_is_no_metric_but_the_count() -> None:
    assert training_metrics("w", record([]), []) == {"w.rounds": Metric(0, "1")}
