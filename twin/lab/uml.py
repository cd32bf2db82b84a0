"""Boots the lab kernel, waits for it, and leaves nothing behind.

The lab kernel is User-Mode Linux: one ordinary process with its traced children::

    twin ── linux (cwd = the run's folder, one CPU) ── first process (init.sh) ── the command
             │ root: the host's files, read-only       │ /run/bundle: the run's folder
             │ memory: an unlinked file                │ console: logs/console.log, output: logs/lab.log

It leads a session of its own, so a terminal's Ctrl-C does not reach it: it is ended by its number. When this process
dies by any cause, Linux ends the lab kernel at once (``twin.lab.child``) and that ends everything inside it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from twin.errors import RunBroke
from twin.lab import cpus, guest, kernel_build, machine, runs
from twin.lab.child import ended_within, ending_with_parent
from twin.lab.foreground import signals_interrupt, terminal_kept
from twin.lab.lab import LabEnd
from twin.lab.memory import memory_folder

#: Where the virtual clock starts, always: 1 January 2026, 00:00 UTC, in nanoseconds.
VIRTUAL_START_NS: Final = 1_767_225_600_000_000_000

_CONSOLE: Final = guest.CONSOLE


def check(clock: str) -> None:
    """Raise ``MachineLacks`` where the lab kernel cannot run here; it has both clocks."""
    machine.require_lab()


def run(
    folder: Path,
    command: Sequence[str],
    *,
    clock: str,
    seed: int,
    timeout_s: float,
    memory_mb: int = 4096,
    cpu: int | None = None,
    interactive: bool = False,
    visible: Sequence[Path] = (),
) -> LabEnd:
    """Run ``command`` as root in a lab of its own, with ``folder`` at ``/run/bundle``, and wait for its end.

    ``clock`` is ``virtual`` or ``real``. With the virtual clock, ``seed`` fixes every random number. ``timeout_s`` is
    wall time. ``visible`` names further files of the host that the command reads. ``interactive`` connects the
    command to this terminal. Raises ``MachineLacks``, and ``RunBroke`` when the lab does not end in time or dies.
    ``KeyboardInterrupt`` (also made of SIGTERM and SIGHUP here) is passed on once everything is gone.
    """
    check(clock)
    kernel = kernel_build.ensure()
    folder = folder.resolve()
    own = environment(clock, seed, memory_folder(memory_mb, extra=[folder]))
    options = command_line(clock, memory_mb, shutil.get_terminal_size() if interactive else None)
    with ExitStack() as stack:
        stack.enter_context(signals_interrupt())
        stack.callback(guest.tidy, folder)
        guest.write(folder, command, visible)
        chosen = stack.enter_context(cpus.claim(cpu))
        if interactive:
            stack.enter_context(terminal_kept())
        started = time.monotonic()
        process = stack.enter_context(_booted([str(kernel), *options], folder, own, chosen, interactive))
        stack.enter_context(runs.recorded(folder, process.pid))
        if not ended_within(process, timeout_s):
            raise RunBroke(f"the lab did not end within {timeout_s:g} s of wall time", str(folder / _CONSOLE))
        return LabEnd(guest.read_status(folder, "the lab kernel"), time.monotonic() - started)


def command_line(clock: str, memory_mb: int, terminal: os.terminal_size | None = None) -> list[str]:
    """The kernel's command line. It seeds the kernel's random numbers, so it holds nothing that differs by run.

    ``terminal`` is the size of the terminal that the lab's command gets, None for a log file.
    """
    options = [
        f"mem={memory_mb}M",
        "root=/dev/root",
        "rootfstype=hostfs",
        "rootflags=/",
        "ro",
        "init=/proc/self/cwd/lab/init",
        "con=null",
        "con0=fd:0,fd:1",
        "quiet",
        "uml_dir=uml/",
        "umid=lab",
    ]
    if clock == "virtual":
        options += ["time-travel=inf-cpu", f"time-travel-start={VIRTUAL_START_NS}"]
    if terminal:
        options.append(f"twin_terminal={terminal.lines}x{terminal.columns}")
    return options


def environment(clock: str, seed: int, memory_folder: Path) -> dict[str, str]:
    """The lab kernel's own environment; nothing in the lab sees it."""
    values = {"PATH": machine.PROGRAM_PATH, "TMPDIR": str(memory_folder)}
    if clock == "virtual":
        values["TWIN_LAB_SEED"] = str(seed)
    return values


@contextmanager
def _booted(
    command: list[str], folder: Path, own: dict[str, str], cpu: int, interactive: bool
) -> Iterator[subprocess.Popen[bytes]]:
    """The lab kernel while the block runs; afterwards nothing of it is left."""
    console = folder / _CONSOLE
    with console.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=own,
            stdin=sys.stdin if interactive else subprocess.DEVNULL,
            stdout=sys.stdout if interactive else log,
            stderr=log,
            preexec_fn=ending_with_parent(signal.SIGKILL, cpu),
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
