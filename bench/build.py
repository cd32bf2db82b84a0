"""Building: wall time from a topology to the first answer, of idling and of taking down, against stock Mininet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench import labs
from bench.table import Table, seconds, times
from twin.errors import RunBroke

#: (servers, switches), and how long stock Mininet may take.
FULL = ((10, 1, 60.0), (100, 10, 100.0), (1000, 100, 240.0))
QUICK = ((10, 1, 60.0),)
IDLE_S = 30.0


def measure(quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Each size once with each; ``say`` hears of progress."""
    return {"sizes": [_size(*size, say) for size in (QUICK if quick else FULL)], "idle_s": IDLE_S}


def _size(servers: int, switches: int, limit_s: float, say: Callable[[str], None]) -> dict[str, Any]:
    say(f"build: {servers} servers")
    answer = labs.ask("fabric", {"servers": servers, "switches": switches, "idle_s": IDLE_S})
    found = {
        "servers": servers,
        "switches": switches,
        "links": answer.found["links"],
        "boot_s": answer.marks["ready"] - answer.start_s,
        "built_s": answer.between("ready", "built"),
        "pinged_s": answer.between("ready", "pinged"),
        "idle_wall_s": answer.between("pinged", "rested"),
        "removed_s": answer.start_s + answer.wall_s - answer.marks["rested"],
        "limit_s": limit_s,
    }
    say(f"build: {servers} servers, stock Mininet, at most {limit_s:g} s")
    try:
        question = {"build": {"servers": servers, "switches": switches}}
        found["stock"] = labs.ask("stock", question, clock="real", timeout_s=limit_s).found
    except RunBroke as problem:
        if not labs.ran_out(problem):
            raise
        found["stock"] = None
    return found


def tables(found: dict[str, Any]) -> list[Table]:
    """Building, and idling."""
    lines, idle = [], []
    for size in found["sizes"]:
        stock = size["stock"]
        against = ("", "", "") if stock is None else _against(size, stock)
        if stock is None:
            limit = size["limit_s"]
            against = (f"over {limit:g} s", f"over {times(limit / size['pinged_s'])}", "")
        counts = f"{size['servers']:,} servers, {size['switches']} {'switch' if size['switches'] == 1 else 'switches'}"
        lines.append((counts, *(seconds(size[key]) for key in ("boot_s", "pinged_s", "removed_s")), *against))
        wall_s = size["idle_wall_s"] / found["idle_s"]
        idle.append((counts, f"{wall_s:.4f} s"))
    columns = ("fabric", "boot", "up", "down", "Mininet up", "ratio", "Mininet down")
    note = (
        "Wall time. Boot: from nothing to a running lab. Up: from the topology, with the start of Open vSwitch, to the "
        "first answer of the last server to the first. Down: to the end of the lab, which takes the network along. "
        "Stock Mininet builds the same graph in the same kernel with the real clock."
    )
    rest = Table("Idle fabrics", ("fabric", "wall per virtual second"), tuple(idle))
    return [Table("Building", columns, tuple(lines), note), rest]


def _against(size: dict[str, Any], stock: dict[str, float]) -> tuple[str, str, str]:
    ratio = times(stock["pinged_s"] / size["pinged_s"])
    return seconds(stock["pinged_s"]), ratio, seconds(stock["removed_s"])
