"""The options of ``controller: optical_circuit``: whether packets use several ways at once, and what is pinned to one.

::

    controller:
      app: optical_circuit
      options:
        routing: ecmp          # all spines, and all circuits to the next site; or single, one way for each destination
        pins:
          - {from: tokyo-1, to: osaka-1, over: [south, tokyo-spine2]}    # circuits and spines; one way only
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, Literal

from pydantic import Field

from twin.plan.topology import Topology
from twin.spec.base import Model
from twin.spec.document import Document, Path_, nearest
from twin.spec.problems import validate
from twin.workloads.scenario import Controller

NAME: Final = "optical_circuit"
_PLACE: Final[Path_] = ("controller", "options")


class PinFile(Model):
    """What one server sends to another, and the circuits and spines that it takes."""

    from_: str = Field(alias="from", examples=["tokyo-1"])
    to: str = Field(examples=["osaka-1"])
    over: list[str] = Field(min_length=1, examples=[["tokyo-osaka"]])


class OptionsFile(Model):
    """All options have defaults."""

    routing: Literal["single", "ecmp"] = "single"
    pins: list[PinFile] = Field(default=[])


def read(options: Mapping[str, Any], document: Document) -> dict[str, Any]:
    """The options, as the controller reads them. Raises ``BadInput``."""
    if not options:
        return {}
    return validate(OptionsFile, document, _PLACE).model_dump(mode="json", by_alias=True)


def check(controller: Controller, circuits: Collection[str], topology: Topology, document: Document) -> None:
    """Raises ``BadInput`` for pins of servers, circuits or spines that are nowhere. ``circuits`` are the names of all
    that are ever asked for."""
    if controller.name != NAME:
        return
    servers = {f"{site.name}-{k}": site.name for site in topology.sites for k in range(1, site.servers + 1)}
    spines = [f"{site.name}-spine{j}" for site in topology.sites for j in range(1, site.fabric.spines + 1)]
    for i, pin in enumerate(controller.options.get("pins", ())):
        for key in ("from", "to"):
            if pin[key] not in servers:
                found = f"found the unknown server {pin[key]!r}"
                hint = nearest(pin[key], list(servers))
                raise document.bad((*_PLACE, "pins", i, key), found, ", ".join([*servers][:12]), hint)
        ways = [*circuits, *spines]
        for j, name in enumerate(pin["over"]):
            if name not in ways:
                found = f"found the unknown circuit or spine {name!r}"
                raise document.bad((*_PLACE, "pins", i, "over", j), found, ", ".join(ways[:12]), nearest(name, ways))
