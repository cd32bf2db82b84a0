"""Whatever tenants ask for, in whatever order: nobody sees another's, nobody has more than its quota, and every answer
is one of RESTCONF's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.northbound.names import uuid_of

Wish = Callable[..., dict[str, Any]]

sites = st.tuples(st.sampled_from("abc"), st.sampled_from("abc")).filter(lambda ends: ends[0] != ends[1])
leaves = st.fixed_dictionaries(
    {},
    optional={
        "max_allowed_delay": st.fixed_dictionaries({"value": st.sampled_from([100, 600, 2000])}),
        "resilience_type": st.sampled_from(
            [{"protection-type": "ONE_PLUS_ONE_PROTECTION"}, {"protection-type": "ONE_FOR_ONE_PROTECTION"}]
        ),
        "schedule": st.sampled_from([{"start-time": "1970-01-01T00:00:05Z"}, {"end-time": "1970-01-01T00:00:07Z"}]),
        "diversity_exclusion": st.sampled_from(
            [[{"connectivity-service-uuid": uuid_of("circuit", f"{tenant}/c1")}] for tenant in ("alice", "bob")]
        ),
    },
)
steps = st.lists(
    st.tuples(
        st.sampled_from(["create", "replace", "delete", "wait"]),
        st.sampled_from(["alice", "bob"]),
        st.sampled_from(["c1", "c2", "c3"]),
        sites,
        leaves,
    ),
    max_size=25,
)


@given(steps)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_tenants_stay_apart(make_office: Callable[[], Any], wish: Wish, taken: list[Any]) -> None:
    office = make_office()
    for what, tenant, name, ends, more in taken:
        other = "bob" if tenant == "alice" else "alice"
        before = office.services(other, "config")
        uuid = uuid_of("circuit", f"{tenant}/{name}")
        if what == "create":
            assert office.store.create(tenant, wish(*ends, name, **more)).status in (201, 409)
        elif what == "replace":
            assert office.store.replace(tenant, uuid, wish(*ends, name, **more)).status in (201, 204, 409)
        elif what == "delete":
            assert office.store.delete(tenant, uuid).status in (204, 404)
        else:
            office.wait(2.0)
        if what != "wait":
            assert office.services(other, "config") == before
        assert len(office.services("alice")) <= 2
        names = {circuit.name.partition("/")[0] for circuit in office.desk.brain.circuits}
        assert names <= {"alice", "bob"}
