"""Who waits for whom, over graphs whose times are known."""

from __future__ import annotations

import pytest

from twin.workloads.critical_path import end_times
from twin.workloads.graph import COMPUTE, GraphBuilder
from twin.workloads.scenario import Training
from twin.workloads.training import training_graph
from twin.workloads.waits import NETWORK, WaitsLog, waits


def test_a_rank_waits_for_computing_and_then_for_the_network() -> None:
    """Rank 0 computes 1 s and needs a message of rank 1, which computes 3 s and sends for half a second."""
    builder = GraphBuilder(2)
    own = builder.add(0, COMPUTE, seconds=1.0, after=())
    other = builder.add(1, COMPUTE, seconds=3.0, after=())
    received = builder.message(1, 0, 5, (other,))
    builder.add(0, COMPUTE, seconds=1.0, after=(own, received))
    found = waits(builder.build(), [1.0, 3.0, 3.1, 3.5, 4.5], 2)
    assert found == {
        (0, 1): pytest.approx(2.0),
        (0, NETWORK): pytest.approx(0.5),
        (1, 0): pytest.approx(1.5),
    }


def test_what_never_ended_is_left_out() -> None:
    builder = GraphBuilder(1)
    builder.add(0, COMPUTE, seconds=1.0, after=())
    builder.add(0, COMPUTE, seconds=1.0, after=(0,))
    assert waits(builder.build(), [1.0, None], 1) == {}


@pytest.mark.parametrize("parallel", ["data", "tensor", "experts"])
def test_all_wait_for_the_slow_server(parallel: str) -> None:
    """Where messages take no time everybody stands still as long as the slow one computes longer."""
    sizes = {"parameters": 1000, "layers": 2, "hidden": 8, "batch": 2, "sequence": 16, "chunks": 2}
    training = Training("w", 0.0, ("a", "b", "c"), parallel, 0.6, slow=(("b", 0.5),), **sizes)  # type: ignore[arg-type]
    graph = training_graph(training, [[0, 1, 2]])
    found = WaitsLog(3).add(graph, training.servers, end_times(graph))
    assert found == [["a", "b", pytest.approx(0.3)], ["c", "b", pytest.approx(0.3)]]


def test_a_log_adds_up_by_server() -> None:
    builder = GraphBuilder(2)
    done = builder.add(1, COMPUTE, seconds=1.0, after=())
    received = builder.message(1, 0, 5, (done,))
    builder.add(0, COMPUTE, seconds=1.0, after=(received,))
    log = WaitsLog(1)
    log.add(builder.build(), ("x", "y"), [1.0, 1.0, 2.0, 3.0])
    assert log.add(builder.build(), ("x", "y"), [1.0, 1.0, 2.0, 3.0]) == [["x", "", 2.0], ["x", "y", 2.0]]
