"""What the README shows of the demo: ``python -m twin.tables`` (``make tables``) runs it again.

::

    experiments/ -> the lab -> docs/figures/demo.txt -> README.md, from <!-- table:demo --> to its end

It comes from a run with the virtual clock, so it does not depend on the machine.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from twin import experiment
from twin.results import bundle, reproduction_table, summary

ROOT: Final = Path(__file__).parents[1]
README: Final = ROOT / "README.md"
DEMO: Final = ROOT / "docs" / "figures" / "demo.txt"
DEMO_WIDTH: Final = 80


def demo_text(folder: Path) -> str:
    """What ``make demo`` prints: the summary of the run in ``folder``, without its wall time."""
    from rich.console import Console

    console = Console(width=DEMO_WIDTH, color_system=None)
    results = bundle.read_results(folder)
    with console.capture() as capture:
        console.print(summary.render(results, bundle.read_run(folder)))
    text = capture.get().replace(f" in {results.wall_s:.1f} s", "")
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def with_demo(readme: str) -> str:
    """``readme`` with the demo's text as it is stored."""
    text = DEMO.read_text(encoding="utf-8")
    return reproduction_table.put(readme, "demo", f"```\n{text}```\n", str(README))


def main(arguments: Sequence[str]) -> int:
    """Run the demo again, unless ``--stored`` is given, and write the README."""
    if "--stored" not in arguments:
        with tempfile.TemporaryDirectory(prefix="twin-tables-") as scratch:
            demo = experiment.run(ROOT / "experiments" / "three-sites-cut.yaml", Path(scratch, "demo")).folder
            DEMO.write_text(demo_text(demo), encoding="utf-8")
    README.write_text(with_demo(README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
