"""Helper programs of a run: started with their output in a log, ended by their ids."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

#: How long a program may take to end when asked, before it is killed.
END_LIMIT_S = 10.0
#: A socket's state in the kernel's table.
_LISTENING, _ESTABLISHED = "0A", "01"


def daemon(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start ``command`` in the background, in ``folder``; what it prints is appended to ``log``. Raises ``OSError``."""
    with log.open("ab") as out:
        return subprocess.Popen(command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out)


def end(process: subprocess.Popen[bytes]) -> None:
    """End ``process`` and wait for it."""
    process.terminate()
    try:
        process.wait(END_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def listens(port: int) -> bool:
    """Is a TCP socket listening on ``port``? Read from the kernel: a connection would look like a client."""
    return _count(port, _LISTENING) > 0


def connections(port: int) -> int:
    """How many TCP connections to the local ``port`` are established."""
    return _count(port, _ESTABLISHED)


def _count(port: int, state: str, table: Path = Path("/proc/net/tcp")) -> int:
    """The kernel's sockets whose local port and state are these."""
    rows = (line.split() for line in table.read_text().splitlines()[1:])
    return sum(row[1].endswith(f":{port:04X}") and row[3] == state for row in rows)
