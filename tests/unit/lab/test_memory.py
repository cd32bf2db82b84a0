"""Where the lab's memory goes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from twin.errors import MachineLacks
from twin.lab.memory import memory_folder


def machine_with(monkeypatch: pytest.MonkeyPatch, **folders: SimpleNamespace) -> None:
    """Pretend that only ``folders`` (``dev_shm=...``) exist, with that free space and those flags."""

    def statvfs(path: Path) -> SimpleNamespace:
        try:
            return folders[str(path).strip("/").replace("/", "_")]
        except KeyError:
            raise FileNotFoundError(path) from None

    monkeypatch.setattr(tempfile, "gettempdir", lambda: "/tmp")
    monkeypatch.setattr(os, "statvfs", statvfs)
    monkeypatch.setattr(os, "access", lambda path, mode: True)


def folder(free_mb: int, flags: int = 0) -> SimpleNamespace:
    return SimpleNamespace(f_bavail=free_mb, f_frsize=1 << 20, f_flag=flags)


def test_shared_memory_is_first_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    machine_with(monkeypatch, dev_shm=folder(4096), tmp=folder(9999))
    assert memory_folder(4096) == Path("/dev/shm")


@pytest.mark.parametrize("shared", [folder(64), folder(9999, os.ST_NOEXEC)])
def test_a_containers_shared_memory_will_not_do(monkeypatch: pytest.MonkeyPatch, shared: SimpleNamespace) -> None:
    machine_with(monkeypatch, dev_shm=shared, tmp=folder(4096))
    assert memory_folder(4096) == Path("/tmp")


def test_nowhere_is_said_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    machine_with(monkeypatch)
    with pytest.raises(MachineLacks) as caught:
        memory_folder(4096)
    assert str(caught.value) == (
        "this machine lacks 4096 MiB for the lab's memory on a file system not mounted noexec "
        "(tried /dev/shm, /tmp, /var/tmp); free some space, or set TMPDIR to a folder that has it"
    )
