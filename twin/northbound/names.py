"""Universal ids: everything of a plan has one that follows from its name, so that it is the same in every run."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID, uuid5

_SPACE: Final = UUID("0f4ab1b0-7d0c-5a1e-9d6e-2f6d1c3b8a57")


def uuid_of(kind: str, name: str) -> str:
    """The id of a site, fibre, transceiver, circuit, ... (``kind``) of that name."""
    return str(uuid5(_SPACE, f"{kind} {name}"))


def named(kind: str, name: str) -> dict[str, Any]:
    """An entry's id and its name, as TAPI has them."""
    return {"uuid": uuid_of(kind, name), "name": [name_of(kind, name)]}


def name_of(kind: str, name: str) -> dict[str, str]:
    """One name of an entry, as TAPI has it: ``SITE_NAME``, ``FIBRE_NAME``, ..."""
    return {"value-name": f"{kind.upper()}_NAME", "value": name}
