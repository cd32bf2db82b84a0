"""Reads from remote storage: a request, the storage's own time, and a block back, so many blocks ahead of their use.

A block is asked for as soon as the one ``read_ahead`` before it is in use; with 0, once the one before it has been
used. One reader alone can take at most (read_ahead x block) / (RTT + block/B) from far away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from twin.workloads.job import BEGINNING, Job, JobBuilder

#: Size of a request for a block, bytes. Assumed: an NFS READ call with its headers.
REQUEST_BYTES: Final = 128


@dataclass(frozen=True)
class StorageReads:
    """``readers`` read ``blocks`` blocks each, reader i from storage server i modulo their number, and use each for
    ``compute_s``. ``rate_bps`` bounds what the storage hands to one reader (0: the network alone does)."""

    name: str
    start_s: float
    readers: tuple[str, ...]
    storage: tuple[str, ...]
    block_bytes: int
    blocks: int
    read_ahead: int
    compute_s: float
    rate_bps: float = 0.0
    congestion: str = "cubic"
    port: int = 7000
    kind: str = "storage"


@dataclass(frozen=True)
class Reads:
    """What every server of a training reads for each round: ``size_bytes`` in blocks, ``read_ahead`` rounds ahead."""

    storage: tuple[str, ...]
    size_bytes: int
    block_bytes: int
    read_ahead: int
    rate_bps: float = 0.0


class ReadStream:
    """One reader's blocks from one storage server, in order."""

    def __init__(self, builder: JobBuilder, reader: int, storage: str, rate_bps: float) -> None:
        self._builder = builder
        self._reader = reader
        self._storage = builder.rank(storage)
        self._rate_bps = rate_bps
        self._served: tuple[int, ...] = ()

    def block(self, size_bytes: int, after: Iterable[int]) -> int:
        """Ask for a block after ``after``; returns the step with which it is there."""
        asked = self._builder.message(self._reader, self._storage, REQUEST_BYTES, after)
        seconds = 8 * size_bytes / self._rate_bps if self._rate_bps else 0.0
        self._served = (self._builder.compute(self._storage, seconds, (asked, *self._served)),)
        return self._builder.message(self._storage, self._reader, size_bytes, self._served)


def job_of(reads: StorageReads) -> Job:
    """All readers, independent of each other."""
    builder = JobBuilder()
    for number, server in enumerate(reads.readers):
        _reader(builder, reads, builder.rank(server), reads.storage[number % len(reads.storage)])
    return builder.job()


def _reader(builder: JobBuilder, reads: StorageReads, reader: int, storage: str) -> None:
    stream = ReadStream(builder, reader, storage, reads.rate_bps)
    begun: list[int] = []
    used: tuple[int, ...] = ()
    for number in range(reads.blocks):
        ahead = number - reads.read_ahead
        asking = used if reads.read_ahead == 0 else (begun[ahead],) if ahead >= 0 else ()
        there = stream.block(reads.block_bytes, asking)
        begun.append(builder.compute(reader, 0.0, (there, *used)))
        used = (builder.compute(reader, reads.compute_s, (begun[-1],)),)
        builder.span("block", asking[0] if asking else BEGINNING, there)
