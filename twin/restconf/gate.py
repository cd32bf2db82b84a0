"""What every request passes first: who asks, in which media types, with which parameters. Pure ASGI."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.datastructures import Headers, QueryParams
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twin.northbound.reply import MEDIA_TYPE, Reply, error

ROOT: Final = "/restconf"
STREAMS: Final = "/restconf/streams/"
DATA: Final = "/restconf/data"
#: The query parameters of what is read.
_QUERY: Final = ("content", "depth", "fields")
_BODIES: Final = ("POST", "PUT", "PATCH")
_CHALLENGE: Final = (("WWW-Authenticate", 'Bearer realm="restconf"'),)
#: The largest body that is read.
BODY_LIMIT: Final = 1 << 20


class Gate:
    """``tokens``: tenant -> its bearer token. What passes has the tenant in ``scope["state"]["tenant"]``."""

    def __init__(self, app: ASGIApp, tokens: Mapping[str, str], routes: list[Any]) -> None:
        self._app = app
        self._tokens = tokens
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not _guarded(scope["path"]):
            await self._app(scope, receive, send)
            return
        found = self._admit(scope)
        if isinstance(found, Reply):
            await answer(found, send)
            return
        scope.setdefault("state", {})["tenant"] = found
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _headers_only(send)
        await self._app(scope, receive, send)

    def _admit(self, scope: Scope) -> str | Reply:
        """The tenant, or why not."""
        headers = Headers(scope=scope)
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            return error(401, "this needs a bearer token", headers=_CHALLENGE)
        tenants = [name for name, own in self._tokens.items() if hmac.compare_digest(own.encode(), token.encode())]
        if not tenants:
            return error(403, "this token is no tenant's")
        return self._why_not(scope, headers) or tenants[0]

    def _why_not(self, scope: Scope, headers: Headers) -> Reply | None:
        methods = self._methods(scope)
        allow = (("Allow", ", ".join(methods)),)
        if not methods:
            return error(404, f"there is no resource {scope['path']}")
        if scope["method"] == "OPTIONS":
            return Reply(200, headers=allow)
        if scope["method"] not in methods:
            return error(405, f"{scope['method']} is not possible here; allowed: {', '.join(methods)}", headers=allow)
        known = _QUERY if scope["path"].startswith(DATA) and scope["method"] in ("GET", "HEAD") else ()
        for name in QueryParams(scope["query_string"]):
            if name not in known:
                return error(400, f"the query parameter {name!r} is not supported here", path=name)
        return _media(scope, headers)

    def _methods(self, scope: Scope) -> list[str]:
        """What can be done at an address."""
        matching = [route for route in self._routes if route.matches(scope)[0] is not Match.NONE]
        found = sorted({method for route in matching for method in route.methods or ()})
        return [*found, *(["HEAD"] if "GET" in found else []), "OPTIONS"] if found else []


def _guarded(path: str) -> bool:
    return path == ROOT or path.startswith(f"{ROOT}/")


def _media(scope: Scope, headers: Headers) -> Reply | None:
    offered = "text/event-stream" if scope["path"].startswith(STREAMS) else MEDIA_TYPE
    accepted = [part.partition(";")[0].strip().lower() for part in headers.get("accept", "*/*").split(",")]
    general = {
        offered,
        "*/*",
        f"{offered.partition('/')[0]}/*",
        "application/json" if offered == MEDIA_TYPE else offered,
    }
    if not general & set(accepted):
        return error(406, f"found Accept: {headers['accept']}; offered: {offered}")
    if scope["method"] in _BODIES:
        sent = headers.get("content-type", "").partition(";")[0].strip().lower()
        if sent != MEDIA_TYPE:
            return error(415, f"found {sent or 'no Content-Type'}; allowed: {MEDIA_TYPE}")
        length = headers.get("content-length", "")
        if not length.isdigit():
            return error(411, "the body's Content-Length is missing")
        if int(length) > BODY_LIMIT:
            return error(413, f"a body may have {BODY_LIMIT} bytes")
    return None


def _headers_only(send: Send) -> Send:
    async def without_body(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return without_body


async def answer(reply: Reply, send: Send) -> None:
    """Send a reply."""
    body = b"" if reply.document is None else json.dumps(reply.document).encode()
    headers = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in reply.headers]
    headers += [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-cache")]
    if body:
        headers.append((b"content-type", MEDIA_TYPE.encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
