"""The shapes of TAPI 2.1.3 that are taken, as the OpenAPI page shows them. Whatever has no meaning here is refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.json_schema import SkipJsonSchema

Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=64)]
#: RFC 3339, with its zone.
Moment = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-][01][0-9]:[0-5][0-9])$"
    ),
    Field(examples=["2026-01-01T00:00:00Z"]),
]
Layer = Literal["PHOTONIC_MEDIA"]
Protection = Literal["NO_PROTECTION", "ONE_PLUS_ONE_PROTECTION", "ONE_FOR_ONE_PROTECTION"]
Objective = Literal["MIN_WORK_ROUTE_HOP", "MIN_WORK_ROUTE_LATENCY"]


class Shape(BaseModel):
    """Base of all shapes: YANG's names have hyphens."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=lambda name: name.replace("_", "-"))

    @model_validator(mode="before")
    @classmethod
    def _no_null(cls, data: Any) -> Any:
        """What is not said is left out: RFC 7951 knows no null here."""
        empty = [name for name, value in data.items() if value is None] if isinstance(data, dict) else []
        if empty:
            raise ValueError(f"found null for {', '.join(empty)}; leave it out")
        return data


class NameAndValue(Shape):
    """``SERVICE_NAME`` is what the circuit is called."""

    value_name: Literal["SERVICE_NAME"]
    value: Text


class PointRef(Shape):
    """A service interface point: a site."""

    service_interface_point_uuid: Uuid


class EndPoint(Shape):
    """One of the two ends."""

    local_id: Text
    service_interface_point: PointRef
    layer_protocol_name: Layer | SkipJsonSchema[None] = None
    direction: Literal["BIDIRECTIONAL"] | SkipJsonSchema[None] = None
    role: Literal["SYMMETRIC"] | SkipJsonSchema[None] = None


class Size(Shape):
    """A capacity."""

    value: int = Field(ge=1, le=10_000_000_000)
    unit: Literal["KBPS", "MBPS", "GBPS", "TBPS"]


class Capacity(Shape):
    """The least that will do."""

    total_size: Size


class Delay(Shape):
    """One way, in microseconds."""

    value: int = Field(ge=1, le=10_000_000)


class Schedule(Shape):
    """When the service begins and ends; without the one at once, without the other when it is deleted."""

    start_time: Moment | SkipJsonSchema[None] = None
    end_time: Moment | SkipJsonSchema[None] = None


class Resilience(Shape):
    """How the service outlives a cut."""

    protection_type: Protection = "NO_PROTECTION"
    restoration_policy: Literal["NA", "END_TO_END_RESTORATION"] = "END_TO_END_RESTORATION"


class ServiceRef(Shape):
    """Another service of the tenant."""

    connectivity_service_uuid: Uuid


class LinkRef(Shape):
    """A fibre."""

    topology_uuid: Uuid
    link_uuid: Uuid


class NodeRef(Shape):
    """A site."""

    topology_uuid: Uuid
    node_uuid: Uuid


class TopologyConstraint(Shape):
    """Fibres and sites to go through, or not."""

    local_id: Text
    include_link: list[LinkRef] | SkipJsonSchema[None] = None
    exclude_link: list[LinkRef] | SkipJsonSchema[None] = None
    include_node: list[NodeRef] | SkipJsonSchema[None] = None
    exclude_node: list[NodeRef] | SkipJsonSchema[None] = None


class ServicePatch(Shape):
    """What can be said of a connectivity service."""

    uuid: Uuid | SkipJsonSchema[None] = None
    name: list[NameAndValue] | SkipJsonSchema[None] = Field(default=None, max_length=1)
    administrative_state: Literal["UNLOCKED"] | SkipJsonSchema[None] = None
    service_layer: Layer | SkipJsonSchema[None] = None
    service_type: Literal["POINT_TO_POINT_CONNECTIVITY"] | SkipJsonSchema[None] = None
    end_point: list[EndPoint] | SkipJsonSchema[None] = Field(default=None, min_length=2, max_length=2)
    requested_capacity: Capacity | SkipJsonSchema[None] = None
    schedule: Schedule | SkipJsonSchema[None] = None
    max_allowed_delay: Delay | SkipJsonSchema[None] = None
    diversity_exclusion: list[ServiceRef] | SkipJsonSchema[None] = None
    diversity_policy: Literal["SRLG", "NODE", "LINK"] | SkipJsonSchema[None] = None
    route_objective_function: Objective | SkipJsonSchema[None] = None
    resilience_type: Resilience | SkipJsonSchema[None] = None
    reversion_mode: Literal["REVERTIVE", "NON-REVERTIVE"] | SkipJsonSchema[None] = None
    wait_to_revert_time: int | SkipJsonSchema[None] = Field(default=None, ge=0, le=1440)
    topology_constraint: list[TopologyConstraint] | SkipJsonSchema[None] = None


class ConnectivityService(ServicePatch):
    """A whole one: it has two ends."""

    end_point: list[EndPoint] = Field(min_length=2, max_length=2)


class ServiceBody(Shape):
    """One service, as RESTCONF wraps it: a list with one entry."""

    model_config = ConfigDict(alias_generator=None)
    services: list[ConnectivityService] = Field(
        alias="tapi-connectivity:connectivity-service", min_length=1, max_length=1
    )


class PatchBody(Shape):
    """What is to change, as RESTCONF wraps it."""

    model_config = ConfigDict(alias_generator=None)
    services: list[ServicePatch] = Field(alias="tapi-connectivity:connectivity-service", min_length=1, max_length=1)


class ErrorEntry(Shape):
    """One error."""

    error_type: Literal["transport", "rpc", "protocol", "application"]
    error_tag: str
    error_path: str | SkipJsonSchema[None] = None
    error_message: str


class ErrorList(Shape):
    """All errors of a request."""

    error: list[ErrorEntry]


class Errors(Shape):
    """RFC 8040, section 7.1."""

    model_config = ConfigDict(alias_generator=None)
    errors: ErrorList = Field(alias="ietf-restconf:errors")


def document(body: ServiceBody | PatchBody) -> dict[str, Any]:
    """The one service of a body, as it was sent."""
    found: dict[str, Any] = body.services[0].model_dump(by_alias=True, exclude_none=True, exclude_unset=True)
    return found
