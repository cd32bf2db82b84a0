"""The host lab's first process, as far as it needs no namespaces: what it makes of its command's end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
CODE = """
import sys
from pathlib import Path
from twin.lab import guest, inside
guest.BUNDLE = Path(sys.argv[1])
print(inside.supervise(sys.argv[2:], sys.stderr.fileno()))
"""


def supervise(folder: Path, script: str) -> tuple[str, str]:
    """What the first process found, and what its command printed."""
    command = [sys.executable, "-c", CODE, str(folder), "sh", "-c", script]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip(), done.stderr


@pytest.mark.parametrize(
    ("script", "status"), [("exit 0", "0"), ("exit 3", "3"), ("kill -TERM $$", "143"), ("kill -KILL $$", "137")]
)
def test_the_status_is_the_commands_as_a_shell_counts_it(tmp_path: Path, script: str, status: str) -> None:
    assert supervise(tmp_path, script) == (status, "")


def test_the_command_has_the_labs_environment_and_folder_and_no_input(tmp_path: Path) -> None:
    assert supervise(tmp_path, "pwd; echo $PYTHONHASHSEED $TZ; cat") == ("0", f"{tmp_path}\n0 UTC\n")


def test_another_childs_end_is_not_the_commands(tmp_path: Path) -> None:
    # The first process adopts what the command leaves behind; here a subreaper stands for it.
    code = f"import ctypes; ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)\n{CODE}"
    script = "(sh -c 'exit 5' &) ; sleep 0.2; exit 4"
    command = [sys.executable, "-c", code, str(tmp_path), "sh", "-c", script]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "4\n"
