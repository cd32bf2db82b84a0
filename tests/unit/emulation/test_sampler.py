"""The sampler keeps its times, and remembers how late it came at worst."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from twin.emulation.sampler import Sampler


class Slow:
    """A clock on which waking up is late by ``delays``, sample by sample; afterwards the run ends."""

    def __init__(self, *delays: float) -> None:
        self._delays = list(delays)
        self._now_s = 0.0

    def now_s(self) -> float:
        return self._now_s

    async def sleep_until(self, at_s: float) -> None:
        if not self._delays:
            raise asyncio.CancelledError
        self._now_s = max(self._now_s, at_s) + self._delays.pop(0)


class NoQueues:
    def statistics(self) -> list[Any]:
        return []


@pytest.mark.parametrize(("delays", "late_s"), [((0.0, 0.0), 0.0), ((0.25, 0.5, 0.0), 0.5), ((1.5, 0.0, 0.0), 1.5)])
def test_how_late_the_latest_sample_came(tmp_path: Path, delays: tuple[float, ...], late_s: float) -> None:
    network: Any = NoQueues()
    context: Any = Slow(*delays)
    sampler = Sampler(network, 1.0)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(sampler.run(context, tmp_path / "samples.csv"))
    assert sampler.late_s == late_s
    assert (tmp_path / "samples.csv").read_text().splitlines() == [
        "t_s,link,node,tx_bytes,tx_packets,dropped_packets,backlog_bytes"
    ]
