"""What a training workload comes to, per step.

::

    step_time      computing  +  exposed: what waits for the network (a pipeline's bubble is computing's own fault)
    slowdown       step_time / what it would be if communication took no time
    idle           the share of step_time in which a server does not compute: 1 - compute / step_time
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from twin.results.document import Metric, Metrics
from twin.results.event import Event
from twin.results.outcome import TrainingRecord
from twin.results.phases import by_phase, find_trouble


def training_metrics(name: str, record: TrainingRecord, events: Sequence[Event]) -> Metrics:
    """The metrics of one training workload, over the rounds that were done."""
    found: Metrics = {f"{name}.rounds": Metric(len(record.iterations), "1")}
    times = [iteration.time_s / record.steps for iteration in record.iterations]
    if not times:
        return found
    step_s, ideal_s = fmean(times), record.ideal_s / record.steps
    found[f"{name}.step_time"] = Metric(step_s, "s")
    found[f"{name}.step_time_min"] = Metric(min(times), "s")
    found[f"{name}.step_time_max"] = Metric(max(times), "s")
    found[f"{name}.exposed"] = Metric(max(step_s - ideal_s, 0.0), "s")
    if step_s > 0:
        found[f"{name}.idle"] = Metric(max(1 - record.compute_s / step_s, 0.0), "ratio")
    if ideal_s > 0:
        found[f"{name}.slowdown"] = Metric(step_s / ideal_s, "1")
    if record.tokens and step_s > 0:
        found[f"{name}.tokens_rate"] = Metric(record.tokens / record.steps / step_s, "tokens/s")
    trouble = find_trouble(events)
    if trouble is not None:
        for phase, rounds in by_phase(trouble, record.iterations).items():
            mean_s = fmean(iteration.time_s for iteration in rounds) / record.steps
            found[f"{name}.step_time_{phase}"] = Metric(mean_s, "s")
    return found
