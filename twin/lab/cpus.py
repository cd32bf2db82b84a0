"""One CPU for each lab. A lab kernel and the process it traces wake each other all the time, which is several times
cheaper on one CPU than across two; and two labs on one CPU take twice the time.

A claim is an abstract socket of the name of the CPU: the machine has each name once, and the kernel frees it with its
owner, however that ends. No file is left.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def claim(cpu: int | None = None) -> Iterator[int]:
    """A CPU for one lab while the block runs: ``cpu``, or one that no other lab has, or, if all are taken, any."""
    if cpu is not None:
        yield cpu
        return
    allowed = sorted(os.sched_getaffinity(0))
    for number in allowed:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as name:
            try:
                name.bind(f"\0twin-lab-cpu-{number}")
            except OSError:
                continue
            yield number
            return
    yield allowed[os.getpid() % len(allowed)]
