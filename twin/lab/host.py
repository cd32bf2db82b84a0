"""The experiment's network on this machine's own kernel: the same lab side, in real time, as root.

::

    twin ── unshare ── first process (inside.py) ── the command
                       │ network: a namespace of its own, with its own Open vSwitch datapath
                       │ processes: a namespace that ends with its first process
                       │ files: the machine's, read-only; memory over /tmp, /run, …; /run/bundle: the run's folder

Nothing of it is in the machine's own namespaces: every name is free, the machine's links, bridges and daemons cannot be
touched, and when this process dies by any cause Linux ends the first process and with it everything inside. What
stays is what is the kernel's as a whole: the modules that were loaded.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from twin.errors import BadInput, MachineLacks, RunBroke
from twin.lab import features, guest, machine, runs
from twin.lab.child import ended_within, ending_with_parent
from twin.lab.foreground import interrupts_left_to_child, signals_interrupt
from twin.lab.lab import LabEnd

_CONSOLE: Final = guest.CONSOLE
_NAMESPACES: Final = (
    "unshare", "--net", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child=KILL", "--propagation=private",
)  # fmt: skip


def check(clock: str) -> None:
    """Raise ``BadInput`` for the virtual clock, and ``MachineLacks`` with all that this machine lacks."""
    if clock != "real":
        reason = "only the lab kernel can hold its clock: --lab uml"
        raise BadInput("--clock", "", f"found {clock!r} with --lab host", "real", reason)
    machine.require_lab()
    if os.geteuid() != 0:
        raise MachineLacks("root for --lab host", "run it as root, or use --lab uml, which any account can")
    found = features.present()
    if found is None:
        raise MachineLacks(
            "the right to make network namespaces", "run outside this container, or use --lab uml, which needs none"
        )
    lacking = features.missing(found)
    if lacking:
        names = ", ".join(f"{feature.name} ({feature.reason})" for feature in lacking)
        raise MachineLacks(f"kernel features: {names}", f"{features.remedy(lacking)}; or use --lab uml")


def run(
    folder: Path,
    command: Sequence[str],
    *,
    clock: str,
    seed: int,
    timeout_s: float,
    memory_mb: int = 0,
    interactive: bool = False,
    visible: Sequence[Path] = (),
) -> LabEnd:
    """Run ``command`` as root in namespaces of its own, with ``folder`` at ``/run/bundle``, and wait for its end.

    ``seed`` and ``memory_mb`` are for labs that have a clock or memory of their own. Raises as ``check`` does, and
    ``RunBroke`` when the lab does not end in time or dies. ``KeyboardInterrupt`` (also made of SIGTERM and SIGHUP
    here) is passed on once everything is gone.
    """
    check(clock)
    folder = folder.resolve()
    with ExitStack() as stack:
        stack.enter_context(signals_interrupt())
        stack.callback(guest.tidy, folder)
        guest.make_folders(folder)
        started = time.monotonic()
        process = stack.enter_context(
            _started(command_line(folder, command, visible, interactive), folder, interactive)
        )
        stack.enter_context(runs.recorded(folder, process.pid))
        if interactive:
            stack.enter_context(interrupts_left_to_child())
        if not ended_within(process, timeout_s):
            raise RunBroke(f"the lab did not end within {timeout_s:g} s of wall time", str(folder / _CONSOLE))
        return LabEnd(guest.read_status(folder, "the lab's first process"), time.monotonic() - started)


def command_line(folder: Path, command: Sequence[str], visible: Sequence[Path], interactive: bool) -> list[str]:
    """The program that makes the namespaces, and what it runs in them."""
    first = [guest.PYTHON, "-m", "twin.lab.inside", *(["--interactive"] if interactive else []), str(folder)]
    return [*_NAMESPACES, *first, *(str(path) for path in guest.needed(visible)), "--", *command]


@contextmanager
def _started(command: list[str], folder: Path, interactive: bool) -> Iterator[subprocess.Popen[bytes]]:
    """The lab while the block runs; afterwards nothing of it is left."""
    with (folder / _CONSOLE).open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd="/",
            env=guest.environment(),
            stdin=sys.stdin if interactive else subprocess.DEVNULL,
            stdout=sys.stdout if interactive else log,
            stderr=log,
            # Without a terminal a Ctrl-C is for this process, which ends the lab; it must not reach inside.
            start_new_session=not interactive,
            preexec_fn=ending_with_parent(signal.SIGKILL),
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the lab and wait for it: ``unshare`` ends only after its child, and that after everything inside."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    first = children.read_text(encoding="ascii").split() if process.poll() is None and children.exists() else []
    if first:
        with suppress(ProcessLookupError):
            os.kill(int(first[0]), signal.SIGKILL)
    else:
        process.kill()
    process.wait()
