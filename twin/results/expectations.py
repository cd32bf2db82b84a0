"""An experiment's expectations against its metrics."""

from __future__ import annotations

from collections.abc import Iterable

from twin.results.document import Metrics, Verdict
from twin.workloads.scenario import Expectation


def judge(expectations: Iterable[Expectation], metrics: Metrics) -> tuple[Verdict, ...]:
    """One verdict for each expectation, in order. A metric that does not exist fails, with ``got`` None."""
    return tuple(_verdict(expectation, metrics) for expectation in expectations)


def _verdict(expectation: Expectation, metrics: Metrics) -> Verdict:
    metric = metrics.get(expectation.metric)
    if metric is None:
        return Verdict(expectation.metric, expectation.text, None, ok=False)
    low = expectation.minimum is None or metric.value >= expectation.minimum
    high = expectation.maximum is None or metric.value <= expectation.maximum
    return Verdict(expectation.metric, expectation.text, metric.value, ok=low and high)
