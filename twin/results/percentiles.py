"""A handful of numbers for many times of one kind: their mean, percentiles and the longest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Final

from twin.results.document import Metric, Metrics

#: Which percentiles are told.
TOLD: Final = (50, 95, 99)


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of ``values`` that at least ``percent`` of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(math.ceil(percent / 100 * len(ordered)) - 1, 0)]


def spread(name: str, values: Sequence[float], unit: str) -> Metrics:
    """``NAME`` (the mean), ``NAME_p50``, ``_p95``, ``_p99``, ``_max``; nothing where there is nothing."""
    if not values:
        return {}
    found = {name: Metric(fmean(values), unit)}
    found |= {f"{name}_p{percent}": Metric(percentile(values, percent), unit) for percent in TOLD}
    return found | {f"{name}_max": Metric(max(values), unit)}
