"""The best mesh there is, by OR-tools' CP-SAT: for comparing ``greedy`` with, on plants of up to a dozen sites.

Packets are held to the shortest ways, as in a run: every joined pair bounds the distance d(u, r) of its ends to every
root r from above, d(u, r) <= d(v, r) + delay(u, v), and u's packets for r may only leave towards v where that is an
equality. Of ways that are equally short the solver takes whichever suits it. Minimised is first what cannot be served,
then the time T of the busiest pair: load(u, v) <= T * circuits(u, v) * rate.

OR-tools is an extra (``pip install 'twin[exact]'``) and is imported when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from itertools import pairwise
from typing import Any, Final

from twin.control.engineering.burden import Ways, burden
from twin.control.engineering.greedy import greedy
from twin.control.engineering.ground import Ground, Mesh, Pair, Traffic, pair_of
from twin.errors import BadInput, MachineLacks

#: With more sites the solver finds nothing better in any time that one would wait (*measured here*: 6 sites, 2
#: transceivers each, traffic among all: proven best after 6 s; 8 sites: not within 25 s, but better than greedy's).
MOST_SITES: Final = 12
#: The busiest pair's time is counted in this many steps of what all traffic would take over one circuit.
_STEPS: Final = 100_000
_UNSERVED: Final = 1000


def exact(ground: Ground, traffic: Traffic, effort: float = 60.0) -> Mesh:
    """The mesh with the least unserved traffic, and of these the least time; all sites that ``greedy`` joins are
    joined. ``effort`` is the solver's limit, in its own deterministic seconds: what it has not finished by then is the
    best it has found, and never worse than greedy's. Raises ``MachineLacks`` without OR-tools, ``BadInput`` for more
    sites than ``MOST_SITES``."""
    cp_model = ready(len(ground.sites))
    first = greedy(ground, traffic)
    found_mesh = _Model(cp_model, ground, traffic, first).solve(effort)
    return min((found_mesh, first), key=lambda mesh: burden(ground, mesh, traffic).key)


def ready(sites: int) -> Any:
    """OR-tools' module, for a plant of so many sites. Raises as ``exact`` does."""
    if sites > MOST_SITES:
        raise BadInput("solver", "exact", f"found {sites} sites", f"{MOST_SITES} or fewer", "use the greedy solver")
    try:
        return import_module("ortools.sat.python.cp_model")
    except ImportError:
        raise MachineLacks("OR-tools", "install it with: pip install 'twin[exact]'; or use the greedy solver") from None


class _Model:
    """The variables: ``size[pair]`` circuits, ``level[pair][k]`` whether there are k in all, ``hop[u, v, r]`` whether
    packets at u for r go on to v, ``ride[s, r][u, v]`` whether the traffic from s to r takes that way."""

    def __init__(self, cp_model: Any, ground: Ground, traffic: Traffic, first: Mesh) -> None:
        self.cp_model = cp_model
        self.model: Any = cp_model.CpModel()
        self.ground = ground
        self.sites = ground.sites
        self.ways: list[Pair] = [way for pair in sorted(ground.joins) for way in (pair, pair[::-1])]
        self.traffic = {p: b for p, b in traffic.items() if b > 0 and p[0] != p[1] and set(p) <= set(self.sites)}
        self.first = first
        self._circuits()
        self._distances()
        self._rides()
        self._loads()

    def solve(self, effort: float) -> Mesh:
        """The best mesh found."""
        solver: Any = self.cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = effort
        status = solver.Solve(self.model)
        if status not in (self.cp_model.OPTIMAL, self.cp_model.FEASIBLE):
            return self.first
        counts = {pair: int(solver.Value(variable)) for pair, variable in self.size.items()}
        return {pair: count for pair, count in counts.items() if count}

    def _circuits(self) -> None:
        """How many circuits join each pair, within the sites' ports."""
        model, ground = self.model, self.ground
        self.size: dict[Pair, Any] = {}
        self.level: dict[Pair, dict[int, Any]] = {}
        for pair in sorted(ground.joins):
            most, fixed = max(0, min(ground.ports.get(site, 0) for site in pair)), ground.fixed.get(pair, 0)
            size = self.size[pair] = model.NewIntVar(0, most, f"size {pair}")
            self.level[pair] = {fixed + k: model.NewBoolVar(f"{fixed + k} {pair}") for k in range(most + 1)}
            model.AddExactlyOne(self.level[pair].values())
            model.Add(size + fixed == sum(k * level for k, level in self.level[pair].items()))
            model.AddHint(size, self.first.get(pair, 0))
        for site in self.sites:
            ends = [size for pair, size in self.size.items() if site in pair]
            model.Add(sum(ends) <= max(0, ground.ports.get(site, 0)))

    def _absent(self, pair: Pair) -> Any:
        """Whether no circuit joins the pair; False: one does for certain."""
        return self.level[pair].get(0, False)

    def _distances(self) -> None:
        """Distances to each root, and the ways that lead along shortest paths; in ns, which is fine enough."""
        model, model_hop = self.model, {}
        delay = {pair: max(1, join.delay_ps // 1000) for pair, join in self.ground.joins.items()}
        far = sum(delay.values()) + 1
        for root in self.sites:
            distance = {u: model.NewIntVar(0, 0 if u == root else far, f"{u} to {root}") for u in self.sites}
            for u, v in self.ways:
                absent = self._absent(pair_of((u, v)))
                hop = model_hop[u, v, root] = model.NewBoolVar(f"{u} by {v} to {root}")
                near = distance[v] + delay[pair_of((u, v))]
                joined = model.Add(distance[u] <= near)
                if absent is not False:
                    joined.OnlyEnforceIf(absent.Not())
                    model.AddImplication(absent, hop.Not())
                model.Add(distance[u] == near).OnlyEnforceIf(hop)
            for u in self.sites:
                model.AddAtMostOne(model_hop[w[0], w[1], root] for w in self.ways if w[0] == u)
        self.hop = model_hop

    def _rides(self) -> None:
        """A way for each pair that talks, or none; and one for each pair of neighbours in the list that is joined now,
        which keeps together what greedy joins."""
        model = self.model
        neighbours = list(pairwise(self.sites))
        ways = Ways(self.ground, self.first, dict.fromkeys(neighbours, 1.0))
        kept = {talk for talk in neighbours if ways.reach(*talk)}
        self.ride: dict[Pair, dict[Pair, Any]] = {}
        self.served: dict[Pair, Any] = {}
        for talk in sorted({*self.traffic, *kept}):
            source, root = talk
            served = self.served[talk] = model.NewBoolVar(f"served {talk}")
            ride = self.ride[talk] = {way: model.NewBoolVar(f"{talk} over {way}") for way in self.ways}
            for way, taken in ride.items():
                model.AddImplication(taken, self.hop[way[0], way[1], root])
            for site in self.sites:
                out = sum(taken for way, taken in ride.items() if way[0] == site)
                into = sum(taken for way, taken in ride.items() if way[1] == site)
                model.Add(out - into == served * ((site == source) - (site == root)))
            if talk in kept:
                model.Add(served == 1)

    def _loads(self) -> None:
        """Every pair's time, and what is minimised."""
        model, joins = self.model, self.ground.joins
        slowest = min((join.rate_bps for join in joins.values()), default=1.0)
        whole = sum(self.traffic.values()) or 1.0
        unit = whole / slowest / _STEPS
        time = model.NewIntVar(0, 2 * _STEPS + len(self.traffic), "time")
        for way in self.ways:
            pair = pair_of(way)
            load = sum(
                max(1, round(size / joins[pair].rate_bps / unit)) * self.ride[talk][way]
                for talk, size in self.traffic.items()
            )
            for count, level in self.level[pair].items():
                model.Add(load <= count * time).OnlyEnforceIf(level)
        lost = sum(
            max(1, round(size / whole * _UNSERVED)) * (1 - self.served[talk]) for talk, size in self.traffic.items()
        )
        model.Minimize(lost * (4 * _STEPS + len(self.traffic)) + time)
