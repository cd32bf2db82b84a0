"""What the README shows of measurements: ``python -m twin.tables`` (``make tables``) measures it again.

::

    experiments/ -> the lab -> docs/figures/netem.json, demo.txt -> README.md, from <!-- table:NAME --> to its end

Figures come from runs with the virtual clock, so they do not depend on the machine; only the wall times do.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin import experiment
from twin.results import bundle, summary
from twin.units import show_rate, show_time

ROOT: Final = Path(__file__).parents[1]
README: Final = ROOT / "README.md"
NETEM: Final = ROOT / "docs" / "figures" / "netem.json"
DEMO: Final = ROOT / "docs" / "figures" / "demo.txt"
DEMO_WIDTH: Final = 80


@dataclass(frozen=True)
class NetemCase:
    """One all-reduce of 128 MiB under tc netem as published: ``delay_s`` from any server to any other."""

    servers: int
    delay_s: float
    rate_bps: float
    published_s: float

    @property
    def key(self) -> str:
        return f"{self.servers} servers, {show_time(self.delay_s)}, {show_rate(self.rate_bps)}"

    @property
    def settings(self) -> list[str]:
        """What of the experiment is set. A packet crosses two cables, so each has half of the delay."""
        nic = "topology.sites.cluster.servers.nic"
        return [
            f"topology.sites.cluster.servers.count={self.servers}",
            f"{nic}.rate={show_rate(self.rate_bps)}",
            f"{nic}.delay={show_time(self.delay_s / 2)}",
            f"expect.0.equals={show_time(self.published_s)}",
        ]


#: BinhangYuan/tc_cluster_setting, 128 MiB: (delay, rate) -> servers -> published time.
_PUBLISHED: Final = {
    (1e-3, 5e9): {4: 0.329, 8: 0.383, 32: 0.434},
    (5e-3, 2e9): {4: 0.835, 8: 0.970, 32: 1.071},
    (10e-3, 1e9): {4: 1.669, 8: 1.940, 32: 2.141},
}
NETEM_CASES: Final = tuple(
    NetemCase(servers, delay_s, rate_bps, times[servers])
    for servers in (4, 8, 32)
    for (delay_s, rate_bps), times in _PUBLISHED.items()
)

_NETEM_NOTE: Final = (
    "Time of a ring all-reduce of 128 MiB over n servers, each behind a rate and a delay, against NCCL under tc netem\n"
    "(published by BinhangYuan/tc_cluster_setting). Only the bandwidth term is tested: the slices of a pipelined ring\n"
    "never wait for the delay, which enters about once. Frames of 9,001 bytes are assumed."
)


def netem_time(case: NetemCase, folder: Path) -> tuple[float, float]:
    """Run ``case`` into the new ``folder``; returns the all-reduce's time and the run's wall time, seconds."""
    path = ROOT / "experiments" / "allreduce-netem.yaml"
    settings = [*case.settings, "workloads.allreduce.iterations=1"]
    results = experiment.run(path, folder, sets=settings).results
    return float(results.metrics["allreduce.time"].value), results.wall_s


def measure_netem(cases: Iterable[NetemCase], folder: Path) -> dict[str, Any]:
    """The figures of ``cases``, as they are stored."""
    found = {}
    for number, case in enumerate(cases):
        time_s, wall_s = netem_time(case, folder / f"netem-{number}")
        found[case.key] = {"time_s": time_s, "wall_s": round(wall_s, 1)}
    return {"machine": _machine(), "runs": found}


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "x86-64")
    return f"{os.cpu_count()} CPUs, {model}"


def demo_text(folder: Path) -> str:
    """What ``make demo`` prints: the summary of the run in ``folder``, without its wall time."""
    from rich.console import Console

    console = Console(width=DEMO_WIDTH, color_system=None)
    results = bundle.read_results(folder)
    with console.capture() as capture:
        console.print(summary.render(results, bundle.read_run(folder)))
    text = capture.get().replace(f" in {results.wall_s:.1f} s", "")
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def netem_table(figures: dict[str, Any]) -> str:
    """The published times, the emulated ones and how far they are apart."""
    lines = ["| n | delay | rate | published | emulated | deviation |", "|--:|--:|--:|--:|--:|--:|"]
    for case in NETEM_CASES:
        run = figures["runs"].get(case.key)
        if run is not None:
            share = run["time_s"] / case.published_s - 1
            cells = (show_time(case.delay_s), show_rate(case.rate_bps), f"{case.published_s * 1e3:.0f} ms")
            row = (str(case.servers), *cells, f"{run['time_s'] * 1e3:.1f} ms", f"{share:+.1%}".replace("%", " %"))
            lines.append(f"| {' | '.join(row)} |")
    return "\n".join([_NETEM_NOTE, "", *lines])


def insert(text: str, name: str, body: str) -> str:
    """``text`` with ``body`` between the marks of the table ``name``. Raises ``ValueError`` where a mark is missing."""
    start, end = f"<!-- table:{name} -->\n", f"<!-- /table:{name} -->"
    before, first, rest = text.partition(start)
    _, second, after = rest.partition(end)
    if not first or not second:
        raise ValueError(f"no marks of the table {name!r}")
    return f"{before}{start}{body}\n{end}{after}"


def with_tables(readme: str) -> str:
    """``readme`` with its tables as the stored figures give them."""
    readme = insert(readme, "demo", f"```\n{DEMO.read_text(encoding='utf-8')}```")
    return insert(readme, "netem", netem_table(json.loads(NETEM.read_text(encoding="utf-8"))))


def main(arguments: Sequence[str]) -> int:
    """Measure again, unless ``--stored`` is given, and write the README."""
    if "--stored" not in arguments:
        with tempfile.TemporaryDirectory(prefix="twin-tables-") as scratch:
            demo = experiment.run(ROOT / "experiments" / "three-sites-cut.yaml", Path(scratch, "demo")).folder
            DEMO.write_text(demo_text(demo), encoding="utf-8")
            bundle.write_json(NETEM, measure_netem(NETEM_CASES, Path(scratch)))
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
