"""What a workload may know of the network it runs in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from twin.plan.model import Plan


@dataclass(frozen=True)
class Context:
    """``namespaces`` maps a server to its network namespace, ``zero_s`` is the experiment's zero on the monotonic
    clock, ``record(source, event, **details)`` writes an event, ``log_folder`` takes programs' output."""

    plan: Plan
    namespaces: Mapping[str, int]
    zero_s: float
    record: Callable[..., None]
    log_folder: str

    def now_s(self) -> float:
        """Seconds after the experiment's zero."""
        return time.monotonic() - self.zero_s

    async def sleep_until(self, at_s: float) -> None:
        """Wait until ``at_s`` seconds after zero; returns at once when that has passed."""
        await asyncio.sleep(max(0.0, at_s - self.now_s()))


Record = dict[str, Any]
