"""A training workload: which keys each kind of parallelism needs, takes and refuses."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from twin.spec.base import Model, all_or_list, missing
from twin.spec.document import Document, Path_
from twin.spec.job_files import CheckpointFile, FailuresFile, ReadsFile
from twin.spec.quantity import Quantity
from twin.workloads.scenario import Training
from twin.workloads.training import activation_bytes, dispatch_bytes, model_bytes

Parallel = Literal["data", "pipeline", "tensor", "experts", "local-steps"]
#: Bytes of one number.
PRECISION: Final = {"fp32": 4, "bf16": 2, "fp16": 2, "fp8": 1}

_BATCH: Final = {"batch", "sequence"}
_COLLECTIVE: Final = {"algorithm", "chunks"}
#: parallel -> (keys that it needs, keys that it takes besides)
KEYS: Final[dict[str, tuple[set[str], set[str]]]] = {
    "data": ({"parameters"}, {"buckets"} | _BATCH | _COLLECTIVE),
    "local-steps": ({"parameters", "local_steps"}, {"fragments"} | _BATCH | _COLLECTIVE),
    "pipeline": ({"hidden", "batch", "sequence"}, {"micro_batches"}),
    "tensor": ({"hidden", "layers", "batch", "sequence"}, _COLLECTIVE),
    "experts": ({"hidden", "layers", "batch", "sequence"}, {"top_k"}),
}
_ALL: Final = {key for needed, taken in KEYS.values() for key in needed | taken}


class TrainingFile(Model):
    """Training steps; which of the optional keys belong depends on ``parallel``."""

    kind: Literal["training"]
    start: Annotated[float, Quantity("time", 0.0, 86400.0, {"on-request": -1.0})] = 0.0
    servers: Annotated[list[str], all_or_list()] = Field(default=["all"])
    parallel: Parallel = Field(examples=["data"])
    compute: Annotated[float, Quantity("time", 0.0, 3600.0)] = Field(examples=["100 ms"])
    precision: Literal["fp32", "bf16", "fp16", "fp8"] = "bf16"
    parameters: int | None = Field(default=None, ge=1, le=10**14, examples=["1000000000"])
    layers: int | None = Field(default=None, ge=1, le=10_000, examples=["32"])
    hidden: int | None = Field(default=None, ge=1, le=10**6, examples=["4096"])
    batch: int | None = Field(default=None, ge=1, le=10**6, examples=["8"])
    sequence: int | None = Field(default=None, ge=1, le=10**7, examples=["2048"])
    buckets: int | None = Field(default=None, ge=1, le=1000)
    micro_batches: int | None = Field(default=None, ge=1, le=10_000)
    top_k: int | None = Field(default=None, ge=1, le=1000)
    local_steps: int | None = Field(default=None, ge=1, le=100_000, examples=["100"])
    fragments: int | None = Field(default=None, ge=1, le=1000)
    algorithm: Literal["ring", "hierarchical"] | None = None
    chunks: int | None = Field(default=None, ge=1, le=1024)
    rounds: int = Field(default=1, ge=1, le=1_000_000)
    warmup: int = Field(default=0, ge=0, le=1_000_000)
    congestion: Literal["cubic", "reno", "bbr", "dctcp"] = "cubic"
    slow: dict[str, Annotated[float, Quantity("ratio", 0.0, 100.0)]] = Field(default={}, examples=["{tokyo-2: 20 %}"])
    reads: ReadsFile | None = None
    checkpoint: CheckpointFile | None = None
    failures: FailuresFile | None = None


def read(name: str, file: TrainingFile, servers: list[str], port: int, document: Document, path: Path_) -> Training:
    """The workload ``name``. Raises ``BadInput``; servers' names are checked by the caller."""
    given = {key: value for key in _ALL if (value := getattr(file, key)) is not None}
    _check_keys(file, set(given), document, path)
    workload = Training(
        name=name,
        start_s=file.start,
        servers=tuple(servers),
        parallel=file.parallel,
        compute_s=file.compute,
        precision_bytes=PRECISION[file.precision],
        rounds=file.rounds,
        warmup=file.warmup,
        congestion=file.congestion,
        port=port,
        **given,
    )
    _check_parts(workload, document, path)
    _check_bytes(workload, document, path)
    return workload


def _check_keys(file: TrainingFile, given: set[str], document: Document, path: Path_) -> None:
    needed, taken = KEYS[file.parallel]
    for key in sorted(needed - given):
        raise missing(document, path, TrainingFile, key, f"'parallel: {file.parallel}'")
    for key in sorted(given - needed - taken):
        raise document.bad((*path, key), f"found a key that 'parallel: {file.parallel}' does not use", "", "remove it")


def _check_parts(workload: Training, document: Document, path: Path_) -> None:
    """What has to divide into what."""
    found: tuple[str, str, str] | None = None
    if workload.batch % workload.micro_batches:
        found = ("micro_batches", f"{workload.micro_batches}", f"a divisor of the batch, {workload.batch}")
    elif workload.fragments > 1 and 2 * workload.fragments > workload.local_steps:
        found = ("fragments", f"{workload.fragments}", f"at most half of local_steps, {workload.local_steps // 2}")
    elif workload.parallel == "experts" and workload.top_k > len(workload.servers):
        found = ("top_k", f"{workload.top_k}", f"the number of servers, {len(workload.servers)}, or less")
    if found is not None:
        raise document.bad((*path, found[0]), f"found {found[1]}", found[2])


def _check_bytes(workload: Training, document: Document, path: Path_) -> None:
    """Every message must have a byte at least."""
    each: dict[str, Any] = {
        "data": model_bytes(workload) // workload.buckets,
        "local-steps": model_bytes(workload) // workload.fragments,
        "pipeline": activation_bytes(workload),
        "tensor": activation_bytes(workload),
        "experts": dispatch_bytes(workload),
    }
    ranks = len(workload.servers)
    least = {"pipeline": 1, "experts": ranks}.get(workload.parallel, ranks * workload.chunks)
    if each[workload.parallel] < least:
        found = f"found {each[workload.parallel]} bytes to exchange at a time"
        raise document.bad(path, found, f"{least} B or more for {ranks} servers", "use a larger model or fewer parts")
