"""Runs one of the scenarios of ``peer.cc``: ``python run.py dumbbell|ring ARGUMENT…`` prints JSON. Needs only ns-3."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(name: str, *arguments: str) -> int:
    """Compile the scenarios, run ``name``, and write what came out."""
    import cppyy  # it comes with ns-3
    from ns import ns as _loaded  # noqa: F401 (importing it loads ns-3's libraries)

    cppyy.cppdef(Path(__file__).with_name("peer.cc").read_text(encoding="utf-8"))
    numbers = [float(text) if "." in text or "e" in text else int(text) for text in arguments]
    start_s = time.monotonic()
    found = getattr(cppyy.gbl.bench, name.capitalize())(*numbers)
    wall_s = time.monotonic() - start_s
    json.dump({"seconds": found.seconds, "wall_s": wall_s}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
