"""Three sites with their switches all connected, a desk, and its datastore."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from twin.control.brain import optical_circuit
from twin.control.commands import Answer, Command, Record, Wake
from twin.control.desk import Desk, DeskEvent
from twin.control.events import SwitchConnected, Woken
from twin.control.fake_network import FakeNetwork
from twin.northbound.datastore import Datastore
from twin.northbound.names import uuid_of
from twin.northbound.query import Query
from twin.northbound.reply import Reply
from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology

SERVICES = "tapi-common:context/tapi-connectivity:connectivity-context"


def three_sites() -> Plan:
    """Sites a, b, c with one server and two transceivers of 1 Gb/s each; fibres ab and bc of 100 km, ca of 150 km."""
    sites = [Site(name, 1, Port(1e9), SiteFabric(), Optical(), 2, Port(1e9)) for name in "abc"]
    lengths_km = {"ab": 100.0, "bc": 100.0, "ca": 150.0}
    fibres = [FibrePair(name, (name[0], name[1]), km) for name, km in lengths_km.items()]
    return build_plan(Topology("test", tuple(sites), tuple(fibres)))


class Office:
    """A desk with two tenants, alice with 2 Gb/s and bob without a limit, and what it recorded."""

    def __init__(self) -> None:
        self.plan = three_sites()
        self.desk = Desk(optical_circuit(self.plan), {"alice": 2e9, "bob": None})
        self.network = FakeNetwork(self.plan)
        self.now_s = 0.0
        self.records: list[Record] = []
        self.later: list[tuple[float, DeskEvent]] = []
        self.store = Datastore(self.plan, self.ask, lambda moment: moment)
        for dpid in self.network.tables:
            self._play(SwitchConnected(dpid), 0.0)

    def ask(self, event: DeskEvent) -> Answer:
        """Let the event, and all that follows from it within a second, happen."""
        commands = self._play(event, self.now_s + 0.5)
        return next(command for command in commands if isinstance(command, Answer))

    def wait(self, seconds: float) -> None:
        """Let that much time pass."""
        self._play(Woken(), self.now_s + seconds)

    def _play(self, event: DeskEvent, until_s: float | None = None) -> list[Command]:
        agenda: list[tuple[float, DeskEvent]] = [(self.now_s, event), *self.later]
        until_s = self.now_s if until_s is None else until_s
        all_commands: list[Command] = []
        while agenda and agenda[0][0] <= until_s:
            self.now_s, event = agenda.pop(0)
            commands = self.desk.handle(event, self.now_s)
            all_commands += commands
            agenda += [(self.now_s, answer) for answer in self.network.apply(commands)]
            agenda += [(command.at_s, Woken()) for command in commands if isinstance(command, Wake)]
            agenda.sort(key=lambda entry: entry[0])
        self.later, self.now_s = agenda, until_s
        self.records += [command for command in all_commands if isinstance(command, Record)]
        return all_commands

    def services(self, tenant: str, content: str = "all") -> list[dict[str, Any]]:
        """The tenant's services."""
        found = self.store.read(tenant, f"{SERVICES}/connectivity-service", Query(content)).document
        assert found is not None
        entries: list[dict[str, Any]] = found["tapi-connectivity:connectivity-service"]
        return entries

    def told(self, tenant: str) -> list[dict[str, str]]:
        """What the tenant's connections say of themselves."""
        found = self.store.read(tenant, f"{SERVICES}/connection").document
        assert found is not None
        connections = found["tapi-connectivity:connection"]
        return [{name["value-name"]: name["value"] for name in one["name"]} for one in connections]


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def make_office() -> Callable[[], Office]:
    """Makes a fresh office for each example."""
    return Office


@pytest.fixture
def wish() -> Callable[..., dict[str, Any]]:
    """Makes a service between two sites; underscores stand for hyphens."""

    def make(a: str, b: str, name: str | None = None, **leaves: Any) -> dict[str, Any]:
        document: dict[str, Any] = {"end-point": [end_point(a), end_point(b)]}
        if name is not None:
            document["name"] = [{"value-name": "SERVICE_NAME", "value": name}]
        return document | {leaf.replace("_", "-"): value for leaf, value in leaves.items()}

    return make


def end_point(site: str) -> dict[str, Any]:
    """Where a service ends."""
    point = {"service-interface-point-uuid": uuid_of("service_interface_point", site)}
    return {"local-id": site, "service-interface-point": point}


@pytest.fixture
def problem() -> Callable[[Reply], tuple[int, str, str]]:
    """Tells status, tag and message of an error."""

    def tell(reply: Reply) -> tuple[int, str, str]:
        assert reply.document is not None
        (entry,) = reply.document["ietf-restconf:errors"]["error"]
        return reply.status, entry["error-tag"], entry["error-message"]

    return tell
