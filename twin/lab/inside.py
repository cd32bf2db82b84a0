"""The host lab's first process: ``python -m twin.lab.inside FOLDER [VISIBLE…] -- COMMAND…``, in fresh namespaces.

It gives the lab the files that the lab kernel's first process gives it (``init.sh``): everything read-only, fresh
memory over some folders, the run's folder writable at ``/run/bundle``. Then it runs the command, takes in orphaned
processes, and writes the command's exit status to ``lab/status``. When it ends, Linux ends all that is left inside.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from twin.lab import guest

_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC = 2, 4, 8, 4096, 16384
_SYS_MOUNT_SETATTR: Final = 442
_AT_FDCWD: Final = -100
_AT_RECURSIVE: Final = 0x8000
_ATTR_RDONLY: Final = 1
_OPEN_FILES: Final = 65536
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns", ctypes.c_uint64),
    )


def mount(source: str, target: Path, kind: str, flags: int) -> None:
    """``mount(2)``. Raises ``OSError`` that names ``target``."""
    text = (source.encode(), os.fsencode(target), kind.encode())
    _check(_LIBC.mount(*text, ctypes.c_ulong(flags), None), target)


def set_read_only(target: Path, read_only: bool, recursive: bool) -> None:
    """Make the mount at ``target`` (with all below it) read-only, or writable."""
    change = _MountAttributes(set=_ATTR_RDONLY) if read_only else _MountAttributes(clear=_ATTR_RDONLY)
    size = ctypes.c_size_t(ctypes.sizeof(change))
    flags = ctypes.c_uint(_AT_RECURSIVE if recursive else 0)
    call = (ctypes.c_long(_SYS_MOUNT_SETATTR), ctypes.c_int(_AT_FDCWD), os.fsencode(target), flags)
    _check(_LIBC.syscall(*call, ctypes.byref(change), size), target)


def _check(result: int, target: Path) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(target))


def prepare(folder: Path, visible: Sequence[Path]) -> None:
    """Lay out the files: afterwards only ``/run/bundle``, which is ``folder``, and memory can be written."""
    # Held open, so that they can be mounted again when fresh memory hides them.
    held = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in (folder, *guest.covered(visible))}
    set_read_only(Path("/"), read_only=True, recursive=True)
    plain = _MS_NOSUID | _MS_NODEV
    mount("proc", Path("/proc"), "proc", plain | _MS_NOEXEC)
    mount("sysfs", Path("/sys"), "sysfs", plain | _MS_NOEXEC)
    for cover in guest.COVERED:
        if cover.is_dir():
            mount("tmpfs", cover, "tmpfs", plain)
    guest.BUNDLE.mkdir(parents=True)
    for path, descriptor in held.items():
        target = guest.BUNDLE if path == folder else path
        target.mkdir(parents=True, exist_ok=True)
        mount(f"/proc/self/fd/{descriptor}", target, "", _MS_BIND | _MS_REC)
        os.close(descriptor)
    set_read_only(guest.BUNDLE, read_only=False, recursive=False)


def supervise(command: Sequence[str], output: int | None) -> int:
    """Run ``command`` in the run's folder, reap whatever is orphaned meanwhile, and return its exit status.

    ``output`` takes what it prints; None: it has this process's terminal.
    """
    quiet = None if output is None else subprocess.DEVNULL
    child = subprocess.Popen(
        command, cwd=guest.BUNDLE, env=guest.environment(), stdin=quiet, stdout=output, stderr=output
    )
    while True:
        pid, status = os.wait()
        if pid == child.pid:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def main(arguments: Sequence[str]) -> int:
    """``[--interactive] FOLDER [VISIBLE…] -- COMMAND…``; returns 0 once the command has ended, however it did."""
    cut = list(arguments).index("--")
    paths, command = list(arguments[:cut]), arguments[cut + 1 :]
    interactive = paths[0] == "--interactive"
    folder, *visible = (Path(path) for path in paths[interactive:])
    # Ctrl-C on a shared terminal is for the command; a handler, unlike SIG_IGN, is not inherited by it.
    signal.signal(signal.SIGINT, lambda number, frame: None)
    prepare(folder, visible)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    if interactive:
        status = supervise(command, None)
    else:
        with (guest.BUNDLE / "logs" / "lab.log").open("wb") as log:
            status = supervise(command, log.fileno())
    (guest.BUNDLE / "lab" / "status").write_text(f"{status}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
