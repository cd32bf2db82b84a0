"""Remote access to a GPU: a program's calls cross the network one by one, as in GPU remoting (arXiv 2401.13354).

::

    client   prepare | request ---.                   .--- response | prepare | ...
    gpu                            `-> compute a call -'

With ``depth`` 1 a call waits for the answer to the one before it; with more, so many may be under way.
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.workloads.job import Job, JobBuilder


@dataclass(frozen=True)
class Remoting:
    """``calls`` calls of ``client`` to ``gpu``: ``prepare_s`` before each on the client, ``compute_s`` on the GPU."""

    name: str
    start_s: float
    client: str
    gpu: str
    calls: int
    request_bytes: int
    response_bytes: int
    compute_s: float
    prepare_s: float = 0.0
    depth: int = 1
    congestion: str = "cubic"
    port: int = 7000
    kind: str = "remoting"


def job_of(remoting: Remoting) -> Job:
    """The calls, in order; the GPU computes one at a time."""
    builder = JobBuilder()
    client, gpu = builder.rank(remoting.client), builder.rank(remoting.gpu)
    prepared: tuple[int, ...] = ()
    computed: tuple[int, ...] = ()
    answers: list[int] = []
    for call in range(remoting.calls):
        free = (answers[call - remoting.depth],) if call >= remoting.depth else ()
        prepared = (builder.compute(client, remoting.prepare_s, (*prepared, *free)),)
        asked = builder.message(client, gpu, remoting.request_bytes, prepared)
        computed = (builder.compute(gpu, remoting.compute_s, (asked, *computed)),)
        answers.append(builder.message(gpu, client, remoting.response_bytes, computed))
        builder.span("call", prepared[0], answers[-1])
    return builder.job()
