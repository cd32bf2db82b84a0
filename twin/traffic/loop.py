"""An asyncio loop whose timers are exact to the nanosecond.

``epoll`` waits in whole milliseconds, so asyncio's own loop would start a probe up to a millisecond late; in a lab
whose clock is virtual that is the only error left. A ``timerfd`` in the same epoll set has no such grain.
"""

from __future__ import annotations

import asyncio
import ctypes
import math
import os
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_CLOCK_MONOTONIC = 1
_TFD_FLAGS = os.O_NONBLOCK | os.O_CLOEXEC
_libc = ctypes.CDLL(None, use_errno=True)


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Timer(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


class ExactSelector(selectors.EpollSelector):
    """``EpollSelector`` with nanosecond time-outs."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = _libc.timerfd_create(_CLOCK_MONOTONIC, _TFD_FLAGS)
        if self._timer < 0:
            raise OSError(ctypes.get_errno(), "cannot make a timer")
        self._wakeup = self.register(self._timer, selectors.EVENT_READ)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        self._arm(math.ceil(timeout * 1e9))
        ready = super().select(None)
        self._arm(0)
        return [(key, events) for key, events in ready if key is not self._wakeup]

    def close(self) -> None:
        os.close(self._timer)
        super().close()

    def _arm(self, nanoseconds: int) -> None:
        """Fire once after ``nanoseconds``; 0 disarms, which also forgets an expiry that nobody read."""
        timer = _Timer(_Timespec(0, 0), _Timespec(*divmod(nanoseconds, 10**9)))
        if _libc.timerfd_settime(self._timer, 0, ctypes.byref(timer), None):
            raise OSError(ctypes.get_errno(), "cannot set the timer")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` to its end on a loop with exact timers."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(ExactSelector())) as runner:
        watcher = asyncio.PidfdChildWatcher()
        watcher.attach_loop(runner.get_loop())
        asyncio.set_child_watcher(watcher)
        return runner.run(main)
