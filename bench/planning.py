"""Planning: CPU and wall time of ``twin plan`` as lightpaths grow, on CORONET CONUS (75 sites, 99 fibres, of GNPy)."""

from __future__ import annotations

import importlib.resources
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any, Final

from bench.table import Table, seconds
from twin.plan import rules
from twin.results.document import Metric
from twin.results.sweep_figure import Panel, Series, svg

FULL: Final = (50, 100, 200, 400, 800)
QUICK: Final = (50,)
#: The most that the project allows itself for ``BOUND_COUNT`` lightpaths, seconds of CPU and of wall time.
BOUND_S: Final = 30.0
BOUND_COUNT: Final = 200
#: Of the pairs of sites that are asked for, and the most between them, km of great circle.
SEED: Final = 1
FARTHEST_KM: Final = 1500.0
_COMMAND: Final = "import sys; from twin.cli import main; sys.exit(main())"


def measure(quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Each size once, in a process of its own; ``say`` hears of progress."""
    sizes = []
    for count in QUICK if quick else FULL:
        say(f"planning: {count} lightpaths")
        sizes.append(_plan(count))
    return {"sizes": sizes}


def topology(count: int) -> str:
    """The topology file: ``count`` lightpaths between pairs of sites drawn with one seed, so that a larger size has
    those of a smaller one. They are near enough for light; whether a channel is free is for the plan to say."""
    file = importlib.resources.files("gnpy") / "example-data" / "CORONET_CONUS_Topology.json"
    elements = json.loads(file.read_text(encoding="utf-8"))["elements"]
    places = [item["metadata"]["location"] for item in elements if item["type"] == "Roadm"]
    where = {place["city"]: (place["latitude"], place["longitude"]) for place in places}
    near = [
        pair for pair in permutations(where, 2) if rules.great_circle_km(where[pair[0]], where[pair[1]]) < FARTHEST_KM
    ]
    dice = random.Random(SEED)
    orders = [f"  p{k}: {{between: [{', '.join(dice.choice(near))}]}}" for k in range(count)]
    site = f"{{optical: roadm, transceivers: {{count: {count}, mode: OpenROADM-v5}}}}"
    head = f"name: conus\nimport:\n  gnpy: {{network: {file}}}\n  site: {site}\noptics: {{margin: 1 dB}}\n"
    return "\n".join([head + "lightpaths:", *orders]) + "\n"


def _plan(count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="twin-bench-") as folder:
        path = Path(folder) / "conus.yaml"
        path.write_text(topology(count), encoding="utf-8")
        before, start_s = _children_s(), time.monotonic()
        command = [sys.executable, "-c", _COMMAND, "plan", str(path), "--json"]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        wall_s, cpu_s = time.monotonic() - start_s, _children_s() - before
    light = json.loads(done.stdout)["light"]
    planned, refused = len(light["lightpaths"]), len(light["refusals"])
    return {"asked": count, "planned": planned, "refused": refused, "wall_s": wall_s, "cpu_s": cpu_s}


def _children_s() -> float:
    """CPU time of processes that have ended, s."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tables(found: dict[str, Any]) -> list[Table]:
    """One table: a row for each number of lightpaths."""
    rows = [
        (
            f"{size['asked']} lightpaths",
            str(size["planned"]),
            str(size["refused"]),
            seconds(size["cpu_s"]),
            seconds(size["wall_s"]),
        )
        for size in found["sizes"]
    ]
    note = (
        "`twin plan` on CORONET CONUS (75 sites, 99 fibres), OpenROADM v5 transceivers, random pairs of sites less "
        f"than {FARTHEST_KM:g} km apart: from the start of the process, with the import of GNPy, to the plan as JSON. "
        "A refused lightpath found no free channel, or no mode that closes; what would work was looked for. The bound "
        f"is {BOUND_S:g} s for {BOUND_COUNT} lightpaths."
    )
    return [Table("Planning", ("asked", "planned", "refused", "CPU", "wall"), tuple(rows), note)]


def headline(found: dict[str, Any]) -> str:
    """One sentence on the size that has a bound, or on the largest."""
    size = next((size for size in found["sizes"] if size["asked"] == BOUND_COUNT), found["sizes"][-1])
    spent = f"{seconds(size['cpu_s'])} of CPU and {seconds(size['wall_s'])} of wall time"
    return f"{size['asked']} lightpaths over the 75 sites of CORONET CONUS are planned in {spent}."


def figure(found: dict[str, Any]) -> str:
    """The growth as an SVG of bars."""
    kinds = {"CPU": "cpu_s", "wall": "wall_s"}
    series = [Series(name, tuple(Metric(size[key], "s") for size in found["sizes"])) for name, key in kinds.items()]
    points = [f"{size['asked']} lightpaths" for size in found["sizes"]]
    return svg("twin plan on CORONET CONUS", points, [Panel("time", tuple(series))])
