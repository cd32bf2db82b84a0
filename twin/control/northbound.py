"""The northbound's lines: one JSON object asks, one answers.

    {"do": "request", "name": "c1", "sites": ["tokyo", "osaka"]}   {"ok": true}
    {"do": "release", "name": "c2"}                                {"ok": false, "reason": "there is no circuit 'c2'"}
    {"do": "change", "name": "c1", "service": {"avoid": ["ab"]}}   {"ok": true}
    {"do": "request all", "circuits": [{"name": ...}, ...]}        {"ok": true}
    {"do": "announce", "traffic": [["a", "b", 1e9]]}               {"ok": true}
    {"do": "rewire", "release": ["c1"], "circuits": [...]}         {"ok": true}
    {"do": "list"}                                                 {"ok": true, "circuits": [...]}

A request may have a ``service`` beside its sites, with the keys that ``service_of`` reads. One that cannot be met is
answered with the reason; ``circuits`` has what ``Circuit.show`` tells of each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from twin.control.commands import Answer
from twin.control.events import (
    CircuitChanged,
    CircuitReleased,
    CircuitRequested,
    CircuitsListed,
    CircuitsRequested,
    RewireRequested,
    TrafficAnnounced,
)
from twin.control.service import Disjoint, Protection, Reconfigure, Service

Question = (
    CircuitRequested
    | CircuitsRequested
    | CircuitChanged
    | CircuitReleased
    | RewireRequested
    | CircuitsListed
    | TrafficAnnounced
)

#: verb -> the keys it needs
_KEYS: Final = {
    "request": ("name", "sites"),
    "change": ("name", "service"),
    "release": ("name",),
    "rewire": ("release", "circuits"),
    "announce": ("traffic",),
    "list": (),
}
_ALL: Final = "request all"
#: What a service's keys are called in a ``Service``, where it is another name, and what they may hold.
_FIELD: Final = {"revert": "reverts", "capacity_bps": "min_rate_bps"}
_ALLOWED: Final = {
    "protection": ", ".join(Protection),
    "disjoint": ", ".join(Disjoint),
    "revert": "true, false",
    "wait_to_restore_s": "a number of seconds",
    "reconfigure": ", ".join(Reconfigure),
    "path": "delay, hops",
    "max_delay_s": "a number of seconds, null",
    "capacity_bps": "a number of bits per second",
    "avoid": "a list of fibres, sites and shared risks",
    "through": "a list of fibres, sites and shared risks",
    "channel": "a number from 1, null",
    "restore_within_s": "a number of seconds",
}
#: verb -> the keys it may have
_MORE: Final = {"request": ("service",)}


def _is_number(found: Any) -> bool:
    return isinstance(found, (int, float)) and not isinstance(found, bool) and 0 <= found < float("inf")


def _is_names(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(name, str) for name in found)


_SERVICE: Final[dict[str, Callable[[Any], bool]]] = {
    "protection": lambda found: found in tuple(Protection),
    "disjoint": lambda found: found in tuple(Disjoint),
    "revert": lambda found: isinstance(found, bool),
    "wait_to_restore_s": _is_number,
    "reconfigure": lambda found: found in tuple(Reconfigure),
    "path": lambda found: found in ("delay", "hops"),
    "max_delay_s": lambda found: found is None or _is_number(found),
    "capacity_bps": _is_number,
    "avoid": _is_names,
    "through": _is_names,
    "channel": lambda found: found is None or (isinstance(found, int) and not isinstance(found, bool) and found > 0),
    "restore_within_s": _is_number,
}


def parse(line: str) -> Question:
    """What a line asks for. Raises ``ValueError`` with what was found and what is allowed."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"found a line that is not JSON ({problem}); allowed: one JSON object a line") from None
    if not isinstance(data, dict):
        raise ValueError(f"found {_short(data)}; allowed: one JSON object a line")
    verb = data.get("do")
    if verb == _ALL:
        return CircuitsRequested(tuple(_requests(data)))
    if not isinstance(verb, str) or verb not in _KEYS:
        raise ValueError(f"do: found {_short(verb)}; allowed: {', '.join([*_KEYS, _ALL])}")
    keys = ("do", *_KEYS[verb])
    more = _MORE.get(verb, ())
    if not set(keys) <= set(data) <= {*keys, *more}:
        allowed = f"exactly {', '.join(keys)}" + "".join(f", and perhaps {key}" for key in more)
        raise ValueError(f"{verb}: found the keys {', '.join(sorted(data))}; allowed: {allowed}")
    if verb == "list":
        return CircuitsListed()
    if verb == "rewire":
        if not _is_names(data["release"]):
            raise ValueError(f"release: found {_short(data['release'])}; allowed: a list of circuits")
        return RewireRequested(tuple(data["release"]), tuple(_circuits(data["circuits"])))
    if verb == "announce":
        return TrafficAnnounced(_traffic(data["traffic"]))
    name = data["name"]
    if not isinstance(name, str) or not name:
        raise ValueError(f"name: found {_short(name)}; allowed: a text")
    return _question(verb, name, data)


def _question(verb: str, name: str, data: dict[str, Any]) -> Question:
    if verb == "change":
        return CircuitChanged(name, service_of(data["service"]))
    if verb == "release":
        return CircuitReleased(name)
    return CircuitRequested(name, _sites(data["sites"]), service_of(data.get("service", {})))


def _requests(data: dict[str, Any]) -> Iterator[CircuitRequested]:
    """Each of ``circuits`` as a request of its own would be."""
    circuits = data.get("circuits")
    if set(data) != {"do", "circuits"} or not isinstance(circuits, list) or not circuits:
        raise ValueError(f"{_ALL}: found {_short(data)}; allowed: do, and circuits: a list of requests")
    yield from _circuits(circuits)


def _circuits(found: Any) -> Iterator[CircuitRequested]:
    if not isinstance(found, list):
        raise ValueError(f"circuits: found {_short(found)}; allowed: a list of requests")
    for circuit in found:
        if not isinstance(circuit, dict) or "do" in circuit:
            raise ValueError(f"circuits: found {_short(circuit)}; allowed: name, sites, and perhaps service")
        question = parse(json.dumps({"do": "request", **circuit}))
        assert isinstance(question, CircuitRequested)
        yield question


def service_of(found: Any) -> Service:
    """A service from the keys that an experiment's circuit has in ``workload.json``, all optional. Raises
    ``ValueError``."""
    if not isinstance(found, dict):
        raise ValueError(f"service: found {_short(found)}; allowed: a mapping")
    for key, value in found.items():
        if key not in _SERVICE:
            raise ValueError(f"service: found the key {_short(key)}; allowed: {', '.join(_SERVICE)}")
        if not _SERVICE[key](value):
            raise ValueError(f"service.{key}: found {_short(value)}; allowed: {_ALLOWED[key]}")
    plain: dict[str, Any] = {_FIELD.get(str(key), str(key)): value for key, value in found.items()}
    for key in ("avoid", "through"):
        plain[key] = frozenset(plain.get(key, ()))
    plain["protection"] = Protection(plain.get("protection", Protection.RESTORATION))
    plain["disjoint"] = Disjoint(plain.get("disjoint", Disjoint.SHARED_RISK))
    plain["reconfigure"] = Reconfigure(plain.get("reconfigure", Reconfigure.MAKE_BEFORE_BREAK))
    return Service(by_hops=plain.pop("path", "delay") == "hops", **plain)


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


def _traffic(found: Any) -> tuple[tuple[str, str, float], ...]:
    """(from, to, bytes) of each direction."""
    for entry in found if isinstance(found, list) else [found]:
        if not isinstance(entry, list) or len(entry) != 3 or not _is_names(entry[:2]) or not _is_number(entry[2]):
            raise ValueError(f"traffic: found {_short(entry)}; allowed: a list of [site, site, bytes]")
    return tuple((source, target, float(size)) for source, target, size in found)


def _short(found: Any) -> str:
    text = repr(found)
    return text if len(text) <= 60 else text[:57] + "..."
