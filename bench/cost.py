"""Cost: wall time of carrying and of idling, and memory of each part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench import labs
from bench.table import Table
from twin.units import show_size

FULL = {"flow_bytes": 4 * 10**9, "ring_bytes": 10**9, "ring_servers": 4, "switches": [1, 3]}
QUICK = {"flow_bytes": 2 * 10**8, "ring_bytes": 10**8, "ring_servers": 4, "switches": [1]}
#: The most that the project allows itself, wall seconds for one GB over one link at jumbo frames.
BOUND_S_PER_GB = 0.5
#: Parts are weighed so many at a time.
HEAP = 100
NOTHING = {"servers": 0, "links": 1, "switches": 0}


def measure(quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Carrying and memory; ``say`` hears of progress. Idling is measured with building."""
    say("cost: carrying")
    answer = labs.ask("carry", QUICK if quick else FULL)
    flows = answer.found["flows"]
    for flow in flows:
        flow["wall_s"] = answer.between(f"flow-{flow['switches']}-start", f"flow-{flow['switches']}-end")
    ring = answer.found["ring"]
    ring["wall_s"] = answer.between("ring-start", "ring-end")
    return {"flows": flows, "ring": ring, "memory": memory(say)}


def memory(say: Callable[[str], None]) -> dict[str, float]:
    """Bytes of one more server (with its link), link and switch."""
    used: dict[str, float] = {}
    for part in ("nothing", "servers", "links", "switches"):
        say(f"cost: memory, {part}")
        asked = {**NOTHING, **({part: HEAP} if part != "nothing" else {})}
        used[part] = labs.ask("memory", asked, memory_mb=2048).found
    more = {"servers": HEAP, "links": HEAP - NOTHING["links"], "switches": HEAP}
    return {part: (used[part] - used["nothing"]) / count for part, count in more.items()}


def ring_bytes(ring: dict[str, Any]) -> float:
    """What a ring all-reduce sends over one link, all servers together: 2(n-1) S."""
    return 2.0 * (float(ring["servers"]) - 1) * float(ring["size_bytes"])


def per_gb(wall_s: float, size_bytes: float, links: int) -> float:
    """Wall seconds for one GB over one link."""
    return wall_s / (size_bytes / 1e9 * links)


def tables(found: dict[str, Any]) -> list[Table]:
    """Carrying, and memory."""
    lines = [
        (
            f"one flow, 100 Gb/s, {show_size(flow['size_bytes'])}",
            str(flow["links"]),
            f"{flow['time_s'] * 1e3:.1f} ms",
            f"{flow['wall_s']:.2f} s",
            f"{per_gb(flow['wall_s'], flow['size_bytes'], flow['links']):.3f} s",
        )
        for flow in found["flows"]
    ]
    ring = found["ring"]
    cost_s = per_gb(ring["wall_s"], ring_bytes(ring), ring["links"])
    what = f"ring all-reduce, {ring['servers']} servers, {show_size(ring['size_bytes'])}"
    lines.append(
        (what, str(ring["links"]), f"{ring['time_s'] * 1e3:.1f} ms", f"{ring['wall_s']:.2f} s", f"{cost_s:.3f} s")
    )
    note = f"Jumbo frames; a hop is one link. The bound is {BOUND_S_PER_GB:g} s per GB and hop."
    carrying = Table(
        "Cost of carrying", ("what", "links", "virtual time", "wall time", "wall per GB and hop"), tuple(lines), note
    )
    parts = tuple((name, f"{found['memory'][key] / 1024:.0f} KiB") for key, name in _PARTS.items())
    weighed = f"Kernel and programs, by the lab's free memory before and after {HEAP} more of each."
    return [carrying, Table("Memory", ("one more", "memory"), parts, weighed)]


_PARTS = {"servers": "server, with its link", "links": "packet link", "switches": "switch"}
