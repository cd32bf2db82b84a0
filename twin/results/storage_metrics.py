"""What a training's storage, failures and slowest servers cost it.

::

    W.waited_for.SERVER     how long others stood still per round because SERVER was computing, added up; a server
                            that only they read from counts as the network
    W.waited_for_network    how long servers stood still per round for the network, added up
    W.time                  from the beginning to the end of the last round: with storage or failures only
    W.read  W.read_wait     a batch, from asking for it to having it; how much of that a server stood still
    W.checkpoint            from the state that it keeps to its last byte's arrival; all three with percentiles
    W.failures  W.lost_work     how many, and the work done since the checkpoints that it went back to, s in all
    W.downtime              from failures to going on: restart and reading back, s in all
    W.useful                share of W.time that is neither lost work nor downtime
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from twin.results.document import Metric, Metrics
from twin.results.outcome import TrainingRecord
from twin.results.percentiles import spread

#: With more servers than this nobody is told of by name.
NAMED_UP_TO: Final = 16


def storage_metrics(name: str, servers: Sequence[str], record: TrainingRecord) -> Metrics:
    """The metrics of one training on ``servers`` beyond its steps."""
    found = _waits(name, servers, record)
    for span in dict.fromkeys(span.name for span in record.spans):
        found |= spread(f"{name}.{span}", [timed.time_s for timed in record.spans if timed.name == span], "s")
    if record.begin_s is None:
        return found
    time_s: float | None = None
    if record.iterations and len(record.iterations) >= record.planned:
        time_s = max(iteration.end_s for iteration in record.iterations) - record.begin_s
        found[f"{name}.time"] = Metric(time_s, "s")
    if record.planned_failures:
        found |= _failures(name, record, time_s)
    return found


def _failures(name: str, record: TrainingRecord, time_s: float | None) -> Metrics:
    lost_s = sum(failure.lost_s for failure in record.failures)
    down_s = sum(failure.down_s or 0.0 for failure in record.failures)
    found = {
        f"{name}.failures": Metric(len(record.failures), "1"),
        f"{name}.lost_work": Metric(lost_s, "s"),
        f"{name}.downtime": Metric(down_s, "s"),
    }
    if time_s:
        found[f"{name}.useful"] = Metric(1 - (lost_s + down_s) / time_s, "ratio")
    return found


def _waits(name: str, servers: Sequence[str], record: TrainingRecord) -> Metrics:
    rounds = record.rounds_played
    if not rounds:
        return {}
    found: Metrics = {}
    for server in servers if len(servers) <= NAMED_UP_TO else ():
        seconds = sum(s for _waiting, other, s in record.waits if other == server)
        found[f"{name}.waited_for.{server}"] = Metric(seconds / rounds, "s")
    network_s = sum(s for _waiting, other, s in record.waits if not other)
    found[f"{name}.waited_for_network"] = Metric(network_s / rounds, "s")
    return found
