"""What no network can make shorter."""

from __future__ import annotations

from twin.workloads.critical_path import end_times
from twin.workloads.graph import COMPUTE, RECEIVE, SEND, Graph, Step


def test_a_receive_waits_for_its_send_wherever_that_stands() -> None:
    steps = (
        Step(1, RECEIVE, peer=0, size_bytes=1),
        Step(0, COMPUTE, seconds=2.0),
        Step(0, SEND, peer=1, size_bytes=1, after=(1,)),
        Step(1, COMPUTE, seconds=3.0, after=(0,)),
    )
    assert end_times(Graph(2, steps)) == [2.0, 2.0, 2.0, 5.0]


def test_what_waits_for_each_other_never_ends() -> None:
    steps = (
        Step(0, RECEIVE, peer=1, size_bytes=1),
        Step(0, SEND, peer=1, size_bytes=1, after=(0,)),
        Step(1, RECEIVE, peer=0, size_bytes=1),
        Step(1, SEND, peer=0, size_bytes=1, after=(2,)),
        Step(1, COMPUTE, seconds=1.0),
    )
    assert end_times(Graph(2, steps)) == [None, None, None, None, 1.0]
