"""Schemathesis tries the northbound from its own OpenAPI page: whatever it sends, the answer is as the page says."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from pydantic import ValidationError
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from twin.northbound.names import uuid_of
from twin.plan.build import build_plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology
from twin.restconf.memory import application
from twin.restconf.shapes import ServiceBody

SITES = tuple(Site(name, 1, Port(1e9), SiteFabric(), Optical(), 2, Port(1e9)) for name in "abc")
FIBRES = tuple(FibrePair(name, (name[0], name[1]), 100.0) for name in ("ab", "bc", "ca"))
PLAN = build_plan(Topology("test", SITES, FIBRES))
APP = application(PLAN, {"alice": "token-of-alice"}, {"alice": None}, lambda: 1.0, lambda: 1.0)
#: Every operation but the stream, which never ends.
schema = schemathesis.openapi.from_asgi("/openapi.json", APP).exclude(path_regex="/streams/")
#: The same, where every request has the right shape.
valid = schemathesis.openapi.from_asgi("/openapi.json", APP).exclude(path_regex="/streams/")
valid.config.generation.update(modes=[GenerationMode.POSITIVE])
valid.config.phases.coverage.enabled = False
TOKEN = {"Authorization": "Bearer token-of-alice"}
#: Ids of what is there, so that requests get further than to "there is no such service".
SERVICE = "00000000-0000-0000-0000-000000000001"
LIST = "tapi-connectivity:connectivity-service"

thorough = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schema.parametrize()
@thorough
def test_every_operation_keeps_to_the_page(case: Any) -> None:
    """A request of the right shape may still be refused: a name, a path or a moment has to make sense as well."""
    response = case.call_and_validate(headers=TOKEN, excluded_checks=[positive_data_acceptance])
    assert response.status_code < 500


@valid.include(path_regex="connectivity-service|connectivity-context$").parametrize()
@thorough
def test_what_names_things_that_are_there_is_no_server_error_either(case: Any) -> None:
    if "uuid" in (case.path_parameters or {}):
        case.path_parameters["uuid"] = SERVICE
    for service in services_in(case.body):
        for point, site in zip(service["end-point"], "ab", strict=False):
            uuid = uuid_of("service_interface_point", site)
            point["service-interface-point"]["service-interface-point-uuid"] = uuid
        service["uuid"] = SERVICE
        for constraint in service.get("topology-constraint", ()):
            for link in (*constraint.get("include-link", ()), *constraint.get("exclude-link", ())):
                link |= {"topology-uuid": uuid_of("topology", "test"), "link-uuid": uuid_of("fibre", "ab")}
    assert case.call(headers=TOKEN).status_code < 500


def services_in(body: Any) -> list[dict[str, Any]]:
    """The services of a body, where it has the right shape."""
    found = body.get(LIST) if isinstance(body, dict) else None
    try:
        ServiceBody.model_validate({LIST: found})
    except ValidationError:
        return []
    return found if isinstance(found, list) else []
