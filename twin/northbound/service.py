"""A TAPI connectivity service as what the brain is asked for, and back.

    end-point                 the two sites                       schedule            start and end
    requested-capacity        the slowest transceivers that do    max-allowed-delay   one way, us (assumed)
    resilience-type           protection                          diversity-policy    of the two paths
    reversion-mode            whether it returns to a better path, wait-to-revert-time minutes after the light
    topology-constraint       fibres and sites to avoid or to go through
    diversity-exclusion       services whose fibres are avoided, as they are at this moment
    route-objective-function  fewer fibres, or less delay

A document comes in with its shape checked: the right keys, the right types. Whatever it names is looked up here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from twin.control.service import Disjoint, Protection, Service
from twin.northbound.names import uuid_of
from twin.northbound.topology import LAYER, TopologyDocuments, capacity

#: The name by which a service's ``name`` list calls the circuit.
SERVICE_NAME: Final = "SERVICE_NAME"

UNIT_BPS: Final = {"KBPS": 1e3, "MBPS": 1e6, "GBPS": 1e9, "TBPS": 1e12}
#: (protection type, restoration policy) of each protection.
RESILIENCE: Final = {
    Protection.NONE: ("NO_PROTECTION", "NA"),
    Protection.RESTORATION: ("NO_PROTECTION", "END_TO_END_RESTORATION"),
    Protection.ONE_FOR_ONE: ("ONE_FOR_ONE_PROTECTION", "END_TO_END_RESTORATION"),
    Protection.ONE_PLUS_ONE: ("ONE_PLUS_ONE_PROTECTION", "END_TO_END_RESTORATION"),
}
DIVERSITY: Final = {"LINK": Disjoint.FIBRE, "NODE": Disjoint.SITE, "SRLG": Disjoint.SHARED_RISK}
_HOP, _LATENCY = "MIN_WORK_ROUTE_HOP", "MIN_WORK_ROUTE_LATENCY"
_MINUTE_S: Final = 60.0


@dataclass(frozen=True)
class Wanted:
    """What a document asks for. ``name`` None: it has no name; ``diverse`` are services' ids; ``start`` and ``end``
    are seconds since 1970."""

    uuid: str | None
    name: str | None
    sites: tuple[str, str]
    service: Service
    diverse: tuple[str, ...]
    start: float | None
    end: float | None


def read(document: dict[str, Any], topology: TopologyDocuments) -> Wanted:
    """What ``document`` asks for. Raises ``ValueError`` with its path, what was found and what is allowed, and
    ``LookupError`` where it names something that does not exist."""
    schedule = document.get("schedule", {})
    names = [entry["value"] for entry in document.get("name", ()) if entry["value-name"] == SERVICE_NAME]
    strange = [entry["value-name"] for entry in document.get("name", ()) if entry["value-name"] != SERVICE_NAME]
    if strange or len(names) > 1:
        raise ValueError(f"name: found {', '.join(strange) or 'two names'}; allowed: one {SERVICE_NAME}")
    return Wanted(
        uuid=document["uuid"].lower() if document.get("uuid") else None,
        name=names[0] if names else None,
        sites=_sites(document["end-point"], topology),
        service=_service(document, topology),
        diverse=tuple(ref["connectivity-service-uuid"].lower() for ref in document.get("diversity-exclusion", ())),
        start=_moment(schedule.get("start-time"), "start-time"),
        end=_moment(schedule.get("end-time"), "end-time"),
    )


def _sites(points: list[dict[str, Any]], topology: TopologyDocuments) -> tuple[str, str]:
    found = []
    for point in points:
        uuid = point["service-interface-point"]["service-interface-point-uuid"].lower()
        if uuid not in topology.site_of_point:
            raise LookupError(f"end-point: there is no service interface point {uuid}")
        found.append(topology.site_of_point[uuid])
    if len({point["local-id"] for point in points}) < len(points):
        raise ValueError("end-point: found one local-id twice; allowed: each once")
    return found[0], found[1]


def _service(document: dict[str, Any], topology: TopologyDocuments) -> Service:
    delay_us = document.get("max-allowed-delay", {}).get("value")
    avoid, through = _places(document.get("topology-constraint", ()), topology)
    return Service(
        protection=_protection(document.get("resilience-type", {})),
        disjoint=DIVERSITY[document.get("diversity-policy", "SRLG")],
        reverts=document.get("reversion-mode", "REVERTIVE") == "REVERTIVE",
        wait_to_restore_s=document.get("wait-to-revert-time", 0) * _MINUTE_S,
        by_hops=document.get("route-objective-function", _LATENCY) == _HOP,
        max_delay_s=None if delay_us is None else delay_us * 1e-6,
        min_rate_bps=_rate(document.get("requested-capacity")),
        avoid=avoid,
        through=through,
    )


def _protection(resilience: dict[str, str]) -> Protection:
    kind = resilience.get("protection-type", "NO_PROTECTION")
    policy = resilience.get("restoration-policy", "END_TO_END_RESTORATION")
    for protection, words in RESILIENCE.items():
        if words == (kind, policy):
            return protection
    raise ValueError(f"resilience-type: found {kind} with {policy}; allowed there: END_TO_END_RESTORATION")


def _rate(found: dict[str, Any] | None) -> float:
    return float(found["total-size"]["value"] * UNIT_BPS[found["total-size"]["unit"]]) if found else 0.0


def _places(constraints: Any, topology: TopologyDocuments) -> tuple[frozenset[str], frozenset[str]]:
    """The names of fibres and sites to avoid, and to go through."""
    known = {"link": topology.fibre_of_link, "node": topology.site_of_node}
    found: dict[str, set[str]] = {"exclude": set(), "include": set()}
    for constraint in constraints:
        for word, names in found.items():
            for kind, of in known.items():
                for ref in constraint.get(f"{word}-{kind}", ()):
                    uuid = ref[f"{kind}-uuid"].lower()
                    if ref["topology-uuid"].lower() != topology.uuid or uuid not in of:
                        raise LookupError(f"topology-constraint: {word}-{kind}: there is no {kind} {uuid}")
                    names.add(of[uuid])
    return frozenset(found["exclude"]), frozenset(found["include"])


def _moment(text: str | None, leaf: str) -> float | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"schedule: {leaf}: found {text!r}; allowed: a time as 2026-01-01T00:00:00Z")
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


def write(
    name: str, uuid: str, sites: tuple[str, str], service: Service, topology: TopologyDocuments
) -> dict[str, Any]:
    """The document that would ask for this; diversity from other services has become what is avoided."""
    kind, policy = RESILIENCE[service.protection]
    document: dict[str, Any] = {
        "uuid": uuid,
        "name": [{"value-name": SERVICE_NAME, "value": name}],
        "service-layer": LAYER,
        "service-type": "POINT_TO_POINT_CONNECTIVITY",
        "end-point": [_end_point(site) for site in sites],
        "resilience-type": {"protection-type": kind, "restoration-policy": policy},
        "diversity-policy": next(word for word, disjoint in DIVERSITY.items() if disjoint is service.disjoint),
        "reversion-mode": "REVERTIVE" if service.reverts else "NON-REVERTIVE",
        "wait-to-revert-time": round(service.wait_to_restore_s / _MINUTE_S),
        "route-objective-function": _HOP if service.by_hops else _LATENCY,
    }
    if service.min_rate_bps:
        document["requested-capacity"] = capacity(service.min_rate_bps)
    if service.max_delay_s is not None:
        document["max-allowed-delay"] = {"value": round(service.max_delay_s * 1e6)}
    if service.avoid or service.through:
        document["topology-constraint"] = [_constraint(service, topology)]
    return document


def _constraint(service: Service, topology: TopologyDocuments) -> dict[str, Any]:
    known = {"link": topology.fibre_of_link, "node": topology.site_of_node}
    found: dict[str, Any] = {"local-id": "1"}
    avoid = service.avoid | {fibre for name in service.avoid for fibre in topology.risks.get(name, ())}
    for word, names in (("exclude", avoid), ("include", service.through)):
        for kind, of in known.items():
            refs = [
                {"topology-uuid": topology.uuid, f"{kind}-uuid": uuid} for uuid, name in of.items() if name in names
            ]
            found |= {f"{word}-{kind}": refs} if refs else {}
    return found


def _end_point(site: str) -> dict[str, Any]:
    return {
        "local-id": site,
        "layer-protocol-name": LAYER,
        "service-interface-point": {"service-interface-point-uuid": uuid_of("service_interface_point", site)},
    }
