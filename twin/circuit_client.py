"""A client of a TAPI northbound over RESTCONF: what ``twin circuit`` does, with nothing but the standard library.

Sites, fibres and circuits go by their names; the server's own documents say which ids those have.
"""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from twin.errors import BadInput, RunBroke
from twin.northbound.reply import MEDIA_TYPE
from twin.northbound.service import SERVICE_NAME

_CONTEXT: Final = "/restconf/data/tapi-common:context"
_SERVICES: Final = f"{_CONTEXT}/tapi-connectivity:connectivity-context"
_TIMEOUT_S: Final = 30.0


@dataclass(frozen=True)
class Row:
    """One circuit, as the table shows it; ``uuid`` is its id."""

    uuid: str
    name: str
    ends: str
    state: str
    fibres: str
    channel: str
    reason: str


class Client:
    """``url`` as in ``https://127.0.0.1:8443``; ``token`` the tenant's; ``ca`` a file of certificates to trust.

    What the server refuses is ``BadInput`` with its reason; ``RunBroke`` where no server answers."""

    def __init__(self, url: str, token: str, ca: Path | None = None) -> None:
        if not url.startswith(("http://", "https://")):
            raise BadInput("--url", "", f"found {url!r}", "http://HOST:PORT, https://HOST:PORT")
        if ca is not None and not ca.is_file():
            raise BadInput("--ca", "", f"there is no file {ca}")
        self._url = url.rstrip("/")
        self._token = token
        self._context = ssl.create_default_context(cafile=str(ca) if ca else None) if url[:5] == "https" else None

    def read(self) -> dict[str, Any]:
        """The tenant's whole context."""
        context: dict[str, Any] = json.loads(self._send("GET", _CONTEXT)[0])["tapi-common:context"]
        return context

    def _send(self, method: str, path: str, document: dict[str, Any] | None = None) -> tuple[bytes, str]:
        """One request; returns the body of the answer, and the address of what it made."""
        body = None if document is None else json.dumps(document).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
        request = urllib.request.Request(self._url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S, context=self._context) as answer:
                return answer.read(), answer.headers.get("Location", "")
        except urllib.error.HTTPError as refusal:
            raise BadInput(self._url, "", f"{refusal.code} {_reason(refusal.read())}") from None
        except (OSError, ValueError) as problem:
            raise RunBroke(f"no northbound answers at {self._url}: {getattr(problem, 'reason', problem)}") from None

    def rows(self) -> list[Row]:
        """The tenant's circuits."""
        context = self.read()
        connectivity = context["tapi-connectivity:connectivity-context"]
        sites = {uuid: name for name, uuid in _ids(context["service-interface-point"]).items()}
        connections = {connection["uuid"]: _names(connection) for connection in connectivity["connection"]}
        return [_row(service, sites, connections) for service in connectivity["connectivity-service"]]

    def create(self, ends: tuple[str, str], wanted: dict[str, Any], places: dict[str, list[str]]) -> Row:
        """Ask for a circuit between two sites; returns what became of it. ``wanted`` are leaves of the service;
        ``places`` names fibres and sites: to ``exclude``, to ``include``, and services to be ``apart`` from."""
        context = self.read()
        service = {"end-point": [_end_point(site, context) for site in ends], **wanted}
        constraint = {**_places("exclude", places, context), **_places("include", places, context)}
        if constraint:
            service["topology-constraint"] = [{"local-id": "1", **constraint}]
        if places.get("apart"):
            refs = [{"connectivity-service-uuid": self._find(name, context)} for name in places["apart"]]
            service["diversity-exclusion"] = refs
        _, where = self._send("POST", _SERVICES, {"tapi-connectivity:connectivity-service": [service]})
        made = [row for row in self.rows() if row.uuid == where.rpartition("=")[2]]
        if not made:
            raise RunBroke(f"the northbound at {self._url} made {where or 'something'}, and does not know of it")
        return made[0]

    def delete(self, name: str) -> None:
        """Give a circuit back."""
        self._send("DELETE", f"{_SERVICES}/connectivity-service={self._find(name, self.read())}")

    @staticmethod
    def _find(name: str, context: dict[str, Any]) -> str:
        """The id of the service that is called ``name``, by name or by id."""
        services = context["tapi-connectivity:connectivity-context"]["connectivity-service"]
        known = {_names(service).get(SERVICE_NAME, service["uuid"]): service["uuid"] for service in services}
        if _is_uuid(name):
            return name
        return _known(name, known, "circuit")


def named(name: str) -> list[dict[str, str]]:
    """A service's name, as TAPI has it."""
    return [{"value-name": SERVICE_NAME, "value": name}]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _reason(body: bytes) -> str:
    """What a server says of its refusal."""
    try:
        entry = json.loads(body)["ietf-restconf:errors"]["error"][0]
        return f"{entry['error-tag']}: {entry['error-message']}"
    except (ValueError, KeyError, IndexError, TypeError):
        return "without a reason"


def _names(entry: dict[str, Any]) -> dict[str, str]:
    return {name["value-name"]: name["value"] for name in entry.get("name", ())}


def _ids(entries: list[dict[str, Any]]) -> dict[str, str]:
    """Name -> id."""
    return {next(iter(_names(entry).values()), entry["uuid"]): entry["uuid"] for entry in entries}


def _known(name: str, known: dict[str, str], kind: str) -> str:
    if name not in known:
        allowed = ", ".join(list(known)[:12]) or f"none: there is no {kind}"
        raise BadInput("twin circuit", "", f"found the unknown {kind} {name!r}", allowed)
    return known[name]


def _end_point(site: str, context: dict[str, Any]) -> dict[str, Any]:
    uuid = _known(site, _ids(context["service-interface-point"]), "site")
    return {"local-id": site, "service-interface-point": {"service-interface-point-uuid": uuid}}


def _places(word: str, places: dict[str, list[str]], context: dict[str, Any]) -> dict[str, Any]:
    """References to the fibres and sites of one kind of constraint."""
    found: dict[str, Any] = {}
    (topology,) = context["tapi-topology:topology-context"]["topology"]
    known = {kind: _ids(topology[kind]) for kind in ("link", "node")}
    for name in places.get(word, ()):
        kind = "link" if name in known["link"] else "node"
        uuid = _known(name, known["link"] | known["node"], "fibre or site")
        found.setdefault(f"{word}-{kind}", []).append({"topology-uuid": topology["uuid"], f"{kind}-uuid": uuid})
    return found


def _row(service: dict[str, Any], sites: dict[str, str], connections: dict[str, dict[str, str]]) -> Row:
    ids = [end["service-interface-point"]["service-interface-point-uuid"] for end in service["end-point"]]
    told: dict[str, str] = {}
    for connection in service.get("connection", ()):
        told |= connections.get(connection["connection-uuid"], {})
    return Row(
        service["uuid"],
        _names(service).get(SERVICE_NAME, service["uuid"]),
        " - ".join(sites.get(uuid, uuid) for uuid in ids),
        told.get("STATE", service.get("operational-state", "")),
        told.get("FIBRES", "").replace(",", " + "),
        told.get("CHANNEL", ""),
        told.get("REASON", ""),
    )
