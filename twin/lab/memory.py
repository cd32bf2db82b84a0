"""Where the lab's memory lives: an unlinked file, which only counts as far as the lab wrote to it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from twin.errors import MachineLacks

#: What the smallest network's lab is given, MiB. It is address space; the host gives only what is touched.
BASE_MB: Final = 2048


def memory_folder(memory_mb: int, extra: Iterable[Path] = ()) -> Path:
    """A folder for a memory file of ``memory_mb`` MiB: ``/dev/shm``, or a slower one where that is too small.

    The file is mapped as a program, so a file system mounted ``noexec`` cannot hold it (containers mount
    ``/dev/shm`` so). Raises ``MachineLacks`` when no folder will do.
    """
    tried = [Path("/dev/shm"), Path(tempfile.gettempdir()), Path("/var/tmp"), *extra]
    for folder in tried:
        if _holds(folder, memory_mb):
            return folder
    places = ", ".join(map(str, dict.fromkeys(tried)))
    raise MachineLacks(
        f"{memory_mb} MiB for the lab's memory on a file system not mounted noexec (tried {places})",
        "free some space, or set TMPDIR to a folder that has it",
    )


def _holds(folder: Path, memory_mb: int) -> bool:
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    free_bytes = found.f_bavail * found.f_frsize
    return os.access(folder, os.W_OK) and not found.f_flag & os.ST_NOEXEC and free_bytes >= memory_mb << 20
