"""The northbound of a controller, in an experiment file::

    controller:
      app: optical_circuit
      northbound:
        tls: true                                          # or false; port: 8443
        tenants:
          alice: {token: a-token-of-hers, capacity: 800 Gb/s}
          bob: {token: another}
      openflow: tls                                        # or tcp

The tokens are the experiment's: they are in its file and in its bundle, and protect nothing outside the lab.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from twin.spec.base import Model, Name
from twin.spec.document import Document, show
from twin.spec.quantity import Quantity, problem
from twin.units import show_rate
from twin.workloads.northbound import DEFAULT_PORT, Northbound, Tenant

#: What a bearer token is made of (RFC 6750); at least 8 of it, so that none is guessed by chance.
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]{8,128}=*\Z")


def _token(value: str) -> str:
    if _TOKEN.match(value) is None:
        raise problem(f"found {show(value)}", "8 to 128 letters, digits, '-', '.', '_', '~', '+' and '/'")
    return value


def _tenants(value: dict[str, TenantFile]) -> dict[str, TenantFile]:
    if not value:
        raise problem("found no tenant", "one tenant or more")
    return value


Token = Annotated[str, AfterValidator(_token)]
OpenFlow = Literal["tcp", "tls"]
#: In the lab, where switches meet the proxy and the proxy the controller.
_TAKEN: Final = (6653, 6654)


class TenantFile(Model):
    """What a tenant shows, and what it may have."""

    token: Token
    capacity: Annotated[float, Quantity("rate", 1e6, 1e18)] | None = None


class NorthboundFile(Model):
    """RESTCONF for ``tenants``."""

    tenants: Annotated[dict[Name, TenantFile], AfterValidator(_tenants)]
    port: int = Field(default=DEFAULT_PORT, ge=1, le=65535)
    tls: bool = False


def read(file: NorthboundFile, document: Document) -> Northbound:
    """The northbound. Raises ``BadInput`` for a token that two tenants have, or a port that the lab needs itself."""
    holders: dict[str, str] = {}
    for name, tenant in file.tenants.items():
        other = holders.setdefault(tenant.token, name)
        if other != name:
            place = ("controller", "northbound", "tenants", name, "token")
            raise document.bad(place, f"found the token of {other}", "a token of its own")
    if file.port in _TAKEN:
        allowed = f"any other than {', '.join(map(str, _TAKEN))}, which OpenFlow has in the lab"
        raise document.bad(("controller", "northbound", "port"), f"found {file.port}", allowed)
    tenants = [Tenant(name, tenant.token, tenant.capacity) for name, tenant in file.tenants.items()]
    return Northbound(tuple(tenants), file.port, file.tls)


def content(northbound: Northbound) -> dict[str, Any]:
    """The keys of the file."""
    tenants = {
        tenant.name: {"token": tenant.token}
        | ({} if tenant.capacity_bps is None else {"capacity": show_rate(tenant.capacity_bps)})
        for tenant in northbound.tenants
    }
    return {"tenants": tenants, "port": northbound.port, "tls": northbound.tls}
