"""What is going to happen, in the order of its times; what is due at one time keeps the order of being put down."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any, Final

#: Times that differ by less are the same, s.
SAME_S: Final = 1e-12

Entry = tuple[float, int, Callable[..., None], tuple[Any, ...]]


class Agenda:
    """``now_s`` is the time that has come, at first ``start_s``."""

    def __init__(self, start_s: float = 0.0) -> None:
        self.now_s = start_s
        self._entries: list[Entry] = []
        self._count = 0
        self._cancelled: set[int] = set()

    def at(self, at_s: float, call: Callable[..., None], *arguments: Any) -> Entry:
        """Call ``call`` at ``at_s``."""
        self._count += 1
        entry = (at_s, self._count, call, arguments)
        heapq.heappush(self._entries, entry)
        return entry

    def cancel(self, entry: Entry) -> None:
        """Do not do what was put down and has not been done yet."""
        self._cancelled.add(entry[1])
        if 2 * len(self._cancelled) > len(self._entries):
            self._entries[:] = [entry for entry in self._entries if entry[1] not in self._cancelled]
            heapq.heapify(self._entries)
            self._cancelled.clear()

    def pass_on(self) -> bool:
        """Let time pass until something is due and do all that is due then; False: nothing is left to do."""
        entries, cancelled = self._entries, self._cancelled
        last_s: float | None = None
        while entries and (last_s is None or entries[0][0] <= last_s):
            at_s, count, call, arguments = heapq.heappop(entries)
            if count in cancelled:
                cancelled.discard(count)
                continue
            if last_s is None:
                last_s = at_s + SAME_S
                self.now_s = max(at_s, self.now_s)
            call(*arguments)
        return last_s is not None
