"""Child processes that end with the twin, however the twin ends.

Linux sends a child a signal of its choice when the thread that made it ends (``PR_SET_PDEATHSIG``), even by
``kill -9``. The wish survives ``exec``; forks of the child do not inherit it, but what matters here takes its own
children along: User-Mode Linux traces them with ``PTRACE_O_EXITKILL``, and ``make`` ends its jobs when terminated.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
from collections.abc import Callable
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def ending_with_parent(send: signal.Signals = signal.SIGTERM, cpu: int | None = None) -> Callable[[], None]:
    """A function for ``Popen(preexec_fn=…)``: the child gets ``send`` when this thread ends, and stays on ``cpu``."""
    parent = os.getpid()

    def prepare() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(send), 0, 0, 0)
        if os.getppid() != parent:  # it died before the wish was made
            os._exit(1)
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})

    return prepare


def ended_within(process: subprocess.Popen[bytes], timeout_s: float) -> bool:
    """Wait until ``process`` ends, without polling; False when it did not within ``timeout_s``."""
    descriptor = os.pidfd_open(process.pid)
    try:
        ready, _, _ = select.select([descriptor], [], [], timeout_s)
    finally:
        os.close(descriptor)
    return bool(ready)
