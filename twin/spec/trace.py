"""The workload ``trace``: the execution traces of a real job, one file for each rank."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from twin.spec.base import Model, all_or_list
from twin.spec.chakra_graph import read_traces
from twin.spec.document import Document, Path_
from twin.spec.quantity import Quantity
from twin.workloads.scenario import Trace

#: Stands for the number of the rank in the files' name.
RANK: Final = "{rank}"
#: How far a gap in the ranks is looked for.
MOST_RANKS: Final = 1024


class TraceFile(Model):
    """Chakra traces to play; ``files`` is a path with ``{rank}`` in it, from the experiment's folder."""

    kind: Literal["trace"]
    start: Annotated[float, Quantity("time", 0.0, 86400.0, {"on-request": -1.0})] = 0.0
    files: str = Field(examples=["../traces/job.{rank}.et"])
    servers: Annotated[list[str], all_or_list()] = Field(default=["all"])
    rounds: int = Field(default=1, ge=1, le=1_000_000)
    warmup: int = Field(default=0, ge=0, le=1_000_000)
    congestion: Literal["cubic", "reno", "bbr", "dctcp"] = "cubic"


def read(name: str, file: TraceFile, servers: list[str], port: int, document: Document, path: Path_) -> Trace:
    """The workload ``name``. Raises ``BadInput``; servers' names are checked by the caller."""
    if RANK not in file.files:
        raise document.bad((*path, "files"), f"found {file.files!r}", f"a path with {RANK} in it")
    folder = Path(document.source).parent
    paths: list[Path] = []
    while (one := _of(folder, file.files, len(paths))).is_file():
        paths.append(one)
    missing = _of(folder, file.files, len(paths))
    later = [rank for rank in range(len(paths) + 1, MOST_RANKS) if _of(folder, file.files, rank).is_file()]
    if later:
        found = f"found the traces of rank {later[0]} and of {len(paths)} before it; there is no file {missing}"
        raise document.bad((*path, "files"), found, "a file for each rank, from 0 on")
    if len(paths) < 2:
        found = f"found the traces of {len(paths)} ranks; there is no file {missing}"
        raise document.bad((*path, "files"), found, "2 or more, from rank 0")
    if file.servers == ["all"]:
        servers = servers[: len(paths)]
    if len(servers) != len(paths):
        found = f"found {len(servers)} servers for the traces of {len(paths)} ranks"
        raise document.bad((*path, "servers"), found, "as many of both")
    traces = read_traces(paths)
    return Trace(
        name=name,
        start_s=file.start,
        servers=tuple(servers),
        graph=traces.graph,
        files=str((folder / file.files).resolve()),
        rounds=file.rounds,
        warmup=file.warmup,
        congestion=file.congestion,
        port=port,
        rank_files=() if traces.files == tuple(range(len(paths))) else traces.files,
    )


def _of(folder: Path, files: str, rank: int) -> Path:
    return folder / files.replace(RANK, str(rank))
