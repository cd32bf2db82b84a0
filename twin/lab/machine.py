"""What this machine must have, and the Debian package that brings it.

The lists are text files, because ``make setup`` reads them before there is a Python to ask.
"""

from __future__ import annotations

import importlib.util
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twin.errors import MachineLacks

#: Where programs are looked for. Ordinary accounts often lack the ``sbin`` folders, where half of the tools live.
PROGRAM_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_FOLDER: Final = Path(__file__).parent
RUN_LIST: Final = _FOLDER / "packages.txt"
BUILD_LIST: Final = _FOLDER / "kernel" / "packages.txt"


@dataclass(frozen=True)
class Need:
    """A program's name, or a file's full path, and the ``package`` that has it."""

    thing: str
    package: str
    reason: str

    @property
    def met(self) -> bool:
        """Whether this machine has it."""
        if self.thing.startswith("/"):
            return Path(self.thing).exists()
        return shutil.which(self.thing, path=PROGRAM_PATH) is not None


def read_needs(path: Path) -> tuple[Need, ...]:
    """The needs listed in ``path``: a line each, ``THING PACKAGE REASON``; ``#`` starts a comment line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = (line.split(maxsplit=2) for line in lines if line and not line.startswith("#"))
    return tuple(Need(thing, package, reason) for thing, package, reason in rows)


def lacking(needs: tuple[Need, ...]) -> tuple[Need, ...]:
    """Those of ``needs`` that this machine does not meet."""
    return tuple(need for need in needs if not need.met)


def require(path: Path) -> None:
    """Raise ``MachineLacks`` when the list ``path`` is not met; it names all that is missing and the command for it."""
    missing = lacking(read_needs(path))
    if missing:
        packages = " ".join(sorted({need.package for need in missing}))
        raise MachineLacks(", ".join(need.thing for need in missing), f"sudo apt install {packages}")


def require_lab() -> None:
    """Raise ``MachineLacks`` when an experiment cannot run in the lab kernel on this machine."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        found = f"{platform.system()} on {platform.machine()}"
        raise MachineLacks(f"Linux on x86_64 (found {found})", "use the Vagrant machine: vagrant up")
    require(RUN_LIST)
    if importlib.util.find_spec("mininet") is None:
        raise MachineLacks(
            "the Python module mininet in this virtual environment",
            "sudo apt install mininet, and make the environment with --system-site-packages (make setup does)",
        )
