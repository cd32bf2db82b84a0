"""Copies over distance: a data set or a checkpoint, from servers to servers, once or every so often.

A checkpoint holds 14 to 16 bytes per parameter: with Adam in mixed precision the weights (2, bf16), a master copy and
two moments (3 x 4), and the gradients (2) where they are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.workloads.collectives import split
from twin.workloads.job import Job, JobBuilder


@dataclass(frozen=True)
class Replication:
    """``size_bytes`` from ``sources``, an equal share each, over ``streams`` connections each; share i goes to target i
    modulo their number. It is done ``copies`` times: copy k begins ``k x every_s`` after the first, or when the one
    before it has ended, if that is later."""

    name: str
    start_s: float
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    size_bytes: int
    streams: int = 1
    copies: int = 1
    every_s: float = 0.0
    congestion: str = "cubic"
    port: int = 7000
    kind: str = "replication"


@dataclass(frozen=True)
class Checkpoint:
    """A training's state, ``size_bytes`` in all and an equal share on each server (as with sharded optimisers), written
    after every ``every`` rounds. ``blocking``: training goes on once all of it is written; otherwise at once, from a
    snapshot that takes no time. One is written after the other."""

    storage: tuple[str, ...]
    size_bytes: int
    every: int
    blocking: bool = False


def job_of(replication: Replication) -> Job:
    """One message for each stream of each copy."""
    builder = JobBuilder()
    first = builder.rank(replication.sources[0])
    pairs: list[tuple[int, int, int]] = []
    for number, share in enumerate(split(replication.size_bytes, len(replication.sources))):
        target = replication.targets[number % len(replication.targets)]
        for part in split(share, replication.streams):
            pairs.append((builder.rank(replication.sources[number]), builder.rank(target), part))
    done: tuple[int, ...] = ()
    for copy in range(replication.copies):
        due = builder.compute(first, copy * replication.every_s, ())
        begin = builder.compute(first, 0.0, (due, *done))
        parts = [builder.message(source, target, size, (begin,)) for source, target, size in pairs]
        done = (builder.compute(first, 0.0, parts),)
        builder.span("copy", begin, done[0])
    return builder.job()
