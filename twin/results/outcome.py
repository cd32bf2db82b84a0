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


@dataclass(frozen=True)
class AllReduceRecord:
    """The iterations of a collective that were done, of ``planned``; ``size_bytes`` is the collective's size."""

    kind: str
    start_s: float
    ranks: int
    size_bytes: int
    iterations: tuple[Iteration, ...]
    planned: int
    operation: str = "all-reduce"


@dataclass(frozen=True)
class TrainingRecord:
    """The rounds that were done, of ``planned``, each of ``steps`` steps on ``tokens`` tokens in all.

    ``compute_s`` is one step's computing on one server, ``ideal_s`` a round's time if communication took none."""

    kind: str
    start_s: float
    ranks: int
    planned: int
    steps: int
    compute_s: float
    ideal_s: float
    tokens: int
    iterations: tuple[Iteration, ...]


WorkloadRecord = Iperf3Record | PacketsRecord | AllReduceRecord | TrainingRecord


@dataclass(frozen=True)
class QueueRecord:
    """One queue at the end of the run. ``kind`` is ``rate`` (a shaper's) or ``delay`` (a fibre's: never drops)."""

    link: str
    node: str
    kind: str
    dropped_packets: int
    max_backlog_bytes: int


@dataclass(frozen=True)
class Outcome:
    """Everything the lab hands back.

    ``zero_s`` is the lab's monotonic clock at the experiment's zero, ``virtual_s`` the lab's time in all. ``late_s`` is
    how late the real clock's latest action came; None where the lab does not say."""

    ok: bool
    error: str | None
    zero_s: float
    virtual_s: float
    circuits: tuple[CircuitRecord, ...]
    workloads: dict[str, WorkloadRecord]
    queues: tuple[QueueRecord, ...]
    late_s: float | None = None

    @cached_property
    def circuit_by_name(self) -> dict[str, CircuitRecord]:
        return {circuit.name: circuit for circuit in self.circuits}
