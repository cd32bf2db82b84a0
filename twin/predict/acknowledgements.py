"""Acknowledgements that wait behind the other direction's data: what two-way traffic costs windows.

::

    window of A   |########|  wait  |########|        A and B send a window each into the queue before a narrow link;
    window of B   |########|  wait  |########|        B's answers to A leave only when B's own queue is empty, and
                  0       W/C      W/C + d            then take the delay d back

So a link that both directions keep busy works for W/C of every W/C + d. It happens only where the queue is in the
network: a sender whose own cable is its bottleneck keeps no queue there (TCP small queues).
"""

from __future__ import annotations

from collections.abc import Iterable

from twin.predict.channel import Channel
from twin.predict.directions import Direction, Path


def answers_wait(back: Path, others: Iterable[Channel], directions: list[Direction]) -> bool:
    """Does what comes ``back`` stand in a queue that one of ``others`` keeps filled?"""
    way = set(back.directions)
    return any(
        not way.isdisjoint(_queues(path, directions))
        for other in others
        if other.sending or other.waits
        for path in other.paths or ()
    )


def _queues(path: Path, directions: list[Direction]) -> list[int]:
    """The narrowest direction of ``path``, where a queue stands before it in the network."""
    limited = [number for number in path.directions if directions[number].rate_bps is not None]
    if not limited:
        return []
    narrowest = min(limited, key=lambda number: directions[number].rate_bps or 0.0)
    first = directions[limited[0]].rate_bps or 0.0
    return [narrowest] if (directions[narrowest].rate_bps or 0.0) < first else []
