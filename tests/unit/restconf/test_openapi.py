"""Schemathesis tries the northbound from its own OpenAPI page: whatever it sends, the answer is as the page says."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from twin.plan.build import build_plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology
from twin.restconf.memory import application

SITES = tuple(Site(name, 1, Port(1e9), SiteFabric(), Optical(), 2, Port(1e9)) for name in "abc")
FIBRES = tuple(FibrePair(name, (name[0], name[1]), 100.0) for name in ("ab", "bc", "ca"))
PLAN = build_plan(Topology("test", SITES, FIBRES))
APP = application(PLAN, {"alice": "token-of-alice"}, {"alice": None}, lambda: 1.0, lambda: 1.0)
#: Every operation but the stream, which never ends.
schema = schemathesis.openapi.from_asgi("/openapi.json", APP).exclude(path_regex="/streams/")


@schema.parametrize()
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_to_the_page(case: Any) -> None:
    """A request of the right shape may still be refused: a name, a path or a moment has to make sense as well."""
    token = {"Authorization": "Bearer token-of-alice"}
    response = case.call_and_validate(headers=token, excluded_checks=[positive_data_acceptance])
    assert response.status_code < 500
