"""One CPU for each lab."""

from __future__ import annotations

import os

import pytest

from twin.lab import cpus


def test_labs_at_once_get_different_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {90001, 90002})
    with cpus.claim() as first, cpus.claim() as second, cpus.claim() as third:
        assert (first, second) == (90001, 90002)
        assert third in (90001, 90002)
    with cpus.claim() as again:
        assert again == 90001


def test_a_chosen_cpu_is_taken_as_it_is() -> None:
    with cpus.claim(5) as chosen:
        assert chosen == 5
