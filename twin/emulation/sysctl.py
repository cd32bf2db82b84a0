"""Kernel settings below ``/proc/sys``.

Most of the network's are each namespace's own. A few are the whole machine's: in the lab kernel, whose machine is the
lab, they are written; in the host lab's namespace Linux hides them or makes them read-only, and so they stay as the
machine has them.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path("/proc/sys")


def write(name: str, value: str) -> None:
    """Set ``net/ipv4/…`` of this namespace, with three system calls: there are thousands of these."""
    file = os.open(ROOT / name, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(file, value.encode())
    finally:
        os.close(file)


def write_machine_wide(name: str, value: str) -> str | None:
    """Set what belongs to the machine and return what it was; None where it is not ours to set."""
    try:
        before = (ROOT / name).read_text()
        (ROOT / name).write_text(value)
    except (FileNotFoundError, PermissionError):
        return None
    return before
