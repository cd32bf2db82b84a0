"""The shape of an experiment file. ``experiments/three-sites-cut.yaml`` shows it with comments."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from twin.spec.base import Interval, Model, Moment, Name, Pair, Size, all_or_list, one_or_list, shorthand
from twin.spec.control_channel import CircuitLoadFile, ControlChannelFile
from twin.spec.controller import ControllerOrText
from twin.spec.job_files import FlowsFile, InferenceFile, RemotingFile, ReplicationFile, StorageFile
from twin.spec.quantity import Measure, MeasureRule, Quantity
from twin.spec.trace import TraceFile
from twin.spec.training import TrainingFile

#: Stand for the words ``on-request`` and ``when-done``.
ON_REQUEST: Final = -1.0
WHEN_DONE: Final = -1.0

Start = Annotated[float, Quantity("time", 0.0, 86400.0, {"on-request": ON_REQUEST})]
Congestion = Literal["cubic", "reno", "bbr", "dctcp"]


class CircuitFile(Model):
    """A wanted circuit; ``pair`` is the short form ``a-b``."""

    between: Pair | None = None
    name: Name | None = None
    tenant: Name | None = Field(default=None, examples=["alice"])
    protection: Literal["none", "restoration", "1:1", "1+1"] = "restoration"
    disjoint: Literal["fibre", "site", "shared-risk"] = "shared-risk"
    revert: bool = True
    wait_to_restore: Annotated[float, Quantity("time", 0.0, 86400.0)] = 0.0
    reconfigure: Literal["make-before-break", "break-before-make"] = "make-before-break"
    path: Literal["delay", "hops"] = "delay"
    max_delay: Annotated[float, Quantity("time", 1e-6, 10.0)] | None = None
    capacity: Annotated[float, Quantity("rate", 0.0, 1.6e12)] = 0.0
    avoid: list[str] = Field(default=[])
    through: list[str] = Field(default=[])
    channel: int | None = Field(default=None, ge=1, le=96)
    restore_within: Annotated[float, Quantity("time", 1e-3, 86400.0)] = 3600.0
    pair: str | None = Field(default=None, exclude=True)


CircuitOrPair = Annotated[CircuitFile, shorthand("pair", str)]


class AllReduceFile(Model):
    """An all-reduce over real TCP sockets."""

    kind: Literal["allreduce"]
    start: Start = 0.0
    servers: Annotated[list[str], all_or_list()] = Field(default=["all"])
    size: Size = Field(examples=["32 MiB"])
    algorithm: Literal["ring", "hierarchical"] = "ring"
    schedule: Literal["lock-step", "pipelined"] = "pipelined"
    chunks: int = Field(default=8, ge=1, le=1024)
    iterations: int = Field(default=1, ge=1, le=1_000_000)
    warmup: int = Field(default=0, ge=0, le=1_000_000)
    every: Annotated[float, Quantity("time", 0.0, 3600.0)] = 0.0
    congestion: Congestion = "cubic"


class CollectiveFile(Model):
    """Any other collective, over real TCP sockets; or an all-reduce over trees."""

    kind: Literal["collective"]
    start: Start = 0.0
    operation: Literal["reduce-scatter", "all-gather", "broadcast", "all-to-all", "tree-all-reduce"] = Field(
        examples=["all-gather"]
    )
    servers: Annotated[list[str], all_or_list()] = Field(default=["all"])
    size: Size = Field(examples=["32 MiB"])
    chunks: int = Field(default=8, ge=1, le=1024)
    iterations: int = Field(default=1, ge=1, le=1_000_000)
    warmup: int = Field(default=0, ge=0, le=1_000_000)
    every: Annotated[float, Quantity("time", 0.0, 3600.0)] = 0.0
    congestion: Congestion = "cubic"


class PacketsFile(Model):
    """Probe packets, one every ``every``."""

    kind: Literal["packets"]
    start: Start = 0.0
    from_: str = Field(alias="from", examples=["tokyo-1"])
    to: str = Field(examples=["osaka-1"])
    header: Literal["rocev2", "rtp"] = "rocev2"
    count: int = Field(ge=1, le=10_000_000, examples=["1000"])
    every: Interval = 1e-3
    size: Annotated[int, Quantity("size", 64, 65535, whole=True)] = 256


class Iperf3File(Model):
    """One iperf3 client and server; exactly one of ``size`` and ``duration``."""

    kind: Literal["iperf3"]
    start: Start = 0.0
    from_: str = Field(alias="from", examples=["tokyo-1"])
    to: str = Field(examples=["osaka-1"])
    protocol: Literal["tcp", "udp"] = "tcp"
    size: Size | None = None
    duration: Annotated[float, Quantity("time", 0.0, 86400.0)] | None = None
    rate: Annotated[float, Quantity("rate", 1e3, 1.6e12)] | None = None
    streams: int = Field(default=1, ge=1, le=128)
    congestion: Congestion | None = None


WorkloadFile = Annotated[
    AllReduceFile
    | CollectiveFile
    | PacketsFile
    | Iperf3File
    | TrainingFile
    | TraceFile
    | FlowsFile
    | InferenceFile
    | RemotingFile
    | StorageFile
    | ReplicationFile,
    Field(discriminator="kind"),
]


class ReconfigureFile(Model):
    """Circuits to give back, by name, circuits of which something else is asked, and then circuits to ask for."""

    release: list[str] = Field(default=[])
    change: list[CircuitFile] = Field(default=[])
    request: list[CircuitOrPair] = Field(default=[])


class EntryFile(Model):
    """One entry of the timeline: a time and one thing to do."""

    at: Moment = Field(examples=["2 s"])
    cut: str | None = None
    repair: str | None = None
    degrade: str | None = Field(default=None, examples=["amplifier tokyo-osaka.3 by 3 dB", "fibre tokyo-osaka by 2 dB"])
    drift: str | None = Field(default=None, examples=["amplifier tokyo-osaka.3 by 3 dB over 2 s"])
    reconfigure: ReconfigureFile | None = None
    rewire: ReconfigureFile | None = None
    start: str | None = None
    stop: str | None = None
    controller: Literal["kill", "start"] | None = None
    announce: Annotated[list[str], one_or_list()] | None = Field(default=None, examples=["train"])


class ExpectationFile(Model):
    """One metric and one bound."""

    metric: str = Field(min_length=1, examples=["probe.outage"])
    below: Annotated[Measure, MeasureRule()] | None = None
    above: Annotated[Measure, MeasureRule()] | None = None
    within: list[Annotated[Measure, MeasureRule()]] | None = None
    equals: Annotated[Measure, MeasureRule()] | None = None
    tolerance: Annotated[float, Quantity("ratio", 0.0, 1.0)] | None = None


class ExperimentFile(Model):
    """A whole experiment file."""

    name: Name = Field(examples=["three-sites-cut"])
    topology: str = Field(examples=["../topologies/three-sites.yaml"])
    controller: ControllerOrText = Field(examples=["optical_circuit"])
    seed: int = Field(default=1, ge=0, lt=2**31)
    circuits: Annotated[list[CircuitOrPair], all_or_list()] = Field(default=[])
    workloads: dict[Name, WorkloadFile] = Field(default={})
    timeline: list[EntryFile] = Field(default=[])
    circuit_load: CircuitLoadFile | None = None
    control_channel: ControlChannelFile | None = None
    expect: list[ExpectationFile] = Field(default=[])
    sample: Annotated[float, Quantity("time", 1e-4, 3600.0)] = 10e-3
    telemetry: Annotated[float, Quantity("time", 1e-3, 3600.0)] = 0.1
    end: Annotated[float, Quantity("time", 1e-3, 86400.0, {"when-done": WHEN_DONE})] = WHEN_DONE
    timeout: Annotated[float, Quantity("time", 1.0, 86400.0)] = 300.0
