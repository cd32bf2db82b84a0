"""What the documentation shows of a benchmark: ``docs/benchmarks.md`` with its plots, and figures between marks in the
README."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench import accuracy, blocking, control, cost, machine, planning, prediction
from bench.table import Table, times, to_markdown

START: Final = "<!-- figures:bench -->\n"
END: Final = "<!-- /figures:bench -->"
_HEADINGS: Final = {
    "accuracy": "Accuracy",
    "cost": "Cost",
    "build": "Building",
    "peer": "Peer",
    "planning": "Planning",
    "control": "Control",
    "blocking": "Blocking",
    "prediction": "Predicting",
}
#: Part -> what draws its plot, the file below docs/, and what it shows.
PLOTS: Final[dict[str, tuple[Callable[[Any], str], str, str]]] = {
    "planning": (planning.figure, "figures/planning.svg", "Planning time by number of lightpaths"),
    "blocking": (blocking.figure, "figures/blocking.svg", "Requests blocked by load, next to Erlang's B"),
    "prediction": (prediction.figure, "figures/prediction.svg", "Prediction's cost by number of ranks and flows"),
}


def write(found: dict[str, Any], tables: Mapping[str, Sequence[Table]], root: Path) -> None:
    """Write both pages below ``root``. The README's marks must be there."""
    (root / "docs" / "benchmarks.md").write_text(page(found, tables), encoding="utf-8")
    for name, (figure, file, _) in PLOTS.items():
        if name in found:
            plot = root / "docs" / file
            plot.parent.mkdir(exist_ok=True)
            plot.write_text(figure(found[name]), encoding="utf-8")
    readme = root / "README.md"
    readme.write_text(insert(readme.read_text(encoding="utf-8"), "\n".join(headlines(found))), encoding="utf-8")


def page(found: dict[str, Any], tables: Mapping[str, Sequence[Table]]) -> str:
    """The whole of ``docs/benchmarks.md``."""
    lines = [
        "# Benchmarks",
        "",
        "Measured by `make bench`, each part on the machine that it names. Made by `python -m bench --markdown`: edit "
        "nothing here. Figures of the virtual clock do not depend on the machine, wall times do.",
        "",
    ]
    if found["quick"]:
        lines += ["**Small sizes (`QUICK=1`): these show that everything runs, not how fast it is.**", ""]
    for name, shown in tables.items():
        lines += [f"## {_HEADINGS[name]}", "", f"On {machine.sentence(found['machines'][name])}.", ""]
        lines += ["\n".join((to_markdown(table), "")) for table in shown]
        if name in PLOTS:
            lines += [f"![{PLOTS[name][2]}]({PLOTS[name][1]})", ""]
    return "\n".join(lines)


def insert(text: str, body: str) -> str:
    """``text`` with ``body`` between the marks. Raises ``ValueError`` where a mark is missing."""
    before, first, rest = text.partition(START)
    _, second, after = rest.partition(END)
    if not first or not second:
        raise ValueError("no marks <!-- figures:bench --> and <!-- /figures:bench -->")
    return f"{before}{START}{body}\n{END}{after}"


def headlines(found: dict[str, Any]) -> list[str]:
    """The README's figures, as a list."""
    lines = []
    if "accuracy" in found:
        lines.append(f"- {_exactness(found['accuracy'])}")
    if "cost" in found:
        lines.append(f"- {_carrying(found['cost'])}")
    lines += [f"- {_building(size)}" for size in found.get("build", {}).get("sizes", [])[-1:]]
    if "planning" in found:
        lines.append(f"- {planning.headline(found['planning'])}")
    if "control" in found:
        lines.append(f"- {control.headline(found['control'])}")
    peer = found.get("peer", {})
    if "dumbbell" in peer:
        ratio = peer["dumbbell"]["ns3"]["wall_s"] / peer["dumbbell"]["twin"]["wall_s"]
        lines.append(f"- A flow over a 100 Gb/s dumbbell takes {times(ratio)} as much wall time in ns-3.")
    if "prediction" in found:
        lines.append(f"- {prediction.headline(found['prediction'])}")
    machines = dict.fromkeys(machine.sentence(one) for one in found["machines"].values())
    lines.append(f"- All tables: [docs/benchmarks.md](docs/benchmarks.md), on {' and '.join(machines)}.")
    return lines


def _exactness(found: dict[str, Any]) -> str:
    chains = [(row["row"], chain) for row in found["rows"] for chain in row["chains"]]
    held = sum(all(accuracy.checks(row, chain, found["loss_probes"]).values()) for row, chain in chains)
    delay_ns = max(abs(value - row["delay_s"]) * 1e9 for row, chain in chains for value in chain["delays_s"])
    tcp = max(abs(chain["tcp_bps"] / accuracy.tcp_expected_bps(row) - 1) for row, chain in chains if "tcp_bps" in chain)
    rates = "1 Mb/s over 300 ms to 800 Gb/s over 5 ms"
    return (
        f"From {rates}, over up to {max(chain['switches'] for _, chain in chains)} switches: one-way delay within "
        f"{delay_ns:.0f} ns, TCP goodput within {tcp:.2%} of what headers leave; {held} of {len(chains)} rows hold."
    ).replace("%", " %")


def _carrying(found: dict[str, Any]) -> str:
    flow = found["flows"][0]
    spent_s = cost.per_gb(flow["wall_s"], flow["size_bytes"], flow["links"])
    return f"Carrying 1 GB over one link at 100 Gb/s costs {spent_s:.2f} s of wall time."


def _building(size: dict[str, Any]) -> str:
    counts = f"{size['servers']:,} servers and {size['switches']} switches"
    text = f"{counts} are up in {size['pinged_s']:.1f} s of wall time and gone in {size['removed_s']:.1f} s"
    stock = size["stock"]
    if stock is None:
        return f"{text}; stock Mininet needs more than {times(size['limit_s'] / size['pinged_s'])} as long."
    return f"{text}, {times(stock['pinged_s'] / size['pinged_s'])} as fast as stock Mininet."
