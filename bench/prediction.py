"""Predicting: CPU time and memory as ranks and flows grow. Each size runs in a process of its own, so that its memory
is its own. Beside emulation and ns-3 it stands in ``peer``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench.loglog import Line, Panel, svg
from bench.table import Table, seconds, times

ROOT: Final = Path(__file__).parents[1]
#: What grows -> its sizes. See ``growth.py``.
FULL: Final = {
    "ranks": (100, 300, 1000, 3000, 10_000),
    "apart": (100, 300, 1000, 3000, 10_000, 30_000),
    "shared": (100, 300, 1000, 3000, 10_000),
    "in-turn": (100, 300, 1000, 3000, 10_000),
}
QUICK: Final = {"ranks": (100,), "apart": (100,), "shared": (100,), "in-turn": (100,)}
_WORDS: Final = {
    "ranks": "ranks of one all-reduce",
    "apart": "flows, each over cables of its own",
    "shared": "flows that share one ring of sites",
    "in-turn": "flows that share it and begin in turn",
}
#: The most that the project allows itself for the largest all-reduce.
BOUND_RANKS, BOUND_S, BOUND_BYTES = 10_000, 5.0, 2 * 10**9


def measure(quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Every size once; ``say`` hears of progress."""
    found: dict[str, Any] = {}
    for kind, sizes in (QUICK if quick else FULL).items():
        found[kind] = []
        for count in sizes:
            say(f"prediction: {count:,} {_WORDS[kind]}")
            command = [sys.executable, "-m", "bench.growth", kind, str(count)]
            done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
            found[kind].append(json.loads(done.stdout))
    return found


def tables(found: dict[str, Any]) -> list[Table]:
    """A row for each size of each kind; then how much ten times as many cost."""
    rows = [
        (
            f"{size['count']:,} {_WORDS[kind]}",
            seconds(size["cpu_s"]),
            f"{size['memory_bytes'] / 2**20:.0f} MiB",
            f"{size['predicted_s'] * 1e3:.1f} ms",
        )
        for kind in _WORDS
        for size in found.get(kind, [])
    ]
    note = (
        "Ten sites in a ring of 800 Gb/s circuits, 100 km apart, 400 Gb/s per server, leaves of 125 servers. The "
        "all-reduce is hierarchical, of 1 GiB in 8 slices; its time has the opening of connections in it. Flows are "
        "of 10 to 100 MB and begin at once; those that begin in turn fill three quarters of the ring. With the routes "
        "of all servers; one CPU. Where flows share links, each that begins or ends changes the rates of all the "
        "others; those that the same full links limit have one rate, so that this costs as much as there are such "
        f"classes. The bound is {BOUND_S:g} s and {BOUND_BYTES / 1e9:g} GB for {BOUND_RANKS:,} ranks."
    )
    shown = [Table("Predicting", ("what", "CPU", "memory", "predicted"), tuple(rows), note)]
    growth = tuple(
        (f"{count:,} {_WORDS[kind]}", times(cpu), times(memory))
        for kind in _WORDS
        for count, cpu, memory in _tenfold(found.get(kind, []))
    )
    about = (
        "What grows with the network, as routes do, is in it: flows apart have two servers each. Of flows that begin "
        "in turn more are under way at once the more there are, up to some 3,000; so long the cost of each grows, too."
    )
    return [*shown, Table("Growth", ("ten times as many", "CPU", "memory"), growth, about)] if growth else shown


def _tenfold(sizes: list[dict[str, Any]]) -> list[tuple[int, float, float]]:
    """(count, how many times the CPU time, the memory) of each size of which a tenth was measured too."""
    tenth = {10 * size["count"]: size for size in sizes}
    pairs = [(size, tenth[size["count"]]) for size in sizes if size["count"] in tenth]
    return [(a["count"], a["cpu_s"] / b["cpu_s"], a["memory_bytes"] / b["memory_bytes"]) for a, b in pairs]


def headline(found: dict[str, Any]) -> str:
    """One sentence on the largest all-reduce."""
    size = found["ranks"][-1]
    cost = f"{seconds(size['cpu_s'])} and {size['memory_bytes'] / 2**20:.0f} MiB"
    text = f"An all-reduce over {size['count']:,} ranks at ten sites is predicted in {cost}"
    grown = [
        f"{count:,} flows {how} cost {times(cpu)} as much as a tenth"
        for kind, how in (("apart", "apart"), ("shared", "on one ring"))
        for count, cpu, _ in _tenfold(found.get(kind, []))[-1:]
    ]
    return f"{'; '.join([text, *grown])}."


def figure(found: dict[str, Any]) -> str:
    """The growth as an SVG: seconds and memory by size, with the bounds for the largest all-reduce."""

    def lines(key: str, scale: float) -> tuple[Line, ...]:
        return tuple(
            Line(words, tuple((size["count"], size[key] / scale) for size in found[kind]))
            for kind, words in _WORDS.items()
            if kind in found
        )

    panels = [
        Panel("CPU time, s, by size", lines("cpu_s", 1.0), BOUND_S),
        Panel("memory, MiB, by size", lines("memory_bytes", 2.0**20), BOUND_BYTES / 2**20),
    ]
    return svg("twin predict: growth, and the bound for 10,000 ranks", panels)
