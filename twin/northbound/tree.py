"""Walking and merging documents: RESTCONF's addresses (RFC 8040, section 3.5.3) and plain patches."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

#: The leaves that tell entries of a list apart: the first of these that an entry has.
KEYS: Final = (
    *("uuid", "local-id", "value-name", "connectivity-service-uuid", "connection-uuid", "node-edge-point-uuid"),
    *("link-uuid", "node-uuid", "service-interface-point-uuid", "traffic-property-name", "risk-characteristic-name"),
    *("network-id", "node-id", "link-id", "tp-id", "name", "encoding"),
)


def find(data: dict[str, Any], path: str) -> dict[str, Any] | None:
    """What is at ``path``, under its name with its module's; None: nothing."""
    if not path:
        return {"ietf-restconf:data": data}
    here: Any = data
    module = name = ""
    for step in path.split("/"):
        word, _, key = step.partition("=")
        prefix, _, name = word.rpartition(":")
        module = prefix or module
        if isinstance(here, list):
            return None  # an entry has to be named before one can look into it
        if not isinstance(here, dict):
            return None
        here = here.get(f"{module}:{name}", None if prefix and prefix != module else here.get(name))
        if key:
            here = _entry(here, unquote(key))
        if here is None:
            return None
    shown = [here] if key else here
    return {f"{module}:{name}": shown}


def _entry(entries: Any, key: str) -> Any:
    """``key`` as it is, or as an id, which is written in small letters."""
    found = [entry for entry in entries if key_of(entry) in (key, key.lower())] if isinstance(entries, list) else []
    return found[0] if found else None


def key_of(entry: Any) -> str | None:
    """What tells ``entry`` apart within its list."""
    return next((str(entry[key]) for key in KEYS if key in entry), None) if isinstance(entry, dict) else None


def merge(old: Any, new: Any) -> Any:
    """``new`` over ``old``: mappings by their keys, lists by the keys of their entries, leaves by the new value."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{name: merge(old.get(name), value) for name, value in new.items()}}
    if isinstance(old, list) and isinstance(new, list) and all(key_of(entry) is not None for entry in (*old, *new)):
        changed = {key_of(entry): entry for entry in new}
        kept = [merge(entry, changed.pop(key_of(entry), entry)) for entry in old]
        return kept + list(changed.values())
    return new
