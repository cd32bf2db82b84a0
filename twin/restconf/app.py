"""The resources and what can be done with them. Each route is a line or two: it asks the datastore."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Body, FastAPI, Path, Request, Response, Security
from fastapi import Query as Parameter
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from twin.northbound import state
from twin.northbound.datastore import CONNECTIVITY, CONTEXT, SERVICE, Datastore
from twin.northbound.query import UNBOUNDED, Query
from twin.northbound.reply import MEDIA_TYPE, Reply, error
from twin.restconf.gate import DATA, Gate
from twin.restconf.notices import Notices
from twin.restconf.shapes import Errors, PatchBody, ServiceBody, Uuid, document

_CONTEXT: Final = f"{DATA}/{CONTEXT}"
_SERVICES: Final = f"{_CONTEXT}/{CONNECTIVITY}"
_SERVICE: Final = f"{_SERVICES}/connectivity-service={{uuid}}"
_TOPOLOGY: Final = f"{_CONTEXT}/tapi-topology:topology-context"
#: Addresses that are read -> what is there.
_READ: Final = {
    DATA: "everything",
    _CONTEXT: "the tenant's context",
    _TOPOLOGY: "the topologies",
    f"{_TOPOLOGY}/topology={{uuid}}": "a topology",
    _SERVICES: "the tenant's services and their connections",
    f"{_SERVICES}/connectivity-service": "the tenant's services",
    _SERVICE: "a service",
    f"{_SERVICES}/connection={{uuid}}": "a connection",
    f"{DATA}/ietf-network:networks": "the network as RFC 8345 has it",
    f"{DATA}/ietf-yang-library:modules-state": "the modules",
    f"{DATA}/ietf-restconf-monitoring:restconf-state": "the streams",
}
_WORDS: Final = {
    **{400: "a mistake in the request", 401: "no token", 403: "a wrong token", 404: "no such resource"},
    **{405: "not possible here", 406: "no such media type", 409: "it cannot be met, and why"},
    **{411: "no Content-Length", 413: "too large", 415: "another media type than application/yang-data+json"},
}

Content = Annotated[Literal["all", "config", "nonconfig"], Parameter(description="RFC 8040, 4.8.1")]
Fields = Annotated[str, Parameter(description="RFC 8040, 4.8.3", max_length=1000, examples=["uuid;name(value)"])]
Depth = Annotated[
    str, Parameter(description="RFC 8040, 4.8.2", pattern=f"^({UNBOUNDED}|[1-9][0-9]{{0,4}})$", examples=["2"])
]
Id = Annotated[Uuid, Path()]
_Body = Annotated[ServiceBody, Body(media_type=MEDIA_TYPE)]
_Patch = Annotated[PatchBody, Body(media_type=MEDIA_TYPE)]


def create(datastore: Datastore, tokens: Mapping[str, str], notices: Notices) -> FastAPI:
    """The application. ``tokens``: tenant -> its bearer token."""
    app = FastAPI(
        title="Northbound of the circuit controller",
        version="2.1.3",
        description="TAPI 2.1.3 over RESTCONF (RFC 8040). A tenant sees and touches only its own services.",
        redirect_slashes=False,
    )
    router = APIRouter(dependencies=[Security(HTTPBearer(auto_error=False))], redirect_slashes=False)
    _add_roots(app, router, notices)
    for address, what in _READ.items():
        _add_read(router, datastore, address, what)
    _add_writes(router, datastore)
    router.add_api_route(f"{DATA}/{{path:path}}", _reader(datastore), methods=["GET"], include_in_schema=False)
    app.include_router(router)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_middleware(Gate, tokens=tokens, routes=router.routes)
    return app


def _errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    common = (400, 401, 403, 404, 405, 406)
    return {
        status: {"model": Errors, "description": _WORDS[status], "content": {MEDIA_TYPE: {}}}
        for status in sorted({*common, *statuses})
    }


def respond(reply: Reply) -> Response:
    """A reply as Starlette sends it."""
    headers = {"Cache-Control": "no-cache", **dict(reply.headers)}
    if reply.document is None:
        return Response(status_code=reply.status, headers=headers)
    return Response(json.dumps(reply.document), reply.status, headers, MEDIA_TYPE)


def _add_roots(app: FastAPI, router: APIRouter, notices: Notices) -> None:
    @app.get("/.well-known/host-meta", summary="Where RESTCONF's root is", response_class=Response)
    async def host_meta() -> Response:
        return Response(state.host_meta(), media_type="application/xrd+xml")

    @router.get("/restconf", summary="RESTCONF's root", responses=_ok(), response_class=Response)
    async def root() -> Response:
        return respond(state.root())

    @router.get("/restconf/operations", summary="No operations", responses=_ok(), response_class=Response)
    async def operations() -> Response:
        return respond(state.operations())

    @router.get("/restconf/yang-library-version", summary="RFC 7895", responses=_ok(), response_class=Response)
    async def library() -> Response:
        return respond(Reply(200, {"ietf-restconf:yang-library-version": state.LIBRARY}))

    @router.get(
        f"/restconf/streams/{state.STREAM}",
        summary="Changes of the tenant's services, as server-sent events",
        responses={**_errors(), 200: {"content": {"text/event-stream": {}}}},
        response_class=StreamingResponse,
    )
    async def stream(request: Request) -> StreamingResponse:
        return StreamingResponse(notices.listen(request.state.tenant), media_type="text/event-stream")


def _ok(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {**_errors(*statuses), 200: {"description": "here it is", "content": {MEDIA_TYPE: {}}}}


def _reader(datastore: Datastore) -> Any:
    async def read(
        request: Request, content: Content = "all", fields: Fields = "", depth: Depth = UNBOUNDED
    ) -> Response:
        path = request.scope["path"].removeprefix(DATA).strip("/")
        return respond(datastore.read(request.state.tenant, path, Query(content, fields, depth)))

    return read


def _add_read(router: APIRouter, datastore: Datastore, address: str, what: str) -> None:
    read = _reader(datastore)

    async def read_one(
        request: Request, uuid: Id, content: Content = "all", fields: Fields = "", depth: Depth = UNBOUNDED
    ) -> Response:
        found: Response = await read(request, content, fields, depth)
        return found

    endpoint = read_one if "{uuid}" in address else read
    router.add_api_route(
        address, endpoint, methods=["GET"], summary=f"Read {what}", responses=_ok(), response_class=Response
    )


def _add_writes(router: APIRouter, datastore: Datastore) -> None:
    made: dict[int | str, dict[str, Any]] = {201: {"description": "made; Location says where"}}

    async def create(request: Request, body: _Body) -> Response:
        return respond(datastore.create(request.state.tenant, document(body)))

    for address in (_SERVICES, f"{_SERVICES}/connectivity-service"):
        router.add_api_route(
            address,
            create,
            methods=["POST"],
            status_code=201,
            summary="Ask for a service",
            responses={**_errors(409, 411, 413, 415), **made},
            response_class=Response,
        )

    @router.put(
        _SERVICE,
        status_code=204,
        summary="Put a service in this one's place",
        responses={**_errors(409, 411, 413, 415), **made},
        response_class=Response,
    )
    async def put(request: Request, uuid: Id, body: _Body) -> Response:
        return respond(datastore.replace(request.state.tenant, uuid, document(body)))

    @router.patch(
        _SERVICE,
        status_code=204,
        summary="Change a service",
        responses=_errors(409, 411, 413, 415),
        response_class=Response,
    )
    async def patch(request: Request, uuid: Id, body: _Patch) -> Response:
        return respond(datastore.merge(request.state.tenant, uuid, document(body)))

    @router.delete(
        _SERVICE, status_code=204, summary="Give a service back", responses=_errors(409), response_class=Response
    )
    async def delete(request: Request, uuid: Id) -> Response:
        return respond(datastore.delete(request.state.tenant, uuid))


async def _invalid(request: Request, problem: Exception) -> Response:
    """The first thing that is wrong with a request's shape."""
    assert isinstance(problem, RequestValidationError)
    first = problem.errors()[0]
    place, what = first["loc"], first["msg"]
    if first["type"] == "json_invalid":
        return respond(error(400, f"the body is not JSON: {first['ctx']['error']}", "malformed-message"))
    path = "/".join(str(step) for step in place[1:])
    tags = {"missing": "missing-element", "extra_forbidden": "unknown-element"}
    return respond(error(400, f"{path or 'body'}: {what}", tags.get(first["type"], ""), path or SERVICE))


async def _refused(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    headers = tuple((problem.headers or {}).items())
    return respond(error(problem.status_code, str(problem.detail), headers=headers))
