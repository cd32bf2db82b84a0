"""Notifications as server-sent events: what the brain records, told to the tenants who listen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

from twin.control.commands import Record
from twin.control.desk import tenant_of
from twin.northbound.state import notification

_Listener = tuple[str, asyncio.AbstractEventLoop, "asyncio.Queue[dict[str, Any]]"]


class Notices:
    """``uuid_of`` tells a circuit's service id; ``now`` the time of day, in seconds since 1970. ``publish`` may be
    called on any thread."""

    def __init__(self, uuid_of: Callable[[str], str], now: Callable[[], float]) -> None:
        self._uuid_of = uuid_of
        self._now = now
        self._listeners: list[_Listener] = []
        self._number = 0

    def publish(self, record: Record) -> None:
        """Tell the tenant whose circuit it is, if it listens."""
        name = record.details.get("circuit")
        tenant = tenant_of(name) if isinstance(name, str) else None
        if name is None or tenant is None:
            return
        self._number += 1
        moment = datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="microseconds")
        told = notification(record, self._uuid_of(name), self._number, moment)
        for listener, loop, queue in list(self._listeners):
            if listener == tenant and told is not None:
                loop.call_soon_threadsafe(queue.put_nowait, told)

    async def listen(self, tenant: str) -> AsyncIterator[str]:
        """Each notification as one event, from now on. Begins with a comment, so that the client sees it is heard."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        listener = (tenant, asyncio.get_running_loop(), queue)
        self._listeners.append(listener)
        try:
            yield ": from now on\n\n"
            while True:
                yield f"data: {json.dumps(await queue.get())}\n\n"
        finally:
            self._listeners.remove(listener)
