from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from twin.control.events import CircuitRequested
from twin.control.service import Protection, Service
from twin.northbound.names import uuid_of
from twin.northbound.reply import Reply

Wish = Callable[..., dict[str, Any]]
Problem = Callable[[Reply], tuple[int, str, str]]
C1 = uuid_of("circuit", "alice/c1")
SERVICES = "tapi-common:context/tapi-connectivity:connectivity-context"
OWN = "11111111-2222-3333-4444-555555555555"


def exclude(fibre: str) -> list[dict[str, Any]]:
    """A constraint that leaves a fibre out."""
    link = {"topology-uuid": uuid_of("topology", "test"), "link-uuid": uuid_of("fibre", fibre)}
    return [{"local-id": "1", "exclude-link": [link]}]


def test_a_service_is_made_read_and_given_back(office: Any, wish: Wish, problem: Problem) -> None:
    made = office.store.create("alice", wish("a", "b", "c1"))
    address = f"/restconf/data/{SERVICES}/connectivity-service={C1}"
    assert made == Reply(201, headers=(("Location", address),))
    assert office.services("alice") == [
        {
            **wish("a", "b", "c1"),
            "uuid": C1,
            "administrative-state": "UNLOCKED",
            "operational-state": "ENABLED",
            "lifecycle-state": "INSTALLED",
            "connection": [{"connection-uuid": uuid_of("connection", "alice/c1")}],
        }
    ]
    told = {"CIRCUIT": "c1", "STATE": "active", "REASON": "requested", "FIBRES": "ab", "CHANNEL": "1"}
    assert office.told("alice") == [told]
    assert office.store.delete("alice", C1) == Reply(204)
    assert office.services("alice") == []
    gone = (404, "invalid-value", f"there is no connectivity service {C1}")
    assert problem(office.store.delete("alice", C1)) == gone


def test_one_without_a_name_is_called_by_its_id(office: Any, wish: Wish) -> None:
    assert office.store.create("alice", wish("a", "b", uuid=OWN)).status == 201
    assert office.store.create("alice", wish("a", "c")).status == 201
    ids = [service["uuid"] for service in office.services("alice")]
    assert ids == [OWN, uuid_of("unnamed circuit", "alice/1")]
    assert [told["CIRCUIT"] for told in office.told("alice")] == ids


def test_a_tenant_sees_and_touches_only_its_own(office: Any, wish: Wish, problem: Problem) -> None:
    office.store.create("alice", wish("a", "b", "c1"))
    assert office.services("bob") == []
    missing = (404, "invalid-value", f"there is no connectivity service {C1}")
    assert problem(office.store.delete("bob", C1)) == missing
    assert problem(office.store.merge("bob", C1, {})) == missing
    path = f"{SERVICES}/connectivity-service={C1}"
    assert problem(office.store.read("bob", path)) == (404, "invalid-value", f"there is no data resource {path!r}")
    assert office.store.create("bob", wish("a", "b", "c1")).status == 201
    assert [told["CIRCUIT"] for told in office.told("bob")] == ["c1"]


def test_what_the_timeline_asked_for_is_seen(office: Any, wish: Wish) -> None:
    service = Service(Protection.ONE_PLUS_ONE, min_rate_bps=1e9, max_delay_s=0.01, avoid=frozenset({"c"}), by_hops=True)
    assert office.ask(CircuitRequested("alice/c1", ("a", "b"), Service(reverts=False))).ok
    assert not office.ask(CircuitRequested("alice/c2", ("a", "b"), service)).ok
    (seen,) = office.services("alice", "config")
    assert seen["uuid"] == C1
    assert seen["reversion-mode"] == "NON-REVERTIVE"
    assert office.store.replace("alice", C1, seen) == Reply(204)


def test_the_same_answer_whoever_asks(office: Any, wish: Wish, problem: Problem) -> None:
    """The unix socket's and RESTCONF's requests end at one desk."""
    late = Service(max_delay_s=1e-4)
    reason = "no free path from a to b takes 0.1 ms or less"
    assert office.ask(CircuitRequested("alice/c0", ("a", "b"), late)).reason == reason
    refused = office.store.create("alice", wish("a", "b", "c1", max_allowed_delay={"value": 100}))
    assert problem(refused) == (409, "resource-denied", reason)
    assert office.services("alice") == []


def test_a_quota_is_for_all_of_a_tenants_circuits(office: Any, wish: Wish, problem: Problem) -> None:
    for name in ("c1", "c2"):
        assert office.store.create("alice", wish("a", "b", name)).status == 201
    over = office.store.create("alice", wish("b", "c", "c3"))
    reason = "alice may have 2 Gb/s in all, holds 2 and asks for 1 Gb/s"
    assert problem(over) == (409, "resource-denied", reason)
    assert office.store.delete("alice", C1).status == 204
    assert office.store.create("alice", wish("a", "c", "c3")).status == 201
    assert office.ask(CircuitRequested("alice/c4", ("b", "c"))).reason == reason


def test_a_second_of_the_same_name_is_refused(office: Any, wish: Wish, problem: Problem) -> None:
    office.store.create("alice", wish("a", "b", "c1"))
    again = office.store.create("alice", wish("a", "c", "c1"))
    assert problem(again) == (409, "data-exists", "there is a service c1 already")


def test_a_patch_moves_a_service(office: Any, wish: Wish) -> None:
    office.store.create("alice", wish("a", "b", "c1"))
    assert office.store.merge("alice", C1, {"topology-constraint": exclude("ab")}) == Reply(204)
    assert office.told("alice")[0]["FIBRES"] == "ca,bc"
    assert office.services("alice")[0]["topology-constraint"] == exclude("ab")
    assert office.store.replace("alice", C1, wish("a", "b", "c1")) == Reply(204)
    assert "topology-constraint" not in office.services("alice")[0]


def test_put_makes_what_is_not_there(office: Any, wish: Wish) -> None:
    assert office.store.replace("alice", OWN, wish("a", "b", "c1")).status == 201
    assert office.services("alice")[0]["uuid"] == OWN


@pytest.mark.parametrize(
    ("change", "leaf"),
    [
        ({"end-point": []}, "end-point"),
        ({"name": [{"value-name": "SERVICE_NAME", "value": "c9"}]}, "name"),
        ({"schedule": {"end-time": "2026-01-01T00:00:00Z"}}, "schedule"),
    ],
)
def test_some_things_cannot_be_changed(
    office: Any, wish: Wish, problem: Problem, change: dict[str, Any], leaf: str
) -> None:
    office.store.create("alice", wish("a", "b", "c1"))
    document = {**wish("a", "b", "c1"), **change}
    if leaf == "end-point":
        document = wish("a", "c", "c1")
    refused = (409, "resource-denied", f"{leaf} cannot be changed; delete the service and create another")
    assert problem(office.store.replace("alice", C1, document)) == refused


def test_the_id_in_the_address_counts(office: Any, wish: Wish, problem: Problem) -> None:
    wrong = (400, "invalid-value", f"uuid: found {OWN}; allowed: {C1}, as in the address")
    assert problem(office.store.replace("alice", C1, wish("a", "b", uuid=OWN))) == wrong
    assert problem(office.store.merge("alice", C1, {"uuid": OWN})) == wrong


def test_services_are_kept_apart(office: Any, wish: Wish, problem: Problem) -> None:
    office.store.create("alice", wish("a", "b", "c1"))
    apart = {"diversity_exclusion": [{"connectivity-service-uuid": C1}]}
    assert office.store.create("alice", wish("a", "b", "c2", **apart)).status == 201
    assert [told["FIBRES"] for told in office.told("alice")] == ["ab", "ca,bc"]
    office.store.delete("alice", C1)
    strange = office.store.create("alice", wish("a", "b", "c3", **apart))
    assert problem(strange) == (409, "data-missing", f"diversity-exclusion: there is no service {C1}")


def test_a_site_is_avoided_where_diversity_is_by_node(office: Any, wish: Wish, problem: Problem) -> None:
    office.store.create("alice", wish("a", "b", "c1", topology_constraint=exclude("ab")))
    apart = {"diversity_exclusion": [{"connectivity-service-uuid": C1}], "diversity_policy": "NODE"}
    assert office.store.create("alice", wish("a", "b", "c2", **apart)).status == 201
    assert office.told("alice")[1]["FIBRES"] == "ab"
    refused = office.store.create("bob", wish("a", "b", "c3", topology_constraint=exclude("ab"), **apart))
    assert problem(refused) == (409, "data-missing", f"diversity-exclusion: there is no service {C1}")


def test_a_schedule_is_kept(office: Any, wish: Wish) -> None:
    schedule = {"start-time": "1970-01-01T00:01:00Z", "end-time": "1970-01-01T00:02:00Z"}
    assert office.store.create("alice", wish("a", "b", "c1", schedule=schedule)).status == 201
    assert office.told("alice") == [{"CIRCUIT": "c1", "STATE": "booked"}]
    assert office.services("alice")[0]["lifecycle-state"] == "PLANNED"
    office.wait(60)
    assert office.told("alice")[0]["STATE"] == "active"
    office.wait(60)
    assert office.services("alice") == []
    times_s = {record.event: record.at_s for record in office.records}
    assert (times_s["circuit-active"], times_s["circuit-draining"]) == (60.0, 120.0)


def test_what_is_booked_counts_and_can_be_given_back(office: Any, wish: Wish, problem: Problem) -> None:
    schedule = {"start-time": "1970-01-01T00:01:00Z"}
    two = {"requested_capacity": {"total-size": {"value": 2000, "unit": "MBPS"}}}
    assert office.store.create("alice", wish("a", "b", "c1", schedule=schedule, **two)).status == 201
    over = problem(office.store.create("alice", wish("b", "c", "c2")))
    assert over == (409, "resource-denied", "alice may have 2 Gb/s in all, holds 2 and asks for 1 Gb/s")
    early = problem(office.store.merge("alice", C1, {"max-allowed-delay": {"value": 1}}))
    assert early == (409, "in-use", "the service has not begun; delete it and create another")
    assert office.store.delete("alice", C1) == Reply(204)
    office.wait(100)
    assert office.records == []


def test_a_booked_service_that_cannot_be_met_is_told(office: Any, wish: Wish) -> None:
    schedule = {"start-time": "1970-01-01T00:01:00Z"}
    office.store.create("alice", wish("a", "b", "c1", schedule=schedule, max_allowed_delay={"value": 1}))
    office.wait(60)
    details = {"circuit": "alice/c1", "reason": "no free path from a to b takes 0.001 ms or less"}
    assert [record.details for record in office.records if record.event == "circuit-refused"] == [details]
    assert office.told("alice")[0]["STATE"] == "failed"


def test_a_schedule_that_ends_before_it_begins_is_refused(office: Any, wish: Wish, problem: Problem) -> None:
    schedule = {"start-time": "1970-01-01T00:02:00Z", "end-time": "1970-01-01T00:01:00Z"}
    refused = problem(office.store.create("alice", wish("a", "b", "c1", schedule=schedule)))
    assert refused == (409, "resource-denied", "the schedule ends before it begins")


def test_everything_can_be_read_by_its_address(office: Any, problem: Problem) -> None:
    whole = office.store.read("alice", "").document["ietf-restconf:data"]
    context = whole["tapi-common:context"]
    (topology,) = context["tapi-topology:topology-context"]["topology"]
    assert len(topology["node"]) == len(topology["link"]) == 3
    link = (
        f"tapi-common:context/tapi-topology:topology-context/topology={topology['uuid']}/link={uuid_of('fibre', 'ab')}"
    )
    (found,) = office.store.read("alice", link).document["tapi-topology:link"]
    assert found["latency-characteristic"][0]["fixed-latency-characteristic"] == "489.670"
    nodes = office.store.read("alice", "ietf-network:networks/network=test/node=a-roadm").document["ietf-network:node"]
    assert nodes[0]["node-id"] == "a-roadm"
    for path in ("x:y", "tapi-common:context/uuid/x", "tapi-common:context/name=x", f"{link}/y"):
        assert problem(office.store.read("alice", path)) == (
            404,
            "invalid-value",
            f"there is no data resource {path!r}",
        )
