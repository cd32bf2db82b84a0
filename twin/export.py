"""A topology written in others' formats, as files of their names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from twin.errors import BadInput
from twin.optics import export as formats
from twin.spec import load


def write(
    topology: Path, folder: Path, *, gnpy: bool = False, rfc8345: bool = False, sets: Sequence[str] = ()
) -> list[Path]:
    """Write ``topology`` (or an experiment's) in one of the two formats into ``folder``; returns the files' paths.

    Raises ``BadInput`` where not exactly one format is asked for, where the format cannot say what the topology has,
    and where a file is there already: nothing is overwritten, and then nothing is written."""
    if gnpy == rfc8345:
        raise BadInput("twin export", "", "found both formats" if gnpy else "found no format", "--gnpy or --rfc8345")
    loaded = load(topology, sets).topology
    files = formats.gnpy(loaded) if gnpy else formats.ietf(loaded)
    for name in files:
        if (folder / name).exists():
            raise BadInput("--out", "", f"found the file {folder / name}", "", "name another folder, or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (folder / name).write_text(text + "\n", encoding="utf-8")
    return [folder / name for name in files]
