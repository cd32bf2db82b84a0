"""Where the twin keeps what it need not make twice: the lab kernel, and the record of live labs.

The first of these that this account can use::

    $TWIN_CACHE                     who sets it decides
    $XDG_CACHE_HOME/twin            the user's cache folder
    ~/.cache/twin                   its default
    TEMPORARY/twin-cache-UID        accounts without a home, such as nobody

What is not found there is looked for in /var/cache/twin, where root publishes the kernel for every account.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from twin.errors import MachineLacks

SYSTEM_CACHE: Final = Path("/var/cache/twin")


def candidates(environment: Mapping[str, str], uid: int) -> Iterator[Path]:
    """The folders that may serve as cache, best first."""
    if environment.get("TWIN_CACHE"):
        yield Path(environment["TWIN_CACHE"]).absolute()
        return
    if environment.get("XDG_CACHE_HOME"):
        yield Path(environment["XDG_CACHE_HOME"]).absolute() / "twin"
    if environment.get("HOME"):
        yield Path(environment["HOME"]) / ".cache" / "twin"
    yield Path(tempfile.gettempdir()) / f"twin-cache-{uid}"


def cache_folder() -> Path:
    """The cache of this account, made if it is not there. Raises ``MachineLacks`` when no folder can be used."""
    tried = list(candidates(os.environ, os.geteuid()))
    for folder in tried:
        try:
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError:
            continue
        if _trusted(folder):
            return folder
    raise MachineLacks(
        f"a cache folder that this account can write (tried {', '.join(map(str, tried))})",
        "set TWIN_CACHE to a folder of yours",
    )


def places() -> list[Path]:
    """Where to look for what was kept, best first; nothing is made."""
    return [*(folder for folder in candidates(os.environ, os.geteuid()) if _trusted(folder)), SYSTEM_CACHE]


def leave(folder: Path) -> None:
    """Remove ``folder`` of the cache, and the cache itself, as far as they are empty."""
    for empty in (folder, folder.parent):
        try:
            empty.rmdir()
        except OSError:  # something is kept there
            return


def _trusted(folder: Path) -> bool:
    """Programs are run from the cache, so it must be ours and nobody else may change it."""
    try:
        found = folder.stat()
    except OSError:
        return False
    ours = found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(found.st_mode) and ours and os.access(folder, os.W_OK | os.X_OK)
