"""The northbound's lines: one JSON object asks, one answers.

    {"do": "request", "name": "c1", "sites": ["tokyo", "osaka"]}   {"ok": true}
    {"do": "release", "name": "c2"}                                {"ok": false, "reason": "there is no circuit 'c2'"}
    {"do": "list"}                                                 {"ok": true, "circuits": [...]}

A request that cannot be met is answered with the reason; ``circuits`` has what ``Circuit.show`` tells of each.
"""

from __future__ import annotations

import json
from typing import Any, Final

from twin.control.commands import Answer
from twin.control.events import CircuitReleased, CircuitRequested, CircuitsListed

Question = CircuitRequested | CircuitReleased | CircuitsListed

#: verb -> the keys it needs
_KEYS: Final = {"request": ("name", "sites"), "release": ("name",), "list": ()}


def parse(line: str) -> Question:
    """What a line asks for. Raises ``ValueError`` with what was found and what is allowed."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"found a line that is not JSON ({problem}); allowed: one JSON object a line") from None
    if not isinstance(data, dict):
        raise ValueError(f"found {_short(data)}; allowed: one JSON object a line")
    verb = data.get("do")
    if not isinstance(verb, str) or verb not in _KEYS:
        raise ValueError(f"do: found {_short(verb)}; allowed: {', '.join(_KEYS)}")
    keys = ("do", *_KEYS[verb])
    if set(data) != set(keys):
        raise ValueError(f"{verb}: found the keys {', '.join(sorted(data))}; allowed: exactly {', '.join(keys)}")
    if verb == "list":
        return CircuitsListed()
    name = data["name"]
    if not isinstance(name, str) or not name:
        raise ValueError(f"name: found {_short(name)}; allowed: a text")
    return CircuitReleased(name) if verb == "release" else CircuitRequested(name, _sites(data["sites"]))


def render(answer: Answer) -> str:
    """The line that tells an answer, without its end."""
    data: dict[str, Any] = {"ok": answer.ok}
    if not answer.ok:
        data["reason"] = answer.reason
    if answer.circuits is not None:
        data["circuits"] = list(answer.circuits)
    return json.dumps(data)


def _sites(found: Any) -> tuple[str, str]:
    if not isinstance(found, list) or len(found) != 2 or not all(isinstance(site, str) for site in found):
        raise ValueError(f"sites: found {_short(found)}; allowed: a list of two sites' names")
    return found[0], found[1]


def _short(found: Any) -> str:
    text = repr(found)
    return text if len(text) <= 60 else text[:57] + "..."
