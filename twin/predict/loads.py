"""What channels put on links, with links that are alike merged: ten thousand servers' cables become a handful."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twin.predict.directions import Path

Load = tuple[tuple[int, float], ...]


def full_load(paths: Sequence[Path]) -> dict[int, float]:
    """Direction -> how many of ``paths`` lead over it."""
    found: dict[int, float] = {}
    for path in paths:
        for number in path.directions:
            found[number] = found.get(number, 0.0) + 1.0
    return found


def common_loads(paths: Sequence[Sequence[Path]], capacity_bps: Mapping[int, float]) -> list[Load]:
    """The load of each channel on links of limited rate. Of all links that the same channels load with the same
    weights only the narrowest can ever limit them, and only that one is kept."""
    users: dict[int, list[tuple[int, float]]] = {}
    for channel, own in enumerate(paths):
        for number, weight in full_load(own).items():
            if number in capacity_bps:
                users.setdefault(number, []).append((channel, weight))
    narrowest: dict[tuple[tuple[int, float], ...], int] = {}
    for number, signature in users.items():
        key = tuple(signature)
        known = narrowest.get(key)
        if known is None or capacity_bps[number] < capacity_bps[known]:
            narrowest[key] = number
    loads: list[list[tuple[int, float]]] = [[] for _ in paths]
    for signature_key, number in narrowest.items():
        for channel, weight in signature_key:
            loads[channel].append((number, weight))
    return [tuple(load) for load in loads]
