"""The circuit controller on CORONET CONUS: path requests a second, decisions after a cut; topology engineering beside.

All of it in this process, on one core, through the brain's own code; times are CPU times.
"""

from __future__ import annotations

import gc
import importlib.util
import random
import time
from collections.abc import Callable
from itertools import combinations, islice, permutations
from statistics import fmean, median
from typing import Any, Final

from bench import plants
from bench.table import Table, seconds
from twin.control.arrivals import moments, poisson_arrivals
from twin.control.blocking import Placed, place
from twin.control.brain import optical_circuit
from twin.control.engineering.burden import burden
from twin.control.engineering.exact import exact
from twin.control.engineering.greedy import greedy
from twin.control.engineering.ground import Ground, Join
from twin.control.events import CircuitRequested, PortStatus, SwitchConnected
from twin.control.fake_network import FakeNetwork
from twin.control.plant import Plant
from twin.control.service import Protection, Service
from twin.control.spectrum import Spectrum
from twin.plan.model import Plan

#: What the project asks of itself: path requests a second, and the longest decision after a Port-Status, s.
BOUND_RATE: Final = 1000.0
BOUND_DECISION_S: Final = 0.010
#: Circuits that are up while path requests are timed: nothing is refused yet for want of a channel.
LOAD: Final = 400.0
FULL: Final[dict[str, Any]] = {"requests": 3000, "cuts": None, "sites": (4, 5, 6), "drawn": 5, "large": 75}
QUICK: Final[dict[str, Any]] = {"requests": 20, "cuts": 3, "sites": (4,), "drawn": 2, "large": 10}
#: Transceivers a site of the plants that are engineered, and of the large one.
PORTS, PORTS_LARGE = 2, 6
#: The exact solver's limit, in its own deterministic seconds.
EFFORT: Final = 30.0


def measure(quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """All three; ``say`` hears of progress."""
    sizes = QUICK if quick else FULL
    say("control: path requests")
    plant = Plant(plants.conus(64))
    rates = [path_requests(plant, name, sizes["requests"]) for name in SERVICES]
    say("control: decisions")
    decided = decisions(plants.conus(8), sizes["cuts"])
    say("control: engineering")
    found = [engineered(count, sizes["drawn"]) for count in sizes["sites"]]
    return {"paths": rates, "decisions": decided, "engineering": [*found, engineered_large(sizes["large"])]}


# -- path requests ----------------------------------------------------------------------------------------------------


def _plain(plant: Plant, sites: tuple[str, str], dice: random.Random) -> Service:
    return Service()


def _constrained(plant: Plant, sites: tuple[str, str], dice: random.Random) -> Service:
    """Not by one site and one fibre, and within 50 ms."""
    names = [site.name for site in plant.plan.sites if site.name not in sites]
    fibre = dice.choice(plant.plan.fibres).name
    return Service(max_delay_s=50e-3, avoid=frozenset({dice.choice(names), fibre}))


def _by_hops(plant: Plant, sites: tuple[str, str], dice: random.Random) -> Service:
    """The fewest fibres within 30 ms."""
    return Service(by_hops=True, max_delay_s=30e-3)


def _protected(plant: Plant, sites: tuple[str, str], dice: random.Random) -> Service:
    return Service(protection=Protection.ONE_FOR_ONE)


SERVICES: Final = {
    "quickest path": _plain,
    "50 ms at most, not by a given site and fibre": _constrained,
    "fewest fibres, 30 ms at most": _by_hops,
    "two disjoint paths": _protected,
}


def path_requests(plant: Plant, name: str, count: int) -> dict[str, Any]:
    """CPU time of ``count`` requests of one kind that come and go at ``LOAD``, each with its wavelength."""
    names = [site.name for site in plant.plan.sites]
    pairs = list(combinations(names, 2))
    dice = random.Random(2)
    spectrum, held = Spectrum(plant), dict[str, Placed]()
    spent_s, placed, asked = 0.0, 0, 0
    for moment in moments(islice(poisson_arrivals(pairs, LOAD, 1.0, seed=1), int(2 * LOAD) + count)):
        who = moment.arrival.name
        if not moment.asks:
            if who in held:
                held.pop(who).free(spectrum)
            continue
        service = SERVICES[name](plant, moment.arrival.sites, dice)
        start_s = time.process_time()
        got = place(spectrum, moment.arrival, service)
        asked += 1
        if asked > 2 * LOAD:
            spent_s += time.process_time() - start_s
            placed += got is not None
        if got is not None:
            held[who] = got
    return {"kind": name, "requests": count, "placed": placed, "cpu_s": spent_s}


# -- decisions --------------------------------------------------------------------------------------------------------


def decisions(plan: Plan, cuts: int | None) -> dict[str, Any]:
    """Time of ``Brain.handle`` for the first Port-Status of a cut, for each fibre in turn, with a circuit over each."""
    brain, network = optical_circuit(plan), FakeNetwork(plan)
    for dpid in network.tables:
        network.play(brain, SwitchConnected(dpid), 0.0)
    for fibre in plan.fibres:
        network.play(brain, CircuitRequested(fibre.name, fibre.sites), 1.0)
    gc.collect()
    gc.freeze()  # as the controller does; nor has its process what the other parts left
    times_s, now_s = [], 10.0
    for fibre in plan.fibres[:cuts]:
        ends = plan.link_by_name[fibre.name].ends
        down, up = ([PortStatus(network.dpid_of[end.node], end.port, lit) for end in ends] for lit in (False, True))
        start_s = time.process_time()
        commands = brain.handle(down[0], now_s)
        times_s.append(time.process_time() - start_s)
        for event in [*network.apply(commands), down[1], *up]:
            network.play(brain, event, now_s)
        now_s += 10.0
    gc.unfreeze()
    carried = sum(circuit.carries for circuit in brain.circuits)
    return {"circuits": carried, "sites": len(plan.sites), "times_s": times_s}


# -- topology engineering ---------------------------------------------------------------------------------------------


def ground(count: int, ports: int, dice: random.Random) -> tuple[Ground, dict[tuple[str, str], float]]:
    """So many sites on a plane of 1,000 km, any two of which light can join, and traffic from each to each: most of it
    little, some of it much (log-normal)."""
    sites = {f"s{i:02}": (dice.random() * 1000, dice.random() * 1000) for i in range(count)}
    joins = {(a, b): Join(round(4.8967e6 * 1.3 * _km(sites[a], sites[b])), 400e9) for a, b in combinations(sites, 2)}
    traffic = {pair: dice.lognormvariate(0.0, 1.5) * 1e9 for pair in permutations(sites, 2)}
    return Ground(dict.fromkeys(sites, ports), joins), traffic


def _km(a: tuple[float, float], b: tuple[float, float]) -> float:
    return max(1.0, float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5))


def engineered(count: int, drawn: int) -> dict[str, Any]:
    """Greedy and exact on ``drawn`` plants: CPU times, and how much longer greedy's busiest pair takes."""
    if importlib.util.find_spec("ortools") is None:
        return {"sites": count, "skipped": "OR-tools is not installed (pip install 'twin[exact]')"}
    spent_s, ratios = {"greedy": 0.0, "exact": 0.0}, []
    for number in range(drawn):
        place_, traffic = ground(count, PORTS, random.Random(number))
        worst_s = {}
        for name, solve in (("greedy", greedy), ("exact", lambda g, t: exact(g, t, EFFORT))):
            start_s = time.process_time()
            mesh = solve(place_, traffic)
            spent_s[name] += (time.process_time() - start_s) / drawn
            worst_s[name] = burden(place_, mesh, traffic).worst_s
        ratios.append(worst_s["greedy"] / worst_s["exact"])
    return {"sites": count, "ports": PORTS, "drawn": drawn, **spent_s, "mean": fmean(ratios), "most": max(ratios)}


def engineered_large(count: int) -> dict[str, Any]:
    """Greedy alone, where nothing exact can be had."""
    place_, traffic = ground(count, PORTS_LARGE, random.Random(1))
    start_s = time.process_time()
    greedy(place_, traffic)
    return {"sites": count, "ports": PORTS_LARGE, "drawn": 1, "greedy": time.process_time() - start_s}


# -- what is shown ----------------------------------------------------------------------------------------------------


def tables(found: dict[str, Any]) -> list[Table]:
    """Path requests, decisions, and engineering."""
    return [_paths(found["paths"]), _decisions(found["decisions"]), _engineering(found["engineering"])]


def _paths(rates: list[dict[str, Any]]) -> Table:
    rows = tuple(
        (
            rate["kind"],
            f"{rate['requests'] / rate['cpu_s']:,.0f}",
            f"{rate['placed'] / rate['requests']:.1%}".replace("%", " %"),
        )
        for rate in rates
    )
    note = (
        f"CORONET CONUS, one core, {rates[0]['requests']:,} requests of each kind between random sites while about "
        f"{LOAD:g} circuits are up: transceivers, path and the lowest channel that is free on all of it. The bound is "
        f"{BOUND_RATE:,.0f} requests a second."
    )
    return Table("Path requests", ("asked for", "requests a second", "placed"), rows, note)


def _decisions(found: dict[str, Any]) -> Table:
    times_s = found["times_s"]
    row = (
        f"{found['sites']} sites, {found['circuits']} circuits, {len(times_s)} cuts",
        f"{median(times_s) * 1e3:.2f} ms",
        f"{max(times_s) * 1e3:.2f} ms",
    )
    note = (
        "CPU time of the brain from a Port-Status to its commands: restoration of every circuit on the fibre and the "
        f"packets' new ways. The bound is {BOUND_DECISION_S * 1e3:g} ms."
    )
    return Table("Decision after a cut", ("plant", "median", "worst"), (row,), note)


def _engineering(sizes: list[dict[str, Any]]) -> Table:
    rows = []
    for size in sizes:
        if "skipped" in size:
            rows.append((f"{size['sites']} sites", "", size["skipped"], "", ""))
            continue
        beside = ("", "", "")
        if "exact" in size:
            beside = (_short(size["exact"]), f"{size['mean']:.2f} x", f"{size['most']:.2f} x")
        rows.append((f"{size['sites']} sites, {size['ports']} each", _short(size["greedy"]), *beside))
    note = (
        "Sites anywhere on 1,000 km x 1,000 km, so many transceivers each, log-normal traffic from each to each; mean "
        "CPU time, and how much longer the busiest pair's circuits send with greedy than with the exact solver's, over "
        f"{sizes[0].get('drawn', 0)} plants."
    )
    columns = ("plant", "greedy", "exact", "greedy takes longer by", "at most")
    return Table("Topology engineering", columns, tuple(rows), note)


def _short(time_s: float) -> str:
    return seconds(time_s) if time_s >= 1 else f"{time_s * 1e3:.3g} ms"


def headline(found: dict[str, Any]) -> str:
    """One sentence on path requests and decisions."""
    slowest = min(rate["requests"] / rate["cpu_s"] for rate in found["paths"])
    first = found["paths"][0]
    times_s = found["decisions"]["times_s"]
    return (
        f"On CORONET CONUS one core answers {first['requests'] / first['cpu_s']:,.0f} path requests a second (with "
        f"constraints or two paths at least {slowest:,.0f}); after a cut it decides in {median(times_s) * 1e3:.1f} ms, "
        f"{max(times_s) * 1e3:.1f} ms at worst."
    )
