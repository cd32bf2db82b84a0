"""What the lab measured: ``lab/outcome.json`` as values. Times are seconds after the experiment's zero."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class CircuitRecord:
    """One circuit as it was measured before zero, between a server of each site.

    ``rtt_s`` is None where no answer came back, and ``planned_rtt_s`` too where a site has no server to ask."""

    name: str
    rtt_s: float | None
    planned_rtt_s: float | None
    fibres: tuple[str, ...]
    channel: int | None = None


@dataclass(frozen=True)
class Iperf3Record:
    """What iperf3 reported; it reports nothing (all None) when it is stopped early.

    ``retransmits`` is None for UDP, ``lost_packets`` and ``packets`` for TCP."""

    kind: str
    start_s: float
    end_s: float | None = None
    sent_bytes: int | None = None
    received_bytes: int | None = None
    received_bps: float | None = None
    retransmits: int | None = None
    lost_packets: int | None = None
    packets: int | None = None


@dataclass(frozen=True)
class PacketsRecord:
    """Probes: ``received`` holds (sequence, sent at s, one-way delay s) of those that arrived; sequences from 0."""

    kind: str
    start_s: float
    interval_s: float
    sent: int
    received: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True)
class Iteration:
    """One measured all-reduce."""

    index: int
    start_s: float
    time_s: float

    @property
    def end_s(self) -> float:
        return self.start_s + self.time_s


#: What the longest chain of steps went to (twin/workloads/phases.py): what, server, server it goes to or "", s.
Phase = tuple[str, str, str, float]


@dataclass(frozen=True)
class AllReduceRecord:
    """The iterations of a collective that were done, of ``planned``; ``size_bytes`` is the collective's size,
    ``phases`` are over all iterations."""

    kind: str
    start_s: float
    ranks: int
    size_bytes: int
    iterations: tuple[Iteration, ...]
    planned: int
    operation: str = "all-reduce"
    phases: tuple[Phase, ...] = ()


@dataclass(frozen=True)
class TimedSpan:
    """What was timed: number ``index`` of those called ``name``, of ``parts`` equal parts."""

    name: str
    index: int
    begin_s: float
    end_s: float
    parts: int = 1

    @property
    def time_s(self) -> float:
        """The time of one part."""
        return (self.end_s - self.begin_s) / self.parts


@dataclass(frozen=True)
class JobRecord:
    """The spans of a job that ended, of ``planned``; ``begin_s`` is when its connections were there, and ``ideal_s``
    what it would take if messages took no time."""

    kind: str
    start_s: float
    begin_s: float | None
    planned: int
    ideal_s: float
    spans: tuple[TimedSpan, ...]


@dataclass(frozen=True)
class FailureRecord:
    """A failure of a training at ``at_s``: ``lost_s`` of work since the checkpoint that it went back to, the one after
    round ``back_to`` (0: the beginning), ``down_s`` until its rounds went on (None: they did not)."""

    at_s: float
    lost_s: float
    down_s: float | None
    back_to: int


@dataclass(frozen=True)
class TrainingRecord:
    """The rounds that were done, of ``planned``, each of ``steps`` steps on ``tokens`` tokens in all.

    ``compute_s`` is one step's computing on a server in the mean, ``ideal_s`` a round's time if messages took none.
    ``waits`` are (server that waits, server waited for or "" for the network, s) over all rounds, as are ``phases``.
    The rest is of trainings with storage or failures: ``begin_s`` is when the first round could begin,
    ``played`` how many rounds were done, those included that a failure made vain."""

    kind: str
    start_s: float
    ranks: int
    planned: int
    steps: int
    compute_s: float
    ideal_s: float
    tokens: int
    iterations: tuple[Iteration, ...]
    waits: tuple[tuple[str, str, float], ...] = ()
    phases: tuple[Phase, ...] = ()
    begin_s: float | None = None
    spans: tuple[TimedSpan, ...] = ()
    failures: tuple[FailureRecord, ...] = ()
    planned_failures: int = 0
    played: int = 0

    @property
    def rounds_played(self) -> int:
        """How many rounds ``waits`` are of."""
        return self.played or len(self.iterations)


WorkloadRecord = Iperf3Record | PacketsRecord | AllReduceRecord | TrainingRecord | JobRecord


@dataclass(frozen=True)
class QueueRecord:
    """One queue at the end of the run. ``kind`` is ``rate`` (a shaper's) or ``delay`` (a fibre's: never drops)."""

    link: str
    node: str
    kind: str
    dropped_packets: int
    max_backlog_bytes: int


@dataclass(frozen=True)
class OverflowRecord:
    """A queue that, in a prediction, cannot hold what is sent to it, from ``at_s`` on."""

    link: str
    node: str
    at_s: float


@dataclass(frozen=True)
class Outcome:
    """Everything the lab hands back.

    ``zero_s`` is the lab's monotonic clock at the experiment's zero, ``virtual_s`` the lab's time in all. ``late_s`` is
    how late the real clock's latest action came; None where the lab does not say. ``overflows`` are a prediction's."""

    ok: bool
    error: str | None
    zero_s: float
    virtual_s: float
    circuits: tuple[CircuitRecord, ...]
    workloads: dict[str, WorkloadRecord]
    queues: tuple[QueueRecord, ...]
    late_s: float | None = None
    overflows: tuple[OverflowRecord, ...] = ()

    @cached_property
    def circuit_by_name(self) -> dict[str, CircuitRecord]:
        return {circuit.name: circuit for circuit in self.circuits}
