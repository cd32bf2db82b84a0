"""The directions of a plan's links, numbered: what a flow's path is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twin.control.flows import FlowKey
from twin.plan.model import Link, Plan


@dataclass(frozen=True)
class Direction:
    """What leaves ``node`` on ``link``: ``rate_bps`` None where nothing limits it; ``delay_s`` one way; ``far`` is the
    node and the port where it comes out."""

    link: str
    node: str
    rate_bps: float | None
    delay_s: float
    far: tuple[str, int]


@dataclass(frozen=True)
class Path:
    """``directions`` in order, by number; ``delay_s`` is their sum, one way; ``flows`` are those of packet switches
    that lead there by address."""

    directions: tuple[int, ...]
    delay_s: float
    flows: tuple[FlowKey, ...] = ()


class Directions:
    """All directions of ``plan``: two for each link, in the plan's order."""

    def __init__(self, plan: Plan) -> None:
        self.all: list[Direction] = []
        self._number: dict[tuple[str, int], int] = {}
        for link in plan.links:
            self._add(link)

    def _add(self, link: Link) -> None:
        for near, far in ((link.a, link.b), (link.b, link.a)):
            self._number[near.node, near.port] = len(self.all)
            self.all.append(Direction(link.name, near.node, near.rate_bps, near.delay_s, (far.node, far.port)))

    def leaving(self, node: str, port: int) -> int:
        """The number of the direction that leaves ``port`` of ``node``."""
        return self._number[node, port]

    def arriving(self, node: str, port: int) -> int:
        """The number of the direction that enters ``node`` at ``port``."""
        return self._number[self.all[self._number[node, port]].far]

    def path(self, numbers: Iterable[int], flows: Iterable[FlowKey]) -> Path:
        """The path over the directions ``numbers``, by ``flows``."""
        numbers = tuple(numbers)
        return Path(numbers, sum(self.all[number].delay_s for number in numbers), tuple(flows))
