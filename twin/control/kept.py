"""What a controller must not forget when it dies: which circuits were granted, and which are booked. As JSON, so that
its next life asks for the same under the same names, and finds them up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any, Final

from twin.control.desk import CircuitBooked
from twin.control.events import CircuitRequested
from twin.control.northbound import service_of
from twin.control.service import Service

Wanted = CircuitRequested | CircuitBooked
#: What a ``Service``'s fields are called by ``service_of``, where it is another name.
_KEY: Final = {"reverts": "revert", "min_rate_bps": "capacity_bps"}


def write(wanted: Iterable[Wanted]) -> list[dict[str, Any]]:
    """Requests and bookings as plain values."""
    found = []
    for one in wanted:
        request = one.request if isinstance(one, CircuitBooked) else one
        entry = {"name": request.name, "sites": list(request.sites), "service": keys_of(request.service)}
        times = {"start_s": one.start_s, "end_s": one.end_s} if isinstance(one, CircuitBooked) else {}
        found.append({**entry, **times})
    return found


def read(entries: Iterable[dict[str, Any]]) -> Iterator[Wanted]:
    """The inverse of ``write``. Raises ``ValueError`` for a service that is none."""
    for entry in entries:
        a, b = entry["sites"]
        request = CircuitRequested(entry["name"], (a, b), service_of(entry["service"]))
        yield CircuitBooked(request, entry["start_s"], entry["end_s"]) if "start_s" in entry else request


def keys_of(service: Service) -> dict[str, Any]:
    """What ``service_of`` reads as the same service."""
    plain = {_KEY.get(field.name, field.name): getattr(service, field.name) for field in fields(service)}
    plain["path"] = "hops" if plain.pop("by_hops") else "delay"
    return {key: sorted(value) if isinstance(value, frozenset) else value for key, value in plain.items()}
