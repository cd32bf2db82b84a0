"""Collectives other than the all-reduces of rings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twin.spec import LoadedExperiment
from twin.workloads.scenario import AllReduce

FOUR = ("a-1", "a-2", "b-1", "b-2")


@pytest.mark.parametrize(
    ("named", "operation", "algorithm"),
    [("all-gather", "all-gather", "ring"), ("tree-all-reduce", "all-reduce", "tree")],
)
def test_an_operation(load: Callable[..., LoadedExperiment], named: str, operation: str, algorithm: str) -> None:
    entry = f"kind: collective, operation: {named}, size: 1 MiB, chunks: 4, servers: [{', '.join(FOUR)}]"
    assert load(f"workloads:\n  w: {{{entry}}}\n").scenario.workloads == (
        AllReduce("w", 0.0, FOUR, 2**20, algorithm, chunks=4, port=10_000, kind="collective", operation=operation),
    )


def test_an_all_reduce_over_rings_has_a_kind_of_its_own(refusal: Callable[..., str]) -> None:
    found = refusal("workloads:\n  w: {kind: collective, operation: all-reduce, size: 1 MiB}\n")
    assert found.partition(": workloads.")[2] == (
        "w.operation: found 'all-reduce'; allowed: reduce-scatter, all-gather, broadcast, all-to-all, "
        "tree-all-reduce; did you mean 'tree-all-reduce'?"
    )


def test_every_message_has_a_byte(refusal: Callable[..., str]) -> None:
    found = refusal("workloads:\n  w: {kind: collective, operation: broadcast, size: 95 B}\n")
    assert found.partition(": workloads.")[2] == (
        "w.size: found 95 bytes for 6 servers and 8 chunks; allowed: 96 B or more"
    )
