"""When each step of a graph would end if messages took no time: the least that any network can make of it."""

from __future__ import annotations

from collections import deque

from twin.workloads.graph import Graph


def end_times(graph: Graph) -> list[float | None]:
    """The end of each step, s; None for those that would never end, because they wait for each other."""
    waits = [list(step.after) for step in graph.steps]
    for receive, send in graph.sends().items():
        waits[receive].append(send)
    followers: list[list[int]] = [[] for _ in waits]
    for index, before in enumerate(waits):
        for other in before:
            followers[other].append(index)
    left = [len(before) for before in waits]
    ends: list[float | None] = [None] * len(waits)
    ready = deque(index for index, count in enumerate(left) if count == 0)
    while ready:
        index = ready.popleft()
        ends[index] = max((ends[other] or 0.0 for other in waits[index]), default=0.0) + graph.steps[index].seconds
        for follower in followers[index]:
            left[follower] -= 1
            if left[follower] == 0:
                ready.append(follower)
    return ends
