"""Points and lines on a drawing's canvas. Units are the canvas's; y grows downwards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Line = tuple[Point, ...]

_STEPS = 24


@dataclass(frozen=True)
class Box:
    """A rectangle by its centre."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share any area."""
        apart_x = abs(self.x - other.x) * 2 >= self.width + other.width
        apart_y = abs(self.y - other.y) * 2 >= self.height + other.height
        return not (apart_x or apart_y)

    def holds(self, point: Point) -> bool:
        """Whether ``point`` lies inside."""
        return abs(point[0] - self.x) * 2 < self.width and abs(point[1] - self.y) * 2 < self.height

    def within(self, width: float, height: float) -> bool:
        """Whether the whole rectangle lies on a canvas of that size."""
        inside_x = self.width / 2 <= self.x <= width - self.width / 2
        return inside_x and self.height / 2 <= self.y <= height - self.height / 2


def arc(start: Point, end: Point, bend: float) -> Line:
    """A quadratic curve whose middle stands off the straight line by ``bend`` x half its length."""
    along = (end[0] - start[0], end[1] - start[1])
    middle = ((start[0] + end[0]) / 2 - along[1] * bend, (start[1] + end[1]) / 2 + along[0] * bend)
    return tuple(_on_curve(start, middle, end, step / _STEPS) for step in range(_STEPS + 1))


def _on_curve(start: Point, middle: Point, end: Point, t: float) -> Point:
    a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
    return (a * start[0] + b * middle[0] + c * end[0], a * start[1] + b * middle[1] + c * end[1])


def normal(line: Line, index: int) -> Point:
    """The unit vector square to ``line`` at one of its points."""
    before, after = line[max(index - 1, 0)], line[min(index + 1, len(line) - 1)]
    dx, dy = after[0] - before[0], after[1] - before[1]
    length = math.hypot(dx, dy) or 1.0
    return (-dy / length, dx / length)


def beside(line: Line, distance: float) -> Line:
    """``line`` moved sideways by ``distance``."""
    moved = []
    for index, (x, y) in enumerate(line):
        nx, ny = normal(line, index)
        moved.append((x + nx * distance, y + ny * distance))
    return tuple(moved)


def push_apart(boxes: Sequence[Box], width: float, height: float, gap: float = 12.0) -> list[Box]:
    """The boxes moved until no two overlap (as far as 200 rounds bring them), kept on the canvas."""
    moved = [_clamped(box, width, height) for box in boxes]  # first: keeping a box on the canvas can make it overlap
    for _ in range(200):
        clean = True
        for i in range(len(moved)):
            for j in range(i + 1, len(moved)):
                overlap = _overlap(moved[i], moved[j], gap)
                if overlap:
                    clean = False
                    moved[i], moved[j] = _parted(moved[i], moved[j], overlap)
        moved = [_clamped(box, width, height) for box in moved]
        if clean:
            break
    return moved


def _overlap(one: Box, two: Box, gap: float) -> tuple[float, float] | None:
    x = (one.width + two.width) / 2 + gap - abs(one.x - two.x)
    y = (one.height + two.height) / 2 + gap - abs(one.y - two.y)
    return (x, y) if x > 0 and y > 0 else None


def _parted(one: Box, two: Box, overlap: tuple[float, float]) -> tuple[Box, Box]:
    """Both moved by half the overlap, along the axis where that is shorter."""
    if overlap[0] < overlap[1]:
        step = math.copysign(overlap[0] / 2, two.x - one.x)
        return Box(one.x - step, one.y, one.width, one.height), Box(two.x + step, two.y, two.width, two.height)
    step = math.copysign(overlap[1] / 2, two.y - one.y)
    return Box(one.x, one.y - step, one.width, one.height), Box(two.x, two.y + step, two.width, two.height)


def _clamped(box: Box, width: float, height: float) -> Box:
    x = min(max(box.x, box.width / 2), width - box.width / 2)
    y = min(max(box.y, box.height / 2), height - box.height / 2)
    return Box(x, y, box.width, box.height)
