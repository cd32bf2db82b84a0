"""The lab's inside, as far as the host sets it: the script that the lab's first process runs, and its environment.

The host's files are the lab's root, so its Python and its tools are there. But the lab puts fresh memory over some
folders (``COVERED``): what it needs from below those (a checkout in ``/tmp``, say) is mounted again on top.
"""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from twin.errors import BadInput, RunBroke
from twin.lab.machine import PROGRAM_PATH

#: Where the run's folder is inside the lab.
BUNDLE: Final = Path("/run/bundle")

#: What the lab itself says, below the run's folder; what its command says is in ``logs/lab.log``.
CONSOLE: Final = Path("logs/console.log")

COVERED: Final = tuple(Path(folder) for folder in ("/dev/shm", "/run", "/tmp", "/var/log"))

#: The lab's Python, which sees the same packages as the host side.
PYTHON: Final = sys.executable

_REPOSITORY: Final = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    """The whole environment of the lab's command. Nothing of the host's leaks in: runs must not differ by it."""
    return {
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "PATH": PROGRAM_PATH,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(_REPOSITORY),
        "PYTHONUNBUFFERED": "1",
        "TERM": "linux",
        "TZ": "UTC",
    }


def covered(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Those of ``folders`` that the lab's fresh memory would hide, without ones that lie in another of them."""
    hidden = sorted({path for path in folders if any(path.is_relative_to(cover) for cover in COVERED)})
    return tuple(path for path in hidden if not any(path != other and path.is_relative_to(other) for other in hidden))


def script(command: Sequence[str], visible: Iterable[Path]) -> str:
    """The text of ``lab/command``: make ``visible`` folders visible, set the environment, become ``command``.

    Raises ``BadInput`` for a folder with a comma in its name, which no mount option can hold.
    """
    lines = ["set -e"]
    for path in covered(visible):
        if "," in str(path):
            raise BadInput(str(path), "", "a comma in the name of a folder that the lab needs", remedy="rename it")
        quoted = shlex.quote(str(path))
        lines += [f"mkdir -p {quoted}", f"mount -t hostfs -o ro,{quoted} none {quoted}"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in environment().items()]
    lines.append(f"exec {shlex.join(command)}")
    return "\n".join(lines) + "\n"


def write(folder: Path, command: Sequence[str], visible: Iterable[Path]) -> None:
    """Put what the lab's first process needs into the run's ``folder``."""
    make_folders(folder)
    (folder / "lab" / "command").write_text(script(command, needed(visible)), encoding="utf-8")
    shutil.copyfile(Path(__file__).with_name("init.sh"), folder / "lab" / "init")
    (folder / "lab" / "init").chmod(0o755)


def make_folders(folder: Path) -> None:
    """Make the folders that every lab writes to in the run's ``folder``, and forget an earlier lab's end."""
    for name in ("lab", "logs"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "lab" / "status").unlink(missing_ok=True)


def needed(visible: Iterable[Path]) -> tuple[Path, ...]:
    """All folders of the host that a command reads: ``visible``, this checkout, its Python."""
    return (*visible, _REPOSITORY, Path(sys.prefix))


def read_status(folder: Path, stopped: str) -> int:
    """The exit status that the lab's first process wrote. Raises ``RunBroke`` if it did not get that far, with
    ``stopped`` for what ended too early."""
    try:
        return int((folder / "lab" / "status").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        lines = (folder / CONSOLE).read_text(encoding="utf-8", errors="replace").split("\n")
        last = [line.strip() for line in lines if line.strip()][-3:]
        said = " / ".join(last) or "nothing"
        what = f"{stopped} stopped before its command ended; the last it said: {said}"
        raise RunBroke(what, str(folder / CONSOLE)) from None


def tidy(folder: Path) -> None:
    """Remove from the run's ``folder`` what only the lab's boot needed."""
    shutil.rmtree(folder / "uml", ignore_errors=True)
    for name in ("init", "command", "status"):
        (folder / "lab" / name).unlink(missing_ok=True)
    if (folder / "lab").is_dir() and not any((folder / "lab").iterdir()):
        (folder / "lab").rmdir()
