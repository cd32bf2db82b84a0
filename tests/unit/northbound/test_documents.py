from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.control.commands import Record
from twin.control.service import Disjoint, Protection, Service
from twin.northbound import service, state, tree
from twin.northbound.names import uuid_of
from twin.northbound.topology import TopologyDocuments, capacity

Wish = Callable[..., dict[str, Any]]

services = st.builds(
    Service,
    protection=st.sampled_from(Protection),
    disjoint=st.sampled_from(Disjoint),
    reverts=st.booleans(),
    wait_to_restore_s=st.integers(0, 1440).map(lambda minutes: minutes * 60.0),
    by_hops=st.booleans(),
    max_delay_s=st.none() | st.integers(1, 10**7).map(lambda us: us * 1e-6),
    min_rate_bps=st.integers(0, 10**9).map(lambda kbps: kbps * 1e3),
    avoid=st.frozensets(st.sampled_from(["ab", "bc", "c"])),
    through=st.frozensets(st.sampled_from(["ca", "b"])),
)


@given(services)
def test_what_is_written_reads_as_the_same_again(asked: Service) -> None:
    from twin.plan.build import build_plan
    from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology

    sites = tuple(Site(name, 1, Port(1e9), SiteFabric(), Optical(), 1, Port(1e9)) for name in "abc")
    fibres = tuple(FibrePair(name, (name[0], name[1]), 10.0) for name in ("ab", "bc", "ca"))
    topology = TopologyDocuments(build_plan(Topology("test", sites, fibres)))
    uuid = uuid_of("circuit", "x")
    document = service.write("x", uuid, ("a", "b"), asked, topology)
    wanted = service.read(document, topology)
    assert (wanted.uuid, wanted.name, wanted.sites, wanted.service) == (uuid, "x", ("a", "b"), asked)


@pytest.mark.parametrize(
    ("leaves", "message"),
    [
        (
            {"schedule": {"start-time": "2026-02-30T00:00:00Z"}},
            "schedule: start-time: found '2026-02-30T00:00:00Z'; allowed: a time as 2026-01-01T00:00:00Z",
        ),
        (
            {"resilience_type": {"protection-type": "ONE_PLUS_ONE_PROTECTION", "restoration-policy": "NA"}},
            "resilience-type: found ONE_PLUS_ONE_PROTECTION with NA; allowed there: END_TO_END_RESTORATION",
        ),
        ({"name": [{"value-name": "X", "value": "y"}]}, "name: found X; allowed: one SERVICE_NAME"),
        (
            {"name": [{"value-name": "SERVICE_NAME", "value": "y"}] * 2},
            "name: found two names; allowed: one SERVICE_NAME",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(office: Any, wish: Wish, leaves: dict[str, Any], message: str) -> None:
    document = wish("a", "b") | {leaf.replace("_", "-"): value for leaf, value in leaves.items()}
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        service.read(document, TopologyDocuments(office.plan))


def test_ends_that_do_not_exist_are_told(office: Any, wish: Wish) -> None:
    with pytest.raises(LookupError) as refused:
        service.read(wish("a", "z"), TopologyDocuments(office.plan))
    assert refused.value.args == (
        f"end-point: there is no service interface point {uuid_of('service_interface_point', 'z')}",
    )


def test_the_same_end_twice_is_refused(office: Any, wish: Wish) -> None:
    with pytest.raises(ValueError, match=r"^end-point: found one local-id twice; allowed: each once$"):
        service.read(wish("a", "a"), TopologyDocuments(office.plan))


def test_a_capacity_is_in_the_largest_whole_unit() -> None:
    assert capacity(400e9) == {"total-size": {"value": 400, "unit": "GBPS"}}
    assert capacity(1.5e9) == {"total-size": {"value": 1_500_000, "unit": "KBPS"}}


def test_a_cut_fibre_and_a_taken_transceiver_are_shown(office: Any) -> None:
    topology = TopologyDocuments(office.plan)
    (seen,) = topology.context(frozenset({"ab"}))["topology"]
    states = {link["name"][0]["value"]: link["operational-state"] for link in seen["link"]}
    assert states == {"ab": "DISABLED", "bc": "ENABLED", "ca": "ENABLED"}
    taken = office.plan.transceivers[0].name
    points = {point["name"][0]["value"]: point["available-capacity"] for point in topology.points(frozenset({taken}))}
    assert points == {"a": capacity(1e9), "b": capacity(2e9), "c": capacity(2e9)}


def test_a_change_of_state_is_a_notification() -> None:
    record = Record(1.0, "circuit-down", {"circuit": "alice/c1", "reason": "loss of light on ab"})
    told = state.notification(record, "u", 7, "2026-01-01T00:00:00Z")
    assert told is not None
    body = told["ietf-restconf:notification"].pop("tapi-notification:notification")
    assert told == {"ietf-restconf:notification": {"eventTime": "2026-01-01T00:00:00Z"}}
    assert body == {
        "uuid": uuid_of("notification", "u 7"),
        "notification-type": "ATTRIBUTE_VALUE_CHANGE",
        "target-object-type": "CONNECTIVITY_SERVICE",
        "target-object-identifier": "u",
        "target-object-name": [{"value-name": "SERVICE_NAME", "value": "c1"}],
        "event-time-stamp": "2026-01-01T00:00:00Z",
        "sequence-number": 7,
        "layer-protocol-name": "PHOTONIC_MEDIA",
        "changed-attributes": [{"value-name": "STATE", "new-value": "restoring"}],
        "additional-text": "loss of light on ab",
    }
    assert state.notification(Record(1.0, "port-up", {}), "u", 7, "") is None


def test_lists_are_merged_by_their_keys() -> None:
    old = {"x": 1, "list": [{"uuid": "a", "n": 1}, {"uuid": "b", "n": 2}], "plain": [1]}
    new = {"list": [{"uuid": "b", "n": 3}, {"uuid": "c"}], "plain": [2]}
    merged = [{"uuid": "a", "n": 1}, {"uuid": "b", "n": 3}, {"uuid": "c"}]
    assert tree.merge(old, new) == {"x": 1, "list": merged, "plain": [2]}


def test_content_parts_what_a_client_writes_from_the_rest(office: Any, wish: Wish) -> None:
    office.store.create("alice", wish("a", "b", "c1"))
    (config,) = office.services("alice", "config")
    assert config == {
        **wish("a", "b", "c1"),
        "uuid": uuid_of("circuit", "alice/c1"),
        "administrative-state": "UNLOCKED",
    }
    (rest,) = office.services("alice", "nonconfig")
    assert sorted(rest) == ["connection", "lifecycle-state", "operational-state", "uuid"]
