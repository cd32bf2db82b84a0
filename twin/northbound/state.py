"""What only the controller knows: how a service stands, its connection, notifications, and RESTCONF's own data."""

from __future__ import annotations

from typing import Any, Final

from twin.control.commands import Record, Standing
from twin.northbound.names import uuid_of
from twin.northbound.reply import Reply
from twin.northbound.topology import LAYER
from twin.plan import rfc8345
from twin.plan.model import Plan

#: The stream of notifications, below ``/restconf``.
STREAM: Final = "tapi-notification"
#: A circuit's state -> (lifecycle state, operational state); all others are planned and disabled.
_LIFE: Final = {
    "active": ("INSTALLED", "ENABLED"),
    "degraded": ("INSTALLED", "ENABLED"),
    "restoring": ("INSTALLED", "DISABLED"),
    "draining": ("PENDING_REMOVAL", "ENABLED"),
}
_PREFIX: Final = "circuit-"
_MODULES: Final = (
    ("ietf-network", "urn:ietf:params:xml:ns:yang:ietf-network"),
    ("ietf-network-topology", "urn:ietf:params:xml:ns:yang:ietf-network-topology"),
    ("ietf-restconf", "urn:ietf:params:xml:ns:yang:ietf-restconf"),
    ("ietf-restconf-monitoring", "urn:ietf:params:xml:ns:yang:ietf-restconf-monitoring"),
    ("ietf-yang-library", "urn:ietf:params:xml:ns:yang:ietf-yang-library"),
    ("tapi-common", "urn:onf:otcc:yang:tapi-common"),
    ("tapi-connectivity", "urn:onf:otcc:yang:tapi-connectivity"),
    ("tapi-notification", "urn:onf:otcc:yang:tapi-notification"),
    ("tapi-topology", "urn:onf:otcc:yang:tapi-topology"),
)
_CAPABILITIES: Final = ("defaults:1.0?basic-mode=explicit", "depth:1.0", "fields:1.0")
#: The library of RFC 7895, as RFC 8040 asks for it.
LIBRARY: Final = "2016-06-21"


def service(uuid: str, document: dict[str, Any], standing: Standing) -> dict[str, Any]:
    """A service's configuration, with how it stands."""
    life, works = _LIFE.get(standing.state, ("PLANNED", "DISABLED"))
    return {
        **document,
        "uuid": uuid,
        "administrative-state": "UNLOCKED",
        "operational-state": works,
        "lifecycle-state": life,
        "connection": [{"connection-uuid": uuid_of("connection", standing.name)}],
    }


def connection(standing: Standing) -> dict[str, Any]:
    """What carries a service: its path, and its circuit's state with the reason, as names."""
    life, works = _LIFE.get(standing.state, ("PLANNED", "DISABLED"))
    told = {
        "CIRCUIT": standing.name.partition("/")[2],
        "STATE": standing.state,
        "REASON": standing.reason,
        "FIBRES": ",".join(standing.fibres),
        "CHANNEL": str(standing.channel or ""),
        "SPARE_FIBRES": ",".join(standing.spare),
    }
    return {
        "uuid": uuid_of("connection", standing.name),
        "name": [{"value-name": key, "value": value} for key, value in told.items() if value],
        "layer-protocol-name": LAYER,
        "direction": "BIDIRECTIONAL",
        "operational-state": works,
        "lifecycle-state": life,
    }


def notification(record: Record, uuid: str, number: int, moment: str) -> dict[str, Any] | None:
    """What a tenant is told of a change of its circuit, ``moment`` being the time of day; None: of no interest."""
    if not record.event.startswith(_PREFIX):
        return None
    became = record.event.removeprefix(_PREFIX).replace("down", "restoring")
    kinds = {"computed": "OBJECT_CREATION", "released": "OBJECT_DELETION"}
    body = {
        "uuid": uuid_of("notification", f"{uuid} {number}"),
        "notification-type": kinds.get(became, "ATTRIBUTE_VALUE_CHANGE"),
        "target-object-type": "CONNECTIVITY_SERVICE",
        "target-object-identifier": uuid,
        "target-object-name": [{"value-name": "SERVICE_NAME", "value": record.details["circuit"].partition("/")[2]}],
        "event-time-stamp": moment,
        "sequence-number": number,
        "layer-protocol-name": LAYER,
        "changed-attributes": [{"value-name": "STATE", "new-value": became}],
        "additional-text": record.details.get("reason", ""),
    }
    return {"ietf-restconf:notification": {"eventTime": moment, "tapi-notification:notification": body}}


def roots(plan: Plan) -> dict[str, Any]:
    """The data beside the TAPI context: the network by RFC 8345, the library, the streams."""
    access = {"encoding": "json", "location": f"/restconf/streams/{STREAM}"}
    stream = {"name": STREAM, "description": "changes of the tenant's own services", "access": [access]}
    capabilities = {"capability": [f"urn:ietf:params:restconf:capability:{name}" for name in _CAPABILITIES]}
    modules = [
        {"name": name, "revision": "", "namespace": namespace, "conformance-type": "implement"}
        for name, namespace in _MODULES
    ]
    return {
        **rfc8345.network(plan),
        "ietf-yang-library:modules-state": {"module-set-id": "1", "module": modules},
        "ietf-restconf-monitoring:restconf-state": {"capabilities": capabilities, "streams": {"stream": [stream]}},
    }


def root() -> Reply:
    """RESTCONF's API resource."""
    return Reply(200, {"ietf-restconf:restconf": {"data": {}, "operations": {}, "yang-library-version": LIBRARY}})


def operations() -> Reply:
    """There are no operations beside those on data."""
    return Reply(200, {"ietf-restconf:operations": {}})


def host_meta() -> str:
    """Where RESTCONF's root is (RFC 8040, section 3.1), as XRD."""
    return "<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'><Link rel='restconf' href='/restconf'/></XRD>\n"
