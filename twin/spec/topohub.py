"""Reference plants of the ``topohub`` package (SNDlib, Topology Zoo) as raw sites and fibres of a topology file.

Only what is known of them is taken: names, places, and which are joined. Lengths follow from the places.
"""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import json
import math
import re
from typing import Any, Final

from twin.spec.document import nearest
from twin.spec.quantity import problem

_GROUPS: Final = ("sndlib", "topozoo")
#: Plants whose coordinates are pixels of a drawing or made up; most of them also lie outside the degrees' range.
_NOT_PLACES: Final = frozenset(
    {
        *("atlanta", "di-yuan", "france", "giul39", "india35", "newyork"),
        *("norway", "pioro40", "sun", "ta1", "ta2", "zib54"),
    }
)


def plants() -> list[str]:
    """The names that can be imported, sorted: of SNDlib plain, of Topology Zoo with ``topozoo/`` before."""
    found = []
    for group in _GROUPS:
        folder = importlib.resources.files("topohub") / "data" / group
        names = [file.name.removesuffix(".json") for file in folder.iterdir() if file.name.endswith(".json")]
        found += [name if group == "sndlib" else f"{group}/{name}" for name in names if name not in _NOT_PLACES]
    return sorted(found)


def load(name: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """(sites, fibres, note) of the plant ``name``. Raises the error made by ``problem``."""
    plain = name.removeprefix("sndlib/")
    if plain in _NOT_PLACES:
        found = f"found {name!r}, whose coordinates are not places on the Earth, so its lengths mean nothing"
        raise problem(found, "a plant with true coordinates, as nobel-germany, germany50, polska, nobel-eu")
    known = plants()
    if plain not in known:
        found = f"found the unknown plant {name!r}"
        raise problem(found, "germany50, nobel-germany, topozoo/Abilene, ...", nearest(plain, known))
    graph = _graph(plain if "/" in plain else f"sndlib/{plain}")
    names = {node["id"]: _site_name(node) for node in graph["nodes"]}
    sites: dict[str, Any] = {}
    for node in graph["nodes"]:
        longitude, latitude = node.get("pos") or (math.nan, math.nan)
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise problem(f"found {name!r}, whose site {node['name']!r} has no true coordinates")
        if names[node["id"]] in sites:
            raise problem(f"found {name!r}, which has two sites named {names[node['id']]!r}")
        sites[names[node["id"]]] = {"location": {"latitude": float(latitude), "longitude": float(longitude)}}
    version = importlib.metadata.version("topohub")
    return sites, _fibres(graph["edges"], names), f"sites and fibres of {plain} are from topohub {version}"


def _graph(key: str) -> dict[str, Any]:
    """The plant's file, node-link JSON; positions are (longitude, latitude)."""
    file = importlib.resources.files("topohub") / "data" / f"{key}.json"
    graph: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return graph


def _site_name(node: dict[str, Any]) -> str:
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", str(node["name"])).strip("-")
    return name if re.match(r"[A-Za-z]", name) else f"site-{name}"


def _fibres(edges: list[dict[str, Any]], names: dict[Any, str]) -> dict[str, Any]:
    """Fibres named A-B; parallel ones get a number."""
    fibres: dict[str, Any] = {}
    for edge in edges:
        a, b = names[edge["source"]], names[edge["target"]]
        if a == b:
            continue
        name, number = f"{a}-{b}", 1
        while name in fibres:
            number += 1
            name = f"{a}-{b}-{number}"
        fibres[name] = {"between": [a, b]}
    return fibres
