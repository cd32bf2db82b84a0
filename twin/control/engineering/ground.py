"""What circuits can be made of: the transceivers that are free to be given, the pairs of sites that light can join, and
the circuits that stay as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from twin.control.plant import Plant
from twin.control.requests import why_impossible
from twin.control.service import PLAIN
from twin.control.spectrum import Spectrum

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


class Survey:
    """What light can join on ``plant``: looked at anew only when fibres go dark or come back."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._seen: tuple[frozenset[str], dict[Pair, Join]] | None = None

    def ground(self, fixed: Iterable[Pair], held: Mapping[str, int]) -> Ground:
        """The ground as far as the fibres have light; ``fixed`` are the sites of each circuit that stays, ``held`` is
        how many transceivers those have, by site."""
        owned = Counter(transceiver.site for transceiver in self._plant.plan.transceivers)
        ports = {site: count - held.get(site, 0) for site, count in owned.items()}
        joins = self._joins()
        stay = Counter(pair for sites in fixed if (pair := pair_of(sites)) in joins)
        return Ground(ports, joins, dict(stay))

    def _joins(self) -> dict[Pair, Join]:
        plan = self._plant.plan
        dark = frozenset(fibre.name for fibre in plan.fibres if not self._plant.works(fibre.name))
        if self._seen is None or self._seen[0] != dark:
            sites = sorted({transceiver.site for transceiver in plan.transceivers})
            found = ((pair, self._join(pair)) for pair in combinations(sites, 2))
            self._seen = dark, {pair: join for pair, join in found if join is not None}
        return self._seen[1]

    def _join(self, pair: Pair) -> Join | None:
        """The circuit that a first request between the two sites would get."""
        if why_impossible(self._plant, pair, PLAIN):
            return None
        spectrum = Spectrum(self._plant)
        ends = spectrum.free_ends(pair)
        route = None if isinstance(ends, str) else spectrum.find_route(ends, self._plant.works)
        if route is None:
            return None
        rate_bps = min(route.ends[0].rate_bps, self._plant.reach.rate_bps(route.ends[0], route.path))
        return Join(route.cost[0], rate_bps)
