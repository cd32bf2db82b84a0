"""From the circuits that are there to those that are wanted, with as few released as can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from twin.control.engineering.ground import Ground, Mesh, Pair, pair_of


@dataclass(frozen=True)
class Change:
    """``release`` names circuits, ``request`` the sites of new ones; ``mesh`` is what there is afterwards."""

    release: tuple[str, ...]
    request: tuple[Pair, ...]
    mesh: Mesh


def change_to(ground: Ground, own: Mapping[str, Pair], wanted: Mesh) -> Change:
    """What leads from ``own`` (name -> sites) to circuits that hold ``wanted``. A circuit that is not wanted stays for
    as long as nobody needs its transceivers, so that whoever can be made beside all others breaks nothing."""
    spare = _spare(own, wanted)
    kept = {name: pair_of(sites) for name, sites in own.items()}
    release: list[str] = []
    request: list[Pair] = []
    for pair in sorted((Counter(wanted) - Counter(kept.values())).elements()):
        freed = _room(ground, kept, spare, pair, [*request, pair])
        if freed is not None:
            release += freed
            request.append(pair)
            for name in freed:
                del kept[name]
    return Change(tuple(release), tuple(request), dict(Counter(kept.values()) + Counter(request)))


def _spare(own: Mapping[str, Pair], wanted: Mesh) -> list[str]:
    """The circuits that are not wanted, the youngest of a pair first."""
    left = Counter(wanted)
    spare: list[str] = []
    for name, sites in own.items():
        pair = pair_of(sites)
        if left[pair]:
            left[pair] -= 1
        else:
            spare.insert(0, name)
    return spare


def _room(
    ground: Ground, kept: Mapping[str, Pair], spare: list[str], pair: Pair, asked: list[Pair]
) -> list[str] | None:
    """The circuits to release so that all of ``asked`` has transceivers at both of ``pair``; None: even that is not
    enough. One that ends at both sites goes before one that ends at either."""
    freed: list[str] = []
    for site in pair:
        while _free(ground, kept, freed, asked, site) < 0:
            here = [name for name in spare if name in kept and name not in freed and site in kept[name]]
            if not here:
                return None
            freed.append(max(here, key=lambda name: len(set(kept[name]) & set(pair))))
    return freed


def _free(ground: Ground, kept: Mapping[str, Pair], freed: list[str], asked: list[Pair], site: str) -> int:
    used = sum(site in pair for name, pair in kept.items() if name not in freed) + sum(site in pair for pair in asked)
    return ground.ports.get(site, 0) - used
