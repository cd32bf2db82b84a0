"""Which routes a transceiver's light survives: the plan's light, asked about any path.

A route closes at a rate where, in both directions, some mode of that rate or more has the plan's margin over its need,
and the path is no longer than the transceiver's reach. Where the plan does not look at light, every route closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p

from twin.control.paths import Path, Usable
from twin.control.routing import Edge, Graph, shortest_path
from twin.physics.modes import best_mode, worse_way
from twin.physics.quality import NO_HARM, line_noise, quality
from twin.plan.catalogue import Mode, TransceiverType
from twin.plan.light import Light, Line
from twin.plan.model import Plan, Transceiver

#: Noise is added up in whole numbers, so that a sum does not depend on its order: parts of one in 1e12.
_NOISE_PARTS = 1e12


@dataclass(frozen=True)
class Shortfall:
    """The best of all paths lacks ``level_db`` to close in ``mode`` with the plan's margin."""

    mode: str
    level_db: float


class Reach:
    """Looks at one plan; remembers what it found. ``graph`` is that of all fibres."""

    def __init__(self, plan: Plan, graph: Graph) -> None:
        self._light = plan.light
        self._graph = graph
        self._site_of = {switch.name: switch.site for switch in plan.optical_switches}
        self._types = {kind.name: kind for kind in plan.light.transceivers} if plan.light else {}
        self._lines = {(line.fibre, line.source): line for line in plan.light.lines} if plan.light else {}
        self._rates: dict[tuple[str, tuple[str, ...], str], float] = {}
        self._quiet: dict[str, Graph] = {}

    def rate_bps(self, end: Transceiver, path: Path) -> float:
        """The best rate that closes over ``path``; 0: none does; infinite where the plan does not look at light."""
        if self._light is None or end.type is None:
            return float("inf")
        key = end.type, tuple(edge.name for edge in path), path[0].source
        if key not in self._rates:
            mode = self._best(self._types[end.type], path, self._light)
            self._rates[key] = mode.rate_bps if mode is not None else 0.0
        return self._rates[key]

    def shortfall(self, end: Transceiver, target: str, usable: Usable, min_rate_bps: float) -> Shortfall | None:
        """What the least noisy path to the switch ``target`` lacks, where no path closes at ``min_rate_bps``; None
        where one may. Noise alone is looked at, and each fibre by its better direction, so that it is a proof."""
        if self._light is None or end.type is None:
            return None
        nearest: Shortfall | None = None
        for mode in self._types[end.type].modes:
            if mode.rate_bps < min_rate_bps:
                continue
            path = shortest_path(self._quiet_graph(mode.carrier), end.optical, target, usable)
            if path is None:
                return None
            spare_db = self._bound_db(mode, path)
            if spare_db >= 0:
                return None
            if nearest is None or -spare_db < nearest.level_db:
                nearest = Shortfall(mode.name, -spare_db)
        return nearest

    def _best(self, kind: TransceiverType, path: Path, light: Light) -> Mode | None:
        """The mode of the highest rate that has the plan's margin in both directions."""
        forward = [self._line(edge, edge.source) for edge in path]
        if not kind.reaches(sum(sum(line.spans_km) for line in forward)):
            return None
        ways = forward, [self._line(edge, edge.target) for edge in reversed(path)]
        return best_mode(kind.modes, lambda mode: worse_way(mode, ways, light.add_drop_db), light.margin_db)

    def _bound_db(self, mode: Mode, path: Path) -> float:
        """No path has more to spare than the least noisy one has in its better direction, dispersion aside."""
        assert self._light is not None
        lines = [min((self._line(e, e.source), self._line(e, e.target)), key=lambda x: _rho(x, mode)) for e in path]
        return quality(lines, mode, self._light.add_drop_db).gsnr_db - mode.osnr_db - self._light.margin_db

    def _line(self, edge: Edge, source: str) -> Line:
        return self._lines[edge.name, self._site_of[source]]

    def _quiet_graph(self, carrier: str) -> Graph:
        """The fibres with their noise in the place of their delay: log(1 + rho), which adds up along a path."""
        if carrier not in self._quiet:
            self._quiet[carrier] = {
                node: [Edge(e.name, e.source, e.target, e.port, self._noise(e, carrier)) for e in edges]
                for node, edges in self._graph.items()
            }
        return self._quiet[carrier]

    def _noise(self, edge: Edge, carrier: str) -> int:
        ways = [line_noise(self._line(edge, node), carrier, NO_HARM) for node in (edge.source, edge.target)]
        return round(min(log1p(sum(way)) for way in ways) * _NOISE_PARTS)


def _rho(line: Line, mode: Mode) -> float:
    return sum(line_noise(line, mode.carrier, NO_HARM))
