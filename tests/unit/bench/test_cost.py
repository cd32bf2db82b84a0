"""Cost per GB and hop, and memory."""

from __future__ import annotations

from types import ModuleType

import pytest

from bench import cost


def test_cost_is_shared_by_bytes_and_links() -> None:
    assert cost.per_gb(6.0, 2e9, 3) == pytest.approx(1.0)


def test_a_ring_sends_twice_all_but_one_share() -> None:
    assert cost.ring_bytes({"servers": 4, "size_bytes": 10**9}) == 6e9


def test_the_tables_of_cost(figures: ModuleType) -> None:
    carrying, memory = cost.tables(figures.cost())
    assert carrying.rows == (
        ("one flow, 100 Gb/s, 1 GB", "2", "100.0 ms", "0.50 s", "0.250 s"),
        ("ring all-reduce, 4 servers, 1 GB", "2", "121.0 ms", "6.00 s", "0.500 s"),
    )
    assert memory.rows == (("server, with its link", "200 KiB"), ("packet link", "100 KiB"), ("switch", "150 KiB"))
