"""The ``packets`` workload, predicted: each probe takes the delay of the path it meets, or is lost with it.

Probes are too small to matter to others, so that they are not channels: a log of the pair's paths over time says what
became of each.
"""

from __future__ import annotations

from typing import Any, Final

from twin.predict.directions import Path
from twin.predict.play import Process
from twin.predict.simulator import Simulator
from twin.workloads.scenario import Packets

#: How long a late probe may take before it counts as lost, as in the lab, s.
GRACE_S: Final = 1.0


def run(workload: Packets, simulator: Simulator, record: dict[str, Any]) -> Process:
    """One probe at a time; ``record`` holds what was sent and received so far whenever this is closed."""
    first_s = simulator.now_s
    sent: list[tuple[float, Path | None]] = []
    record |= {"kind": "packets", "start_s": first_s, "interval_s": workload.interval_s, "sent": 0, "received": []}
    version, path = -1, None
    try:
        for sequence in range(workload.count):
            yield first_s + sequence * workload.interval_s
            if version != simulator.forwarding.version:
                version = simulator.forwarding.version
                path = simulator.forwarding.path(workload.source, workload.destination)
            sent.append((simulator.now_s, path))
        yield simulator.now_s + GRACE_S
    finally:
        record["sent"] = len(sent)
        record["received"] = [
            [sequence, round(at_s, 9), round(path.delay_s, 9)]
            for sequence, (at_s, path) in enumerate(sent)
            if path is not None and at_s + path.delay_s <= simulator.now_s and not _lost(simulator, at_s, path)
        ]


def _lost(simulator: Simulator, sent_s: float, path: Path) -> bool:
    """Did light break off before what left at ``sent_s`` had passed?"""
    passed_s = sent_s
    for number in path.directions:
        passed_s += simulator.directions.all[number].delay_s
        if any(sent_s <= break_s < passed_s for break_s in simulator.breaks.get(number, ())):
            return True
    return False
