"""Which part of a document a client wants: ``content``, ``fields`` and ``depth`` of RFC 8040, section 4.8. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from twin.northbound.tree import KEYS, key_of

#: What only the controller writes.
_STATE: Final = frozenset(
    ("service-interface-point", "tapi-topology:topology-context", "connection", "operational-state", "lifecycle-state")
)
_STATE_ROOTS: Final = (
    "ietf-network:networks",
    "ietf-yang-library:modules-state",
    "ietf-restconf-monitoring:restconf-state",
)

_TOKEN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]*|[;/()]")
#: How many '/' and '(' an expression may have.
_STEPS: Final = 32
#: No limit.
UNBOUNDED: Final = "unbounded"

#: What is wanted of a node: its children by name, each with what is wanted of it; empty: all of it.
Selection = dict[str, "Selection"]


@dataclass(frozen=True)
class Query:
    """``content``: ``all``, ``config`` (what a client may write) or ``nonconfig`` (the rest). ``fields``: an expression
    as ``uuid;name(value)``, empty for all. ``depth``: so many levels, or ``unbounded``."""

    content: str = "all"
    fields: str = ""
    depth: str = UNBOUNDED


def select(document: dict[str, Any], query: Query) -> dict[str, Any]:
    """The wanted fields and levels of ``document``, whose one member is what was asked for. Raises ``ValueError``."""
    wanted = parse(query.fields) if query.fields else {}
    levels = None if query.depth == UNBOUNDED else int(query.depth)
    return {name: _levels(_fields(value, wanted), levels) for name, value in document.items()}


def parse(expression: str) -> Selection:
    """``a;b/c(d;e)`` as nested selections. Raises ``ValueError`` for anything else."""
    tokens = _TOKEN.findall(expression)
    if "".join(tokens) != expression:
        raise ValueError(f"fields: found {expression!r}; allowed: names, joined by ';', '/' and parentheses")
    if sum(token in "/(" for token in tokens) > _STEPS:
        raise ValueError(f"fields: found more than {_STEPS} steps downwards; no document is so deep")
    found, rest = _expression(tokens)
    if rest:
        raise ValueError(f"fields: found {expression!r}, which has {rest[0]!r} where it should end")
    return found


def _expression(tokens: list[str]) -> tuple[Selection, list[str]]:
    """One or more paths with ';' between them, and the tokens that are left."""
    found: Selection = {}
    while True:
        tokens = _path(tokens, found)
        if not tokens or tokens[0] != ";":
            return found, tokens
        tokens = tokens[1:]


def _path(tokens: list[str], found: Selection) -> list[str]:
    if not tokens:
        raise ValueError("fields: a name is missing")
    if tokens[0] in ";/()":
        raise ValueError(f"fields: found {tokens[0]!r} where a name should be")
    inner = found.setdefault(tokens[0].rpartition(":")[2], {})
    tokens = tokens[1:]
    if tokens and tokens[0] == "/":
        return _path(tokens[1:], inner)
    if tokens and tokens[0] == "(":
        selection, tokens = _expression(tokens[1:])
        inner.update(selection)
        if not tokens or tokens[0] != ")":
            raise ValueError("fields: a ')' is missing")
        return tokens[1:]
    return tokens


def _fields(value: Any, wanted: Selection) -> Any:
    """The wanted children; entries of lists keep what tells them apart."""
    if not wanted:
        return value
    if isinstance(value, list):
        return [_fields(entry, wanted) for entry in value]
    if not isinstance(value, dict):
        return value
    key = key_of(value)
    found: dict[str, Any] = {}
    for name, inner in value.items():
        local = name.rpartition(":")[2]
        if local in wanted:
            found[name] = _fields(inner, wanted[local])
        elif name in KEYS and inner == key:
            found[name] = inner
    return found


def _levels(value: Any, levels: int | None) -> Any:
    """The first so many levels; a list and its entries are one."""
    if levels is None:
        return value
    if isinstance(value, list):
        return [_levels(entry, levels) for entry in value]
    if isinstance(value, dict):
        return {} if levels <= 1 else {name: _levels(inner, levels - 1) for name, inner in value.items()}
    return value


def only(data: dict[str, Any], content: str) -> dict[str, Any]:
    """``data`` without what is not ``content`` (``all``, ``config``, ``nonconfig``)."""
    if content == "all":
        return data
    if content == "config":
        return {name: _without_state(value) for name, value in data.items() if name not in _STATE_ROOTS}
    return {name: value if name in _STATE_ROOTS else _only_state(value) for name, value in data.items()}


def _is_state(name: str, value: Any) -> bool:
    """An end point's reference to a service interface point is the client's; the list of those points is not."""
    return name in _STATE and not (name == "service-interface-point" and isinstance(value, dict))


def _without_state(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_state(entry) for entry in value]
    if isinstance(value, dict):
        return {name: _without_state(inner) for name, inner in value.items() if not _is_state(name, inner)}
    return value


def _only_state(value: Any) -> Any:
    """State, with the keys of the entries that it is in."""
    if isinstance(value, list):
        return [_only_state(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for name, inner in value.items():
        if _is_state(name, inner) or (name in KEYS and inner == key_of(value)):
            found[name] = inner
        elif isinstance(inner, dict) or name == "connectivity-service":
            found[name] = _only_state(inner)
    return found
