"""What RESTCONF answers: a status, perhaps a document and headers; errors as RFC 8040, section 7, has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

MEDIA_TYPE: Final = "application/yang-data+json"

#: Status -> the error tag that RFC 8040, section 7, gives it where nothing more is known.
TAGS: Final = {
    400: "invalid-value",
    401: "access-denied",
    403: "access-denied",
    404: "invalid-value",
    405: "operation-not-supported",
    406: "invalid-value",
    409: "resource-denied",
    411: "invalid-value",
    413: "too-big",
    415: "invalid-value",
}


@dataclass(frozen=True)
class Reply:
    """``document`` None: no body."""

    status: int
    document: dict[str, Any] | None = None
    headers: tuple[tuple[str, str], ...] = ()


def error(status: int, message: str, tag: str = "", path: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An error. ``path`` names the part of the request that is meant; ``tag`` is by default the status's."""
    kind = "protocol" if status in (401, 403, 405, 406, 415) else "application"
    entry = {"error-type": kind, "error-tag": tag or TAGS.get(status, "operation-failed"), "error-message": message}
    if path:
        entry["error-path"] = path
    return Reply(status, {"ietf-restconf:errors": {"error": [entry]}}, headers)
