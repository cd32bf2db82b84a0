"""What happens in one experiment, with all units resolved: ``workload.json``. Frozen; standard library only.

Times are seconds of the lab's clock after the experiment's zero, which comes once the network is up, the controller
has set up the circuits and the circuits' delays have been measured.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twin.workloads.flow_mix import FlowMix
from twin.workloads.graph import Graph
from twin.workloads.inference import Inference
from twin.workloads.northbound import Northbound
from twin.workloads.remoting import Remoting
from twin.workloads.replication import Checkpoint, Replication
from twin.workloads.storage import Reads, StorageReads


@dataclass(frozen=True)
class Circuit:
    """A wanted lightpath between a free transceiver of each of two sites.

    ``protection`` is ``none`` (waits for its own path), ``restoration`` (looks for another one), ``1:1`` or ``1+1``
    (has a second one, ``disjoint`` by ``fibre``, ``site`` or ``shared-risk``); ``revert``: it returns to a better path,
    ``wait_to_restore_s`` after the light is back.
    ``reconfigure`` is ``make-before-break`` or ``break-before-make``; ``path`` which paths are better, by ``delay`` or
    ``hops``. ``max_delay_s`` bounds its one-way delay over fibres, ``capacity_bps`` its rate from below. ``avoid`` and
    ``through`` name fibres, sites and groups of shared risk; ``channel`` is the only one that will do (None: any). A
    circuit that is not up within ``restore_within_s`` has failed."""

    name: str
    sites: tuple[str, str]
    protection: str = "restoration"
    disjoint: str = "shared-risk"
    revert: bool = True
    wait_to_restore_s: float = 0.0
    reconfigure: str = "make-before-break"
    path: str = "delay"
    max_delay_s: float | None = None
    capacity_bps: float = 0.0
    avoid: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    channel: int | None = None
    restore_within_s: float = 3600.0


@dataclass(frozen=True)
class Controller:
    """Who drives the switches; ``name`` is how the experiment calls it.

    One of ``app``, the path of an OpenFlow app's file, ``command``, a program's arguments, started in ``folder``, and
    ``address``, ``HOST:PORT`` of one that runs already. ``takes_requests``: it can be asked for circuits.
    ``northbound`` is its RESTCONF interface, if it has one; ``openflow_tls``: switches come to it by TLS."""

    name: str
    app: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    folder: str = ""
    address: str = ""
    takes_requests: bool = False
    northbound: Northbound | None = None
    openflow_tls: bool = False


@dataclass(frozen=True)
class Iperf3:
    """One iperf3 client and server. Exactly one of ``size_bytes`` and ``duration_s`` is set.

    ``protocol`` is ``tcp`` or ``udp``; ``rate_bps`` is the UDP target (required there); ``streams`` parallel flows."""

    name: str
    start_s: float
    source: str
    destination: str
    protocol: str = "tcp"
    size_bytes: int | None = None
    duration_s: float | None = None
    rate_bps: float | None = None
    streams: int = 1
    congestion: str = "cubic"
    port: int = 5201
    kind: str = "iperf3"


@dataclass(frozen=True)
class Packets:
    """Probe packets crafted by scapy: ``count`` of them, one every ``interval_s``.

    ``header`` is ``rocev2`` (UDP 4791 with a Base Transport Header) or ``rtp`` (UDP 5004); ``size_bytes`` is the IP
    packet's length."""

    name: str
    start_s: float
    source: str
    destination: str
    header: str
    count: int
    interval_s: float
    size_bytes: int = 256
    kind: str = "packets"


@dataclass(frozen=True)
class AllReduce:
    """A collective of ``size_bytes`` over ``servers``, repeated ``iterations`` times after ``warmup`` unmeasured ones.

    ``operation``: ``all-reduce``, ``reduce-scatter``, ``all-gather``, ``broadcast`` or ``all-to-all``;
    ``size_bytes`` is what each rank has in the end, or of a reduce-scatter or an all-to-all in the beginning.
    ``algorithm`` of an all-reduce: ``ring`` over all servers in order, ``tree`` (two binary trees, each for one half)
    or ``hierarchical`` (reduce-scatter within each site, ring over the sites, all-gather within each site).
    ``schedule``: ``lock-step`` (a step starts when the whole step before it arrived) or ``pipelined`` (each of
    ``chunks`` slices moves on as soon as it arrived). ``every_s``: an iteration starts at multiples of it, or at once
    when the one before it took longer; 0: back to back."""

    name: str
    start_s: float
    servers: tuple[str, ...]
    size_bytes: int
    algorithm: str = "ring"
    schedule: str = "pipelined"
    chunks: int = 8
    iterations: int = 1
    warmup: int = 0
    every_s: float = 0.0
    congestion: str = "cubic"
    port: int = 7000
    kind: str = "allreduce"
    operation: str = "all-reduce"


@dataclass(frozen=True)
class Training:
    """Training steps over ``servers``, one rank each, in rounds: a round is one step, or ``local_steps`` of them.

    ``parallel`` says how the model is divided: ``data`` (gradients all-reduced in ``buckets`` while the backward pass
    goes on), ``pipeline`` (a stage per server, ``micro_batches`` each way), ``tensor`` (4 all-reduces per layer),
    ``experts`` (4 all-to-alls per layer, each token to ``top_k`` experts) or ``local-steps`` (DiLoCo: every replica
    for itself, then one exchange of all parameters; with several ``fragments`` these are exchanged in turn while
    computing goes on). ``compute_s`` is what one step's computing takes on one server that never waits;
    ``batch`` sequences of ``sequence`` tokens go into a step of one replica; ``precision_bytes`` per number.
    ``slow`` are (server, how much longer it computes than the others, as a share).
    ``failures_s`` after its first round began it breaks down; ``restart_s`` later it reads its checkpoint back."""

    name: str
    start_s: float
    servers: tuple[str, ...]
    parallel: str
    compute_s: float
    parameters: int = 0
    precision_bytes: int = 2
    layers: int = 1
    hidden: int = 0
    batch: int = 1
    sequence: int = 0
    buckets: int = 1
    micro_batches: int = 1
    top_k: int = 1
    local_steps: int = 1
    fragments: int = 1
    algorithm: str = "ring"
    chunks: int = 8
    rounds: int = 1
    warmup: int = 0
    congestion: str = "cubic"
    port: int = 7000
    slow: tuple[tuple[str, float], ...] = ()
    reads: Reads | None = None
    checkpoint: Checkpoint | None = None
    failures_s: tuple[float, ...] = ()
    restart_s: float = 0.0
    kind: str = "training"

    @property
    def is_one_job(self) -> bool:
        """Whether something of it runs across rounds, so that all of them are one graph."""
        return self.reads is not None or self.checkpoint is not None or bool(self.failures_s)


@dataclass(frozen=True)
class Trace:
    """The execution traces of a job, file i on the i-th of ``servers``: ``graph``, played ``rounds`` times back to
    back. ``files`` says where it was read from, with ``{rank}`` in it; ``rank_files`` in which of them each rank was
    (nothing: rank i in file i)."""

    name: str
    start_s: float
    servers: tuple[str, ...]
    graph: Graph
    files: str
    rounds: int = 1
    warmup: int = 0
    congestion: str = "cubic"
    port: int = 7000
    rank_files: tuple[int, ...] = ()
    kind: str = "trace"


#: Kinds whose graph is played once, with what is timed in it.
JobWorkload = FlowMix | Inference | Remoting | StorageReads | Replication

Workload = Iperf3 | Packets | AllReduce | Training | Trace | JobWorkload


@dataclass(frozen=True)
class Action:
    """One entry of the timeline. ``do``: ``cut`` or ``repair`` a fibre or a packet link (``target`` its name),
    ``request``, ``change`` or ``release`` a circuit (``circuit``), ``start`` or ``stop`` a workload (``target`` its
    name), ``controller`` (``target`` is ``kill`` or ``start``), ``degrade`` an amplifier or ``attenuate`` a fibre by
    ``level_db`` from what was planned (0: as planned again), at once or steadily within ``over_s``, ``announce`` what
    ``workloads`` send until ``until_s`` (None: until they end) to the controller, ``rewire`` circuits in steps:
    ``release`` goes, ``circuits`` come."""

    at_s: float
    do: str
    target: str
    circuit: Circuit | None = None
    level_db: float | None = None
    over_s: float = 0.0
    workloads: tuple[str, ...] = ()
    until_s: float | None = None
    release: tuple[str, ...] = ()
    circuits: tuple[Circuit, ...] = ()


@dataclass(frozen=True)
class Expectation:
    """``metric`` must lie within ``minimum`` and ``maximum`` (base units; None: no bound). ``text`` is as written."""

    metric: str
    text: str
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class ControlChannel:
    """Between every switch and the controller: ``delay_s`` one way; ``loss`` is the share of messages whose segment is
    lost once, so that TCP sends it again."""

    delay_s: float = 0.0
    loss: float = 0.0


@dataclass(frozen=True)
class Scenario:
    """One experiment. A workload with ``start_s`` < 0 waits for a ``start`` on the timeline. The run ends at
    ``end_s``, or, where it is None, when every workload has ended."""

    schema: int
    name: str
    seed: int
    controller: Controller
    circuits: tuple[Circuit, ...]
    workloads: tuple[Workload, ...]
    timeline: tuple[Action, ...]
    expectations: tuple[Expectation, ...]
    sample_every_s: float
    end_s: float | None
    timeout_s: float
    telemetry_every_s: float = 0.1
    control_channel: ControlChannel | None = None
