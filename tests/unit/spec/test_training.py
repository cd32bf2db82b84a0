"""Training workloads: what each kind of parallelism needs, takes and refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twin.spec import LoadedExperiment
from twin.workloads.scenario import Training

SIX = ("a-1", "a-2", "b-1", "b-2", "c-1", "dark-1")


def test_data_parallel(load: Callable[..., LoadedExperiment]) -> None:
    text = """\
workloads:
  w: {kind: training, parallel: data, compute: 80 ms, parameters: 1000000, precision: fp32, buckets: 4, rounds: 2}
  next: {kind: allreduce, size: 1 MiB}
"""
    scenario = load(text).scenario
    assert scenario.workloads[0] == Training(
        "w", 0.0, SIX, "data", 0.08, parameters=10**6, precision_bytes=4, buckets=4, rounds=2, port=10_000
    )
    assert scenario.workloads[1].port == 10_100  # type: ignore[union-attr]


W = "kind: training, compute: 1 ms"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            f"{{{W}, parallel: data}}",
            "w: the key 'parameters' is missing; 'parallel: data' needs it, as in 'parameters: 1000000000'",
        ),
        (
            f"{{{W}, parallel: data, parameters: 1000, layers: 2}}",
            "w.layers: found a key that 'parallel: data' does not use; remove it",
        ),
        (
            f"{{{W}, parallel: pipeline, hidden: 8, batch: 4, sequence: 8, micro_batches: 3}}",
            "w.micro_batches: found 3; allowed: a divisor of the batch, 4",
        ),
        (
            f"{{{W}, parallel: local-steps, parameters: 1000, local_steps: 5, fragments: 3}}",
            "w.fragments: found 3; allowed: at most half of local_steps, 2",
        ),
        (
            f"{{{W}, parallel: experts, hidden: 8, layers: 1, batch: 1, sequence: 8, top_k: 7}}",
            "w.top_k: found 7; allowed: the number of servers, 6, or less",
        ),
        (
            f"{{{W}, parallel: data, parameters: 10, buckets: 2}}",
            "w: found 10 bytes to exchange at a time; allowed: 48 B or more for 6 servers; "
            "use a larger model or fewer parts",
        ),
        (
            f"{{{W}, parallel: data, parameters: 1000, algorithm: hierarchical}}",
            "w.servers: found 2 of a, 2 of b, 1 of c, 1 of dark; allowed: equally many of every site; "
            "or write 'algorithm: ring'",
        ),
        (
            f"{{{W}, parallel: data, parameters: 1000, servers: [a-1]}}",
            "w.servers: found 1 servers; allowed: 2 servers or more",
        ),
    ],
)
def test_refusals(refusal: Callable[..., str], entry: str, message: str) -> None:
    found = refusal(f"workloads:\n  w: {entry}\n")
    assert found.partition(": workloads.")[2] == message
