"""What every lab offers: run one command as root in a network of its own, and say how that ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class LabEnd:
    """How a lab ended: its command's exit status, and the wall time from its start to its end."""

    status: int
    wall_s: float


class Lab(Protocol):
    """A place where the lab side runs: the module ``uml`` or ``host``."""

    def check(self, clock: str) -> None:
        """Raise ``BadInput`` where this lab has no such ``clock``, and ``MachineLacks`` where it cannot run here."""

    def run(
        self,
        folder: Path,
        command: Sequence[str],
        *,
        clock: str,
        seed: int,
        timeout_s: float,
        memory_mb: int,
        interactive: bool,
        visible: Sequence[Path],
    ) -> LabEnd:
        """Run ``command`` with ``folder`` at ``/run/bundle`` and wait for its end.

        ``seed`` fixes the random numbers of a virtual clock, ``timeout_s`` is wall time, ``memory_mb`` the size of a
        lab that has memory of its own. ``visible`` names further files of the host that the command reads.
        ``interactive`` connects the command to this terminal. Raises ``MachineLacks`` and ``RunBroke``.
        """
