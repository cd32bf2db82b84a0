"""The northbound that an experiment asks for: who may use it, and how much each may have. Frozen."""

from __future__ import annotations

from dataclasses import dataclass

#: Where it listens unless the experiment says otherwise.
DEFAULT_PORT = 8443


@dataclass(frozen=True)
class Tenant:
    """Somebody with circuits of their own. ``token`` is what they show; ``capacity_bps`` what all their circuits
    together may have (None: no limit)."""

    name: str
    token: str
    capacity_bps: float | None = None


@dataclass(frozen=True)
class Northbound:
    """RESTCONF at ``port``, by TLS where ``tls``, for ``tenants``."""

    tenants: tuple[Tenant, ...]
    port: int = DEFAULT_PORT
    tls: bool = False

    @property
    def tokens(self) -> dict[str, str]:
        """Tenant -> token."""
        return {tenant.name: tenant.token for tenant in self.tenants}

    @property
    def quotas(self) -> dict[str, float | None]:
        """Tenant -> capacity, bit/s."""
        return {tenant.name: tenant.capacity_bps for tenant in self.tenants}


def quotas(northbound: Northbound | None) -> dict[str, float | None]:
    """What each tenant may have; without a northbound there are none."""
    return northbound.quotas if northbound is not None else {}
