"""What a plant blocks of a Poisson load of requests, next to Erlang's formula for one link.

In this process, through the brain's own choice of path and channel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from statistics import fmean
from typing import Any, Final

from bench import plants
from bench.curves import Axes, Curve, svg
from bench.table import Table
from twin.control.arrivals import batch_interval, erlang_b, poisson_arrivals
from twin.control.blocking import in_batches, refusals
from twin.control.plant import Plant
from twin.control.route import CHANNELS
from twin.control.routing import shortest_path
from twin.plan.model import Plan

CHANNEL_COUNT: Final = len(CHANNELS["roadm"])
#: Name -> the plant, with transceivers enough; and the offered load as a share of all channels of all fibres, each
#: circuit counted on its shortest path.
PLANTS: Final[dict[str, tuple[Callable[[], Plan], tuple[float, ...]]]] = {
    "one link": (lambda: plants.one_link(2 * CHANNEL_COUNT), (0.7, 0.8, 0.9, 1.0, 1.1)),
    "nobel-germany": (lambda: plants.germany(200), (0.4, 0.5, 0.6, 0.7, 0.8)),
    "CORONET CONUS": (lambda: plants.conus(200), (0.3, 0.4, 0.5, 0.6, 0.7)),
}
#: Requests in each of the batches that the interval is worked out from.
FULL, QUICK = 3000, 20
BATCHES: Final = 10
#: Below this, few of the requests of a batch are refused, and an interval says nothing.
LOWEST: Final = 1e-4


def measure(quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Every plant at every load; ``say`` hears of progress."""
    curves = {}
    for name, (plan_of, shares) in PLANTS.items():
        say(f"blocking: {name}")
        curves[name] = blocking(Plant(plan_of()), shares[:2] if quick else shares, QUICK if quick else FULL)
    return curves


def blocking(plant: Plant, shares: tuple[float, ...], batch: int) -> list[dict[str, float]]:
    """For each share of all channels: the load, and what is blocked of it, with its 95 % interval."""
    pairs = list(combinations([site.name for site in plant.plan.sites], 2))
    whole = CHANNEL_COUNT * len(plant.plan.fibres) / fmean(_hops(plant, pairs))
    found = []
    for share in shares:
        erlangs = share * whole
        load = poisson_arrivals(pairs, erlangs, 1.0, seed=1)
        mean, half = batch_interval(in_batches(refusals(plant, load), int(5 * erlangs), BATCHES, batch))
        found.append({"share": share, "erlangs": erlangs, "asked": BATCHES * batch, "blocked": mean, "half": half})
    return found


def _hops(plant: Plant, pairs: list[tuple[str, str]]) -> Iterator[int]:
    switch = {site.name: str(site.optical) for site in plant.plan.sites}
    for a, b in pairs:
        yield len(shortest_path(plant.fibre_graph, switch[a], switch[b]) or ())


def tables(curves: dict[str, list[dict[str, float]]]) -> list[Table]:
    """A row for each plant and load."""
    rows = []
    for name, points in curves.items():
        for point in points:
            bound = f"{erlang_b(point['erlangs'], CHANNEL_COUNT):.2e}" if name == "one link" else ""
            seen = f"{point['blocked']:.2e} ± {point['half']:.1e}"
            if not point["blocked"]:
                seen = f"none of {point['asked']:,}"
            rows.append((name, f"{point['share']:.0%}".replace("%", " %"), f"{point['erlangs']:.0f}", seen, bound))
    note = (
        f"Poisson arrivals, exponential holding, {CHANNEL_COUNT} channels a fibre, transceivers enough; quickest path "
        "with a free channel, first fit. Load in erlangs, and as a share of all channels of all fibres with each "
        "circuit on its shortest path. Intervals are 95 %, by batch means; Erlang's B is exact for the one link."
    )
    columns = ("plant", "load", "erlangs", "blocked", "Erlang B")
    return [Table("Blocking", columns, tuple(rows), note)]


def figure(curves: dict[str, list[dict[str, float]]]) -> str:
    """Blocking against load, next to Erlang's B."""
    drawn = [
        Curve(name, tuple((p["share"], p["blocked"], p["half"]) for p in points)) for name, points in curves.items()
    ]
    shares = [0.5 + 0.01 * step for step in range(61)]
    bound = tuple((share, erlang_b(share * CHANNEL_COUNT, CHANNEL_COUNT), 0.0) for share in shares)
    axes = Axes("offered load, as a share of all channels of all fibres", "blocked", LOWEST)
    return svg(
        "Requests blocked, by load", axes, [Curve(f"Erlang B, {CHANNEL_COUNT} channels", bound, plain=True), *drawn]
    )
