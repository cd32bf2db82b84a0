"""Training graphs: bytes by the formulas, computing by the clock, and that they can be played."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.workloads.graph import COMPUTE, SEND, Graph
from twin.workloads.scenario import Training
from twin.workloads.training import (
    first_record,
    ideal_round_s,
    tokens_per_round,
    training_graph,
)

SITES = [[0, 1], [2, 3]]
SERVERS = ("a-1", "a-2", "b-1", "b-2")


def workload(parallel: str, **more: int | str) -> Training:
    return Training("w", 0.0, SERVERS, parallel, 0.6, **more)  # type: ignore[arg-type]


def computed_s(graph: Graph) -> Counter[int]:
    """Computing time of each rank, ns."""
    found: Counter[int] = Counter()
    for step in graph.steps:
        if step.kind == COMPUTE:
            found[step.rank] += round(step.seconds * 1e9)
    return found


def longest_s(graph: Graph) -> float:
    """The graph's critical path when messages take no time: its receives take the times of their sends."""
    done: list[float] = []
    sent: dict[tuple[int, int], list[float]] = {}
    for step in graph.steps:
        at_s = max((done[before] for before in step.after), default=0.0) + step.seconds
        if step.kind == SEND:
            sent.setdefault((step.rank, step.peer), []).append(at_s)
        elif step.kind != COMPUTE:
            at_s = max(at_s, sent[step.peer, step.rank].pop(0))
        done.append(at_s)
    return max(done)


ALL = [
    workload("data", parameters=1000, buckets=3, chunks=2),
    workload("data", parameters=1000, buckets=1, algorithm="hierarchical", chunks=2),
    workload("local-steps", parameters=1000, local_steps=5),
    workload("local-steps", parameters=1000, local_steps=8, fragments=4),
    workload("pipeline", hidden=8, batch=6, micro_batches=3, sequence=16),
    workload("tensor", hidden=8, layers=2, batch=2, sequence=16, chunks=2),
    workload("experts", hidden=8, layers=2, batch=2, sequence=16, top_k=2),
]


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one.parallel}-{one.algorithm}-{one.fragments}")
def test_without_a_network_a_round_takes_its_ideal_time(one: Training) -> None:
    graph = training_graph(one, SITES)
    assert longest_s(graph) == pytest.approx(ideal_round_s(one), rel=1e-9)
    steps = one.local_steps if one.parallel == "local-steps" else 1
    assert computed_s(graph) == {rank: pytest.approx(0.6e9 * steps, abs=100) for rank in range(4)}


@given(st.integers(100, 10**6), st.integers(1, 5), st.sampled_from([1, 2, 4]))
def test_gradients_are_all_reduced_once(parameters: int, buckets: int, precision: int) -> None:
    """A ring all-reduce sends 2 (n - 1) times its size in all."""
    graph = training_graph(workload("data", parameters=parameters, precision_bytes=precision, buckets=buckets), SITES)
    assert graph.sent_bytes() == 2 * 3 * parameters * precision


@given(st.integers(1, 4), st.integers(4, 9))
def test_fragments_together_are_the_model(fragments: int, half: int) -> None:
    one = workload("local-steps", parameters=5000, local_steps=2 * half, fragments=fragments)
    assert training_graph(one, SITES).sent_bytes() == 2 * 3 * 5000 * 2


def test_activations_cross_every_boundary_twice_per_micro_batch() -> None:
    """2bsh, with two sequences of 16 tokens and a hidden size of 8, over three boundaries, three micro-batches."""
    one = workload("pipeline", hidden=8, batch=6, micro_batches=3, sequence=16)
    sizes = [step.size_bytes for step in training_graph(one, SITES).steps if step.kind == SEND]
    assert sizes == [2 * 2 * 16 * 8] * (2 * 3 * 3)


def test_tensor_parallel_all_reduces_four_times_per_layer() -> None:
    one = workload("tensor", hidden=8, layers=2, batch=2, sequence=16)
    assert training_graph(one, SITES).sent_bytes() == 4 * 2 * (2 * 3) * (2 * 2 * 16 * 8)


def test_experts_get_every_token_top_k_times_four_times_per_layer() -> None:
    """Of what a rank dispatches, three quarters leave it."""
    one = workload("experts", hidden=8, layers=2, batch=2, sequence=16, top_k=2)
    assert training_graph(one, SITES).sent_bytes() == 4 * 2 * 4 * (2 * 16 * 2 * 8 * 2) * 3 // 4


def test_a_pipeline_pays_its_bubble() -> None:
    one = workload("pipeline", hidden=8, batch=6, micro_batches=6, sequence=16)
    assert 1 - 0.6 / ideal_round_s(one) == pytest.approx(3 / (6 + 3)), "(P - 1)/(M + P - 1)"


def test_what_is_recorded_before_the_first_round() -> None:
    one = workload("local-steps", parameters=1000, local_steps=5, batch=2, sequence=16)
    assert first_record(one, 1.5) == {
        "kind": "training",
        "start_s": 1.5,
        "ranks": 4,
        "planned": 1,
        "steps": 5,
        "compute_s": 0.6,
        "ideal_s": 3.0,
        "tokens": 4 * 2 * 16 * 5,
        "iterations": [],
    }
    assert tokens_per_round(workload("pipeline", hidden=8, batch=6, sequence=16)) == 6 * 16, "one model, one batch"
