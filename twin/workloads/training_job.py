"""Training rounds as one graph, with what runs across them: batches read ahead, and checkpoints in the background.

::

    round 0 | round 1 | round 2 | round 3 | ...      a barrier between rounds, as where each is played by itself
      read 2    read 3    read 4                      each batch ``read_ahead`` rounds before its use
                      |__ checkpoint ___|             the state after round 1; ``blocking``: round 2 waits for it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.workloads.collectives import split
from twin.workloads.job import BEGINNING, Job, JobBuilder
from twin.workloads.replication import Checkpoint
from twin.workloads.scenario import Training
from twin.workloads.storage import Reads, ReadStream
from twin.workloads.training import After, add_round


@dataclass(frozen=True)
class Stretch:
    """Rounds of a training from ``first`` on. ``ready`` is the step after which the first begins; ``rounds`` and
    ``checkpoints`` are (first step, last step, rounds done by then)."""

    job: Job
    first: int
    ready: int
    rounds: tuple[tuple[int, int, int], ...]
    checkpoints: tuple[tuple[int, int, int], ...]


def stretch(training: Training, sites: Sequence[Sequence[int]], first: int = 0) -> Stretch:
    """The rounds from ``first`` on; where that is not 0 the state of then is read back before."""
    builder = _Builder(training, sites)
    if first:
        builder.restore()
    ready = builder.barrier
    for number in range(first, training.rounds):
        builder.round(number)
    return Stretch(builder.graph.job(), first, ready, tuple(builder.rounds), tuple(builder.checkpoints))


class _Builder:
    """Adds rounds; ``barrier`` is the step for which the next one waits."""

    def __init__(self, training: Training, sites: Sequence[Sequence[int]]) -> None:
        self.training = training
        self.sites = sites
        self.graph = JobBuilder()
        self.ranks = [self.graph.rank(server) for server in training.servers]
        self.barrier = BEGINNING
        self.rounds: list[tuple[int, int, int]] = []
        self.checkpoints: list[tuple[int, int, int]] = []
        reads = training.reads
        self._batches = [] if reads is None else [_Batches(self.graph, rank, rank, reads) for rank in self.ranks]
        self._writer = None if training.checkpoint is None else _Writer(self.graph, self.ranks, training.checkpoint)

    def restore(self) -> None:
        """Every rank reads back its share of the checkpoint."""
        checkpoint = self.training.checkpoint
        assert checkpoint is not None
        shares = split(checkpoint.size_bytes, len(self.ranks))
        back = [
            ReadStream(self.graph, rank, _turn(checkpoint.storage, rank), 0.0).block(share, ())
            for rank, share in zip(self.ranks, shares, strict=True)
        ]
        self.barrier = self.graph.compute(self.ranks[0], 0.0, back)

    def round(self, number: int) -> None:
        """Batches, computing and exchange, and a checkpoint where one is due."""
        waits = () if self.barrier == BEGINNING else (self.barrier,)
        after: After = dict.fromkeys(self.ranks, waits)
        for rank, batches in zip(self.ranks, self._batches, strict=False):
            after[rank] = (batches.take(self.barrier),)
        since = self.graph.count
        add_round(self.graph, self.training, self.sites, after)
        done = self.graph.join(self.ranks[0], since)
        self.rounds.append((self.barrier, done, number + 1))
        self.barrier = done
        checkpoint = self.training.checkpoint
        if self._writer is not None and checkpoint is not None and (number + 1) % checkpoint.every == 0:
            written = self._writer.write(done)
            self.checkpoints.append((done, written, number + 1))
            self.barrier = written if checkpoint.blocking else done


class _Batches:
    """One rank's batches, one for each round, in order."""

    def __init__(self, graph: JobBuilder, rank: int, number: int, reads: Reads) -> None:
        self._graph = graph
        self._rank = rank
        self._reads = reads
        self._stream = ReadStream(graph, rank, _turn(reads.storage, number), reads.rate_bps)
        self._taken: list[int] = []

    def take(self, barrier: int) -> int:
        """The step with which the next round's batch is there, and every rank has come to ``barrier``."""
        graph, reads = self._graph, self._reads
        waits = () if barrier == BEGINNING else (barrier,)
        ahead = len(self._taken) - reads.read_ahead
        asking = waits if reads.read_ahead == 0 else (self._taken[ahead],) if ahead >= 0 else ()
        whole, rest = divmod(reads.size_bytes, reads.block_bytes)
        sizes = [reads.block_bytes] * whole + [rest] * bool(rest)
        there = [self._stream.block(size, asking) for size in sizes]
        taken = graph.compute(self._rank, 0.0, (*there, *waits))
        graph.span("read", asking[0] if asking else BEGINNING, there[-1])
        graph.span("read_wait", barrier, taken)
        self._taken.append(taken)
        return taken


class _Writer:
    """Writes checkpoints, one after the other."""

    def __init__(self, graph: JobBuilder, ranks: Sequence[int], checkpoint: Checkpoint) -> None:
        self._graph = graph
        self._ranks = ranks
        self._sinks = [graph.rank(_turn(checkpoint.storage, rank)) for rank in ranks]
        self._shares = split(checkpoint.size_bytes, len(ranks))
        self._written: tuple[int, ...] = ()

    def write(self, state: int) -> int:
        """Write the state after step ``state``; returns the step with which all of it is there."""
        pairs = zip(self._ranks, self._sinks, self._shares, strict=True)
        parts = [self._graph.message(rank, sink, share, (state, *self._written)) for rank, sink, share in pairs]
        self._written = (self._graph.compute(self._sinks[0], 0.0, parts),)
        self._graph.span("checkpoint", state, self._written[0])
        return self._written[0]


def _turn(servers: Sequence[str], number: int) -> str:
    return servers[number % len(servers)]
