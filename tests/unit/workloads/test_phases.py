"""The longest chain of steps of a play, and what it belongs to."""

from __future__ import annotations

import pytest

from twin.workloads.graph import COMPUTE, GraphBuilder
from twin.workloads.phases import Chain, PhaseLog, stage_of
from twin.workloads.scenario import AllReduce, Training

RING = AllReduce("w", 0.0, ("a", "b"), 100)


def test_the_phases_add_up_to_the_time_of_the_play() -> None:
    """Rank 0 computes 1 s and sends; rank 1 computed 3 s; the message arrives at 2 s; rank 1 sends back by 4.5 s."""
    builder = GraphBuilder(2)
    first = builder.add(0, COMPUTE, seconds=1.0, after=())
    there = builder.message(0, 1, 10, (first,))
    other = builder.add(1, COMPUTE, seconds=3.0, after=())
    back = builder.message(1, 0, 10, (there, other))
    graph = builder.build()
    assert [step.kind for step in graph.steps] == ["compute", "send", "receive", "compute", "send", "receive"]
    assert back == 5
    chain = Chain(graph, lambda index, count: f"{index} of {count}")
    found = chain.phases([1.0, 1.0, 2.0, 3.0, 3.0, 4.5])
    assert found == {("computing", 1, -1): 3.0, ("0 of 1", 1, 0): 1.5}
    slow_socket = chain.phases([1.0, 1.0, 2.0, 3.0, 4.0, 4.5])
    assert slow_socket == found


@pytest.mark.parametrize(
    ("workload", "names"),
    [
        (RING, ["reduce-scatter", "reduce-scatter", "all-gather", "all-gather"]),
        (AllReduce("w", 0.0, ("a", "b"), 100, "tree"), ["all-reduce"] * 4),
        (AllReduce("w", 0.0, ("a", "b"), 100, operation="broadcast"), ["broadcast"] * 4),
        (Training("w", 0.0, ("a", "b"), "data", 1.0, buckets=2), ["bucket 1", "bucket 1", "bucket 2", "bucket 2"]),
        (Training("w", 0.0, ("a", "b"), "pipeline", 1.0), [f"micro-batch {number}" for number in (1, 2, 3, 4)]),
        (Training("w", 0.0, ("a", "b"), "tensor", 1.0), [f"all-reduce {number}" for number in (1, 2, 3, 4)]),
        (Training("w", 0.0, ("a", "b"), "local-steps", 1.0), ["fragment 1"] * 4),
    ],
)
def test_what_messages_belong_to(workload: AllReduce | Training, names: list[str]) -> None:
    stage = stage_of(workload)
    assert [stage(index, 4) for index in range(4)] == names


def test_plays_are_added_up_by_servers() -> None:
    builder = GraphBuilder(2)
    builder.message(0, 1, 10, ())
    log = PhaseLog(RING, builder.build(), ("a", "b"))
    log.add([0.0, 1.0])
    assert log.add([0.0, 0.5]) == [["reduce-scatter", "a", "b", 1.5]]
