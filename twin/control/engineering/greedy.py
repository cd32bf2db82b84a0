"""Circuits to where they are needed most: first every site is joined, then the bottleneck gets the next circuit.

The bottleneck is the pair of joined sites whose circuits take the longest. What relieves it is another circuit beside
them, or one that leads a pair past it whose packets only pass through; the pair with the most bytes there gets it. A
pair that could have no circuit goes the shortest way over others' (indirect routing).
"""

from __future__ import annotations

from collections.abc import Iterator

from twin.control.engineering.burden import Burden, Ways
from twin.control.engineering.ground import Ground, Mesh, Pair, Traffic


def greedy(ground: Ground, traffic: Traffic) -> Mesh:
    """Circuits beside the fixed ones, never more than the ports allow. Ports that would relieve nothing stay free."""
    mesh = _joined(ground, traffic)
    free = ground.free(mesh)
    ways = Ways(ground, mesh, traffic)
    now, barred = ways.burden(), set[Pair]()
    seen: dict[Pair, list[Pair]] = {}
    while True:
        relief = _relief(ground, ways, now, seen)
        pair = next((p for p in relief if p not in barred and min(free[p[0]], free[p[1]]) > 0), None)
        if pair is None:
            return mesh
        ways.add(pair)
        then = ways.burden()
        if then.key <= now.key:
            now = then
            seen.clear()
            mesh[pair] = mesh.get(pair, 0) + 1
            for site in pair:
                free[site] -= 1
        else:
            ways.drop(pair)
            barred.add(pair)  # it would draw more traffic onto some circuits than they have now


def _relief(ground: Ground, ways: Ways, now: Burden, seen: dict[Pair, list[Pair]]) -> Iterator[Pair]:
    """The pairs whose circuit would take something off a bottleneck, the worst bottleneck's first. ``seen`` keeps what
    was found for each."""
    for bottleneck in sorted(now.busy_s, key=lambda pair: (-now.busy_s[pair], pair)):
        if bottleneck not in seen:
            riders = ways.riders(bottleneck)
            ranked = sorted(riders, key=lambda rider: (-riders[rider], rider))
            seen[bottleneck] = [pair for pair in ranked if pair in ground.joins]
        yield from seen[bottleneck]


def _joined(ground: Ground, traffic: Traffic) -> Mesh:
    """Circuits that join all sites, those that talk most first. Two islands are joined only where what they become
    has a port left for the next one, or where no other has any."""
    mesh: Mesh = {}
    islands = [{site} for site in ground.sites]
    for fixed in ground.fixed:
        _merge(islands, fixed)
    ranked = sorted(ground.joins, key=lambda pair: (-(traffic.get(pair, 0) + traffic.get(pair[::-1], 0)), pair))
    while (pair := next((p for p in ranked if _may_join(ground, mesh, islands, p)), None)) is not None:
        mesh[pair] = mesh.get(pair, 0) + 1
        _merge(islands, pair)
    return mesh


def _may_join(ground: Ground, mesh: Mesh, islands: list[set[str]], pair: Pair) -> bool:
    free = ground.free(mesh)
    here, there = (next(island for island in islands if site in island) for site in pair)
    if here is there or min(free[site] for site in pair) < 1:
        return False
    others = (island for island in islands if island is not here and island is not there)
    left = sum(free[site] for site in here | there) - 2
    return left > 0 or not any(free[site] > 0 for island in others for site in island)


def _merge(islands: list[set[str]], pair: Pair) -> None:
    here, there = (next(island for island in islands if site in island) for site in pair)
    if here is not there:
        here |= there
        islands.remove(there)
