"""``python -m bench``: measure, show, keep; ``make bench`` calls it.

::

    parts -> bench/results/latest.json -> tables on the terminal, and with --markdown docs/benchmarks.md and the README
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from bench import accuracy, blocking, build, control, cost, machine, pages, peer, planning, prediction, table

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "bench" / "results" / "latest.json"
#: Small sizes never take the place of what was measured in full.
QUICK: Final = RESULTS.with_name("quick.json")
PARTS: Final = {
    "accuracy": accuracy,
    "cost": cost,
    "build": build,
    "peer": peer,
    "planning": planning,
    "control": control,
    "blocking": blocking,
    "prediction": prediction,
}

#: Columns of a log: as many as the widest table needs.
LOG_WIDTH = 150


def arguments(words: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the twin, and its peers beside it.")
    parser.add_argument("--only", choices=tuple(PARTS), action="append", help="this part alone (may be repeated)")
    parser.add_argument("--quick", action="store_true", help="small sizes: does everything run?")
    parser.add_argument("--stored", action="store_true", help="measure nothing: show what was kept")
    parser.add_argument("--markdown", action="store_true", help="write docs/benchmarks.md and the README's figures")
    parser.add_argument("--results", type=Path, help="the file that keeps the figures (default: latest.json there)")
    asked = parser.parse_args(words)
    asked.results = asked.results or (QUICK if asked.quick else RESULTS)
    return asked


def measure(names: Sequence[str], quick: bool, before: dict[str, Any], console: Console) -> dict[str, Any]:
    """The parts ``names`` measured again, each with its machine; the others as they were ``before``."""
    start_s = time.monotonic()

    def say(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - start_s:6.1f} s[/dim]  {what}")

    found = {**before, "quick": quick, "machines": dict(before.get("machines", {}))}
    for name in names:
        found[name] = PARTS[name].measure(quick, say)
        found["machines"][name] = machine.describe()
    return found


def main(words: Sequence[str]) -> int:
    """Returns 1 where an accuracy row misses its bound."""
    asked, console = arguments(words), Console()
    if not console.is_terminal:
        console.width = LOG_WIDTH
    found: dict[str, Any] = json.loads(asked.results.read_text()) if asked.results.exists() else {}
    if not asked.stored:
        names = asked.only or list(PARTS)
        found = measure(names, asked.quick, found, console)
        asked.results.parent.mkdir(parents=True, exist_ok=True)
        asked.results.write_text(json.dumps(found, indent=1) + "\n")
    for name in asked.only or PARTS:
        for shown in PARTS[name].tables(found[name]) if name in found else []:
            console.print(table.to_rich(shown), "")
    if asked.markdown:
        pages.write(found, {name: part.tables(found[name]) for name, part in PARTS.items() if name in found}, ROOT)
    missed = accuracy.failures(found["accuracy"]) if "accuracy" in found else []
    for what in missed:
        console.print(f"[red]outside its bound[/red]  {what}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
