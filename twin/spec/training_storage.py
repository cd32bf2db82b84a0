"""What a training reads, writes, loses and waits for: its data set, checkpoints, failures and slow servers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from twin.spec import job_size
from twin.spec.document import Document, Path_
from twin.spec.job_files import CheckpointFile, ReadsFile
from twin.spec.server_names import ServerNames
from twin.spec.training import TrainingFile
from twin.workloads.replication import Checkpoint
from twin.workloads.scenario import Training
from twin.workloads.storage import Reads
from twin.workloads.training import training_graph


def add(training: Training, file: TrainingFile, names: ServerNames, document: Document, path: Path_) -> Training:
    """``training`` with what ``file`` says of storage and failures. Raises ``BadInput``."""
    for server in file.slow:
        if server not in training.servers:
            allowed = f"this training's servers: {', '.join(training.servers[:12])}"
            raise document.bad((*path, "slow", server), f"found {server!r}", allowed)
    found = replace(training, slow=tuple(file.slow.items()))
    if file.reads is not None:
        found = replace(found, reads=_reads(file.reads, names, (*path, "reads")))
    if file.checkpoint is not None:
        checkpoint = _checkpoint(training, file.checkpoint, names, document, (*path, "checkpoint"))
        found = replace(found, checkpoint=checkpoint)
    if file.failures is not None:
        times = file.failures.at
        for i, (before, after) in enumerate(pairwise(times), start=1):
            if after <= before:
                where = (*path, "failures", "at", i)
                raise document.bad(where, f"found {after:g} s after {before:g} s", "times in order")
        found = replace(found, failures_s=tuple(times), restart_s=file.failures.restart)
    if found.is_one_job and found.warmup:
        found_text = "found a warm-up of a training with storage or failures, of which the first rounds are a part"
        raise document.bad((*path, "warmup"), found_text, "0", "remove it")
    if found.is_one_job:
        sites: dict[str, list[int]] = {}
        for rank, server in enumerate(found.servers):
            sites.setdefault(names.site_of[server], []).append(rank)
        job_size.check(found.rounds * len(training_graph(found, list(sites.values())).steps), document, path)
    return found


def _reads(file: ReadsFile, names: ServerNames, path: Path_) -> Reads:
    storage = names.listed(file.storage, (*path, "storage"))
    return Reads(storage, file.size, file.block, file.read_ahead, file.rate or 0.0)


def _checkpoint(
    training: Training, file: CheckpointFile, names: ServerNames, document: Document, path: Path_
) -> Checkpoint:
    if (file.size is None) == (file.per_parameter is None):
        found = "neither a size nor bytes per parameter" if file.size is None else "a size and bytes per parameter"
        remedy = "as in 'size: 14 GB' or 'per_parameter: 14 B'"
        raise document.bad(path, f"found {found}", "one of them", remedy)
    if file.per_parameter is not None and not training.parameters:
        found = f"found bytes per parameter, but 'parallel: {training.parallel}' has no parameters"
        raise document.bad((*path, "per_parameter"), found, "", "write 'size: 14 GB' in its place")
    size_bytes = file.size or training.parameters * (file.per_parameter or 0)
    if size_bytes < len(training.servers):
        raise document.bad(path, f"found {size_bytes} bytes", f"{len(training.servers)} B or more, one for each server")
    if file.every > training.rounds:
        raise document.bad((*path, "every"), f"found {file.every}", f"the rounds, {training.rounds}, or less")
    storage = names.listed(file.to, (*path, "to"))
    return Checkpoint(storage, size_bytes, file.every, file.mode == "blocking")
