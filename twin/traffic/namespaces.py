"""Network namespaces of one process: made without a child process, entered for a moment, gone with the process.

A namespace that only file descriptors hold disappears when the process that holds them ends, however it ends; so do
the veth pairs in it. That is why a killed run leaves no server behind.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        errno = ctypes.get_errno()
        raise OSError(errno, f"{what}: {os.strerror(errno)}")


def current() -> int:
    """A descriptor of the calling thread's network namespace."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def create() -> int:
    """Make a network namespace and return a descriptor of it; the caller stays where it was."""
    home = current()
    try:
        _check(_libc.unshare(CLONE_NEWNET), "cannot make a network namespace")
        made = current()
        _check(_libc.setns(home, CLONE_NEWNET), "cannot return to the first namespace")
    finally:
        os.close(home)
    return made


@contextmanager
def inside(namespace: int) -> Iterator[None]:
    """Run the block in ``namespace``: sockets opened and processes started there belong to it."""
    home = current()
    try:
        _check(_libc.setns(namespace, CLONE_NEWNET), "cannot enter the network namespace")
        try:
            yield
        finally:
            _check(_libc.setns(home, CLONE_NEWNET), "cannot return to the first namespace")
    finally:
        os.close(home)
