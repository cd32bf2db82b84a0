"""RESTCONF's datastore of one tenant at a time: what it reads, and its connectivity services created, changed and
deleted. ``ask`` gives an event to the desk and returns its answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from twin.control.commands import Answer, Standing, View
from twin.control.desk import AGAIN, CircuitBooked, CircuitsSeen, DeskEvent
from twin.control.events import CircuitChanged, CircuitReleased, CircuitRequested
from twin.control.service import Disjoint, Service
from twin.northbound import service as services
from twin.northbound import state, tree
from twin.northbound.names import uuid_of
from twin.northbound.query import Query, only, select
from twin.northbound.reply import Reply, error
from twin.northbound.topology import TopologyDocuments
from twin.plan.model import Plan

#: Where the services are.
CONTEXT: Final = "tapi-common:context"
CONNECTIVITY: Final = "tapi-connectivity:connectivity-context"
SERVICE: Final = "tapi-connectivity:connectivity-service"
#: Everything, as it is.
WHOLE: Final = Query()
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}\Z")


@dataclass(frozen=True)
class _Entry:
    """A service that was asked for here, as it was asked for."""

    uuid: str
    document: dict[str, Any]


class Datastore:
    """``clock_s`` turns seconds since 1970 into the brain's clock. ``kept`` is what an earlier life had to keep."""

    def __init__(
        self,
        plan: Plan,
        ask: Callable[[DeskEvent], Answer],
        clock_s: Callable[[float], float],
        kept: Mapping[str, dict[str, Any]] = MappingProxyType({}),
    ) -> None:
        self._plan = plan
        self._ask = ask
        self._clock_s = clock_s
        self._topology = TopologyDocuments(plan)
        self._roots = state.roots(plan)
        self._entries = {name: _Entry(one["uuid"], one["document"]) for name, one in kept.items()}
        self._made: Counter[str] = Counter()

    def keep(self) -> dict[str, dict[str, Any]]:
        """What a later life needs to know of the services that were asked for here: circuit -> id and document."""
        return {name: {"uuid": entry.uuid, "document": entry.document} for name, entry in self._entries.items()}

    def read(self, tenant: str, path: str, query: Query = WHOLE) -> Reply:
        """The data resource at ``path``, below ``/restconf/data``; empty: all of it."""
        view = self._view(tenant)
        known = [(*self._identify(standing), standing) for standing in view.circuits]
        context = {
            "uuid": uuid_of("context", tenant),
            "name": [{"value-name": "CONTEXT_NAME", "value": tenant}],
            "service-interface-point": self._topology.points(view.busy),
            "tapi-topology:topology-context": self._topology.context(view.dark_fibres),
            CONNECTIVITY: {
                "connectivity-service": [state.service(uuid, document, standing) for uuid, document, standing in known],
                "connection": [state.connection(standing) for _, _, standing in known],
            },
        }
        found = tree.find(only({CONTEXT: context, **self._roots}, query.content), path)
        if found is None:
            return error(404, f"there is no data resource {path!r}")
        try:
            return Reply(200, select(found, query))
        except ValueError as problem:
            return error(400, str(problem), path="fields")

    def create(self, tenant: str, document: dict[str, Any]) -> Reply:
        """Ask for a service: 201 and where it is, or why not."""
        try:
            wanted = services.read(document, self._topology)
            if wanted.name is not None and _NAME.match(wanted.name) is None:
                raise ValueError(f"name: found {wanted.name!r}; allowed: a letter, then letters, digits, '_' and '-'")
        except ValueError as problem:
            return error(400, str(problem), path=SERVICE)
        except LookupError as problem:
            return error(409, str(problem.args[0]), "data-missing", SERVICE)
        view = self._view(tenant)
        uuid = wanted.uuid or self._new_uuid(tenant, wanted.name)
        name = f"{tenant}/{wanted.name or uuid}"
        if any(uuid == known or standing.name == name for known, standing in self._known(view)):
            return error(409, f"there is a service {wanted.name or uuid} already", "data-exists")
        service = self._apart(wanted, view)
        if isinstance(service, Reply):
            return service
        # Before it is asked for: what happens to it then is told under its id.
        self._entries[name] = _Entry(uuid, {**document, "uuid": uuid, "name": _name(wanted.name or uuid)})
        refusal = self._request(CircuitRequested(name, wanted.sites, service), wanted)
        if refusal:
            del self._entries[name]
            return _refused(refusal, tenant)
        return Reply(
            201, headers=(("Location", f"/restconf/data/{CONTEXT}/{CONNECTIVITY}/connectivity-service={uuid}"),)
        )

    def _request(self, request: CircuitRequested, wanted: services.Wanted) -> str:
        """Why the desk will not have it; empty: it will."""
        event: DeskEvent = request
        if wanted.start is not None or wanted.end is not None:
            times_s = [None if moment is None else self._clock_s(moment) for moment in (wanted.start, wanted.end)]
            event = CircuitBooked(request, *times_s)
        answer = self._ask(event)
        return "" if answer.ok else answer.reason or "refused"

    def replace(self, tenant: str, uuid: str, document: dict[str, Any]) -> Reply:
        """Put ``document`` in place of the service, or create it: 204 or 201."""
        uuid = uuid.lower()
        if document.get("uuid", uuid).lower() != uuid:
            return error(400, f"uuid: found {document['uuid']}; allowed: {uuid}, as in the address", path=SERVICE)
        standing = self._find(tenant, uuid)
        if standing is None:
            return self.create(tenant, {**document, "uuid": uuid})
        return self._change(tenant, standing, {**document, "uuid": uuid})

    def merge(self, tenant: str, uuid: str, patch: dict[str, Any]) -> Reply:
        """Change only what ``patch`` says: 204."""
        uuid = uuid.lower()
        if patch.get("uuid", uuid).lower() != uuid:
            return error(400, f"uuid: found {patch['uuid']}; allowed: {uuid}, as in the address", path=SERVICE)
        standing = self._find(tenant, uuid)
        if standing is None:
            return _missing(uuid)
        _, document = self._identify(standing)
        return self._change(tenant, standing, tree.merge(document, {**patch, "uuid": uuid}))

    def _change(self, tenant: str, standing: Standing, document: dict[str, Any]) -> Reply:
        uuid, before = self._identify(standing)
        try:
            wanted = services.read(document, self._topology)
        except ValueError as problem:
            return error(400, str(problem), path=SERVICE)
        except LookupError as problem:
            return error(409, str(problem.args[0]), "data-missing", SERVICE)
        name = standing.name.partition("/")[2]
        fixed: dict[str, tuple[Any, Any]] = {
            "name": (wanted.name or name, name),
            "end-point": (wanted.sites, standing.sites),
        }
        fixed["schedule"] = (document.get("schedule"), before.get("schedule"))
        for leaf, (new, old) in fixed.items():
            if new != old:
                return error(409, f"{leaf} cannot be changed; delete the service and create another", path=leaf)
        service = self._apart(wanted, self._view(tenant), besides=standing.name)
        if isinstance(service, Reply):
            return service
        known = standing.service  # TAPI has no words for these
        service = replace(
            service,
            reconfigure=known.reconfigure,
            channel=known.channel,
            restore_within_s=known.restore_within_s,
        )
        if service != known and standing.state == "booked":
            return error(409, "the service has not begun; delete it and create another", "in-use")
        self._entries[standing.name] = _Entry(uuid, {**document, "name": _name(name)})
        answer = self._ask(CircuitChanged(standing.name, service)) if service != known else Answer(True)
        if not answer.ok:
            self._entries[standing.name] = _Entry(uuid, before)
            return _refused(answer.reason, tenant)
        return Reply(204)

    def delete(self, tenant: str, uuid: str) -> Reply:
        """Give a service back: 204."""
        standing = self._find(tenant, uuid.lower())
        if standing is None:
            return _missing(uuid)
        answer = self._ask(CircuitReleased(standing.name))
        if not answer.ok:
            return _refused(answer.reason, tenant)
        self._entries.pop(standing.name, None)
        return Reply(204)

    def uuid_by_name(self, name: str) -> str:
        """The service's id by its circuit's name."""
        entry = self._entries.get(name)
        return entry.uuid if entry is not None else uuid_of("circuit", name)

    def _view(self, tenant: str) -> View:
        view = self._ask(CircuitsSeen(tenant)).view
        assert view is not None
        return view

    def _known(self, view: View) -> list[tuple[str, Standing]]:
        return [(self.uuid_by_name(standing.name), standing) for standing in view.circuits]

    def _find(self, tenant: str, uuid: str) -> Standing | None:
        return next((standing for known, standing in self._known(self._view(tenant)) if known == uuid), None)

    def _identify(self, standing: Standing) -> tuple[str, dict[str, Any]]:
        """A service's id and its configuration."""
        entry = self._entries.get(standing.name)
        if entry is not None:
            return entry.uuid, entry.document
        uuid, name = uuid_of("circuit", standing.name), standing.name.partition("/")[2]
        return uuid, services.write(name, uuid, standing.sites, standing.service, self._topology)

    def _new_uuid(self, tenant: str, name: str | None) -> str:
        if name is not None:
            return uuid_of("circuit", f"{tenant}/{name}")
        self._made[tenant] += 1
        return uuid_of("unnamed circuit", f"{tenant}/{self._made[tenant]}")

    def _apart(self, wanted: services.Wanted, view: View, besides: str = "") -> Service | Reply:
        """The service, kept apart from those that it excludes."""
        known = {uuid: standing for uuid, standing in self._known(view) if standing.name != besides}
        avoid = set(wanted.service.avoid)
        for uuid in wanted.diverse:
            other = known.get(uuid)
            if other is None:
                return error(409, f"diversity-exclusion: there is no service {uuid}", "data-missing")
            if not other.fibres:
                return error(409, f"diversity-exclusion: service {uuid} has no path yet", "in-use")
            avoid |= self._shared(other, wanted.service.disjoint) - set(wanted.sites)
        return replace(wanted.service, avoid=frozenset(avoid))

    def _shared(self, other: Standing, disjoint: Disjoint) -> set[str]:
        """The fibres and sites that a service apart from ``other`` may not use."""
        fibres = {*other.fibres, *other.spare}
        if disjoint is Disjoint.SITE:
            return fibres | {site for fibre in self._plan.fibres if fibre.name in fibres for site in fibre.sites}
        light = self._plan.light
        if disjoint is Disjoint.SHARED_RISK and light is not None:
            fibres |= {name for group in light.shared_risks.values() if fibres & set(group) for name in group}
        return fibres


def _name(name: str) -> list[dict[str, str]]:
    return [{"value-name": services.SERVICE_NAME, "value": name}]


def _refused(reason: str, tenant: str) -> Reply:
    """The brain's words, with the circuit as the tenant calls it."""
    return error(409, reason.replace(f"'{tenant}/", "'"), "in-use" if AGAIN in reason else "")


def _missing(uuid: str) -> Reply:
    return error(404, f"there is no connectivity service {uuid}")
