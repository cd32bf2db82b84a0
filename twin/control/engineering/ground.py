"""What circuits can be made of: the transceivers that are free to be given, the pairs of sites that light can join, and
the circuits that stay as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from twin.control.plant import Plant
from twin.control.routing import shortest_path

#: Two sites; in alphabetical order where both directions are meant.
Pair = tuple[str, str]
#: (from, to) -> bytes
Traffic = Mapping[Pair, float]
#: A pair of sites -> how many circuits join it.
Mesh = dict[Pair, int]


def pair_of(sites: Pair) -> Pair:
    """The two sites in alphabetical order."""
    a, b = sites
    return (a, b) if a <= b else (b, a)


@dataclass(frozen=True)
class Join:
    """A pair that light can join: one way over the quickest fibres, and a circuit's rate."""

    delay_ps: int
    rate_bps: float


@dataclass(frozen=True)
class Ground:
    """``ports``: the transceivers that may be given to circuits, by site. ``fixed`` circuits stay, and their
    transceivers are not among ``ports``; every pair that they join is one of ``joins``."""

    ports: Mapping[str, int]
    joins: Mapping[Pair, Join]
    fixed: Mesh = field(default_factory=dict)

    @property
    def sites(self) -> list[str]:
        """The sites that a circuit can end at, in alphabetical order."""
        return sorted({site for pair in self.joins for site in pair})

    def free(self, mesh: Mesh) -> dict[str, int]:
        """The ports that ``mesh`` leaves, by site; below zero: it takes more than there are."""
        used = Counter(site for pair, count in mesh.items() for site in pair for _ in range(count))
        return {site: self.ports.get(site, 0) - used[site] for site in self.sites}

    def whole(self, mesh: Mesh) -> Mesh:
        """``mesh`` and what is fixed."""
        return dict(Counter(self.fixed) + Counter(mesh))


def ground_of(plant: Plant, fixed: Iterable[Pair]) -> Ground:
    """The ground of ``plant`` as far as its fibres have light; ``fixed`` are the sites of each circuit that stays."""
    stay = Counter(map(pair_of, fixed))
    held = Counter(site for pair in stay.elements() for site in pair)
    owned = Counter(transceiver.site for transceiver in plant.plan.transceivers)
    joins = {pair: join for pair in combinations(sorted(owned), 2) if (join := _join(plant, pair)) is not None}
    ports = {site: count - held[site] for site, count in owned.items()}
    return Ground(ports, joins, {pair: count for pair, count in stay.items() if pair in joins})


def _join(plant: Plant, pair: Pair) -> Join | None:
    """Of the rates that both sites have, the first one's: that of the transceivers which a request gets first."""
    rates = [[t.rate_bps for t in plant.plan.transceivers if t.site == site] for site in pair]
    switches = [plant.plan.site_by_name[site].optical for site in pair]
    common = [rate for rate in rates[0] if rate in rates[1]]
    if not common or switches[0] is None or switches[1] is None:
        return None
    path = shortest_path(plant.fibre_graph, switches[0], switches[1], lambda edge: plant.works(edge.name))
    return Join(sum(edge.delay_ps for edge in path), common[0]) if path else None
