"""The shapes of workloads that are jobs: flows, inference, remote GPUs, storage and copies. ``docs/workloads.md`` says
what each key means."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from twin.spec.base import Interval, Model, Rate, Size, all_or_list
from twin.spec.quantity import Quantity

Start = Annotated[float, Quantity("time", 0.0, 86400.0, {"on-request": -1.0})]
Congestion = Literal["cubic", "reno", "bbr", "dctcp"]
Seconds = Annotated[float, Quantity("time", 0.0, 3600.0)]
Servers = Annotated[list[str], all_or_list()]


class FlowsFile(Model):
    """Background traffic: flows of heavy-tailed sizes at random times."""

    kind: Literal["flows"]
    start: Start = 0.0
    from_: Servers = Field(alias="from", examples=["[tokyo-1, tokyo-2]"])
    to: Servers = Field(examples=["[osaka-1]"])
    flows: int = Field(ge=1, le=5000, examples=["200"])
    load: Annotated[float, Quantity("ratio", 1e-6, 2.0)] = Field(examples=["30 %"])
    link: str = Field(examples=["tokyo-osaka"])
    sizes: Literal["web-search", "data-mining", "pareto"] = "web-search"
    mean: Size | None = Field(default=None, examples=["100 kB"])
    shape: float | None = Field(default=None, gt=1.0, le=10.0, examples=["1.2"])
    largest: Size | None = None
    congestion: Congestion = "cubic"


class InferenceFile(Model):
    """Serving a language model, prefill and decode on servers of their own."""

    kind: Literal["inference"]
    start: Start = 0.0
    clients: Servers = Field(examples=["[tokyo-1]"])
    prefill: Servers = Field(examples=["[tokyo-2]"])
    decode: Servers = Field(examples=["[osaka-1]"])
    arrivals: str = "poisson"
    requests: int | None = Field(default=None, ge=1, le=10_000, examples=["50"])
    every: Interval | None = Field(default=None, examples=["50 ms"])
    prompt: int | None = Field(default=None, ge=1, le=10**7, examples=["1024"])
    output: int | None = Field(default=None, ge=1, le=10**6, examples=["64"])
    layers: int = Field(ge=1, le=10_000, examples=["32"])
    kv_heads: int = Field(ge=1, le=10_000, examples=["8"])
    head_size: int = Field(ge=1, le=100_000, examples=["128"])
    precision: Literal["fp32", "bf16", "fp16", "fp8"] = "bf16"
    prefill_time: Seconds = Field(examples=["50 us"])
    decode_time: Seconds | None = Field(default=None, examples=["20 ms"])
    parameters: int | None = Field(default=None, ge=1, le=10**14, examples=["8030000000"])
    memory_bandwidth: Annotated[float, Quantity("memory bandwidth", 1e9, 1e15)] | None = Field(
        default=None, examples=["3.35 TB/s"]
    )
    computing: Annotated[float, Quantity("computing", 1e9, 1e18)] | None = Field(default=None, examples=["989 Tflop/s"])
    slots: int = Field(default=8, ge=1, le=1000)
    kv_parts: int = Field(default=1, ge=1, le=1000)
    token_size: Size = 4
    congestion: Congestion = "cubic"


class RemotingFile(Model):
    """A program's calls to a GPU elsewhere."""

    kind: Literal["remoting"]
    start: Start = 0.0
    client: str = Field(examples=["tokyo-1"])
    gpu: str = Field(examples=["osaka-1"])
    calls: int = Field(ge=1, le=100_000, examples=["1000"])
    request: Size = Field(examples=["1 KiB"])
    response: Size = Field(examples=["256 B"])
    compute: Seconds = Field(examples=["50 us"])
    prepare: Seconds = 0.0
    depth: int = Field(default=1, ge=1, le=10_000)
    congestion: Congestion = "cubic"


class StorageFile(Model):
    """Blocks read from storage elsewhere, so many ahead of their use."""

    kind: Literal["storage"]
    start: Start = 0.0
    readers: Servers = Field(examples=["[tokyo-1, tokyo-2]"])
    storage: Servers = Field(examples=["[osaka-1]"])
    block: Size = Field(examples=["1 MiB"])
    blocks: int = Field(ge=1, le=100_000, examples=["200"])
    read_ahead: int = Field(default=8, ge=0, le=10_000)
    compute: Seconds = Field(examples=["1 ms"])
    rate: Rate | None = None
    congestion: Congestion = "cubic"


class ReplicationFile(Model):
    """A data set or a checkpoint copied elsewhere, once or every so often."""

    kind: Literal["replication"]
    start: Start = 0.0
    from_: Servers = Field(alias="from", examples=["[tokyo-1]"])
    to: Servers = Field(examples=["[osaka-1]"])
    size: Size | None = Field(default=None, examples=["10 GB"])
    parameters: int | None = Field(default=None, ge=1, le=10**14, examples=["1000000000"])
    per_parameter: Size = 14
    streams: int = Field(default=1, ge=1, le=256)
    copies: int = Field(default=1, ge=1, le=10_000)
    every: Annotated[float, Quantity("time", 0.0, 86400.0)] = 0.0
    congestion: Congestion = "cubic"


class ReadsFile(Model):
    """A training's data set, read over the network."""

    storage: Servers = Field(examples=["[osaka-1]"])
    size: Size = Field(examples=["8 MiB"])
    block: Size = 2**20
    read_ahead: int = Field(default=2, ge=0, le=10_000)
    rate: Rate | None = None


class CheckpointFile(Model):
    """A training's checkpoints."""

    to: Servers = Field(examples=["[osaka-1]"])
    every: int = Field(ge=1, le=1_000_000, examples=["100"])
    size: Size | None = Field(default=None, examples=["14 GB"])
    per_parameter: Size | None = None
    mode: Literal["blocking", "background"] = "background"


class FailuresFile(Model):
    """When a training breaks down, and how long it takes until it reads its checkpoint back."""

    at: list[Annotated[float, Quantity("time", 0.0, 86400.0)]] = Field(min_length=1, examples=["[10 s]"])
    restart: Seconds = Field(examples=["30 s"])
