"""The application over three sites whose switches are all connected, and a client that speaks to it in-process."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from twin.northbound.names import uuid_of
from twin.plan.build import build_plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology
from twin.restconf.memory import application

TOKENS = {"alice": "token-of-alice", "bob": "token-of-bob"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    sites = tuple(Site(name, 1, Port(1e9), SiteFabric(), Optical(), 2, Port(1e9)) for name in "abc")
    fibres = tuple(FibrePair(name, (name[0], name[1]), 100.0) for name in ("ab", "bc", "ca"))
    plan = build_plan(Topology("test", sites, fibres))
    return application(plan, TOKENS, {"alice": 2e9, "bob": None}, lambda: 1.0, lambda: 1.0)


class Client:
    """One call at a time. ``token`` None: without any."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def call(
        self, method: str, path: str, body: Any = None, token: str | None = "token-of-alice", **headers: str
    ) -> httpx.Response:
        """``body`` a document, or the very bytes; a header's name has underscores for hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        content = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        if body is not None:
            sent = {"Content-Type": "application/yang-data+json", **sent}

        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://northbound") as client:
                return await client.request(method, path, content=content, headers=sent)

        return asyncio.run(run())

    @staticmethod
    def wish(a: str, b: str, name: str) -> dict[str, Any]:
        """A body that asks for a service between two sites."""
        ends = [
            {
                "local-id": site,
                "service-interface-point": {"service-interface-point-uuid": uuid_of("service_interface_point", site)},
            }
            for site in (a, b)
        ]
        named = [{"value-name": "SERVICE_NAME", "value": name}]
        return {"tapi-connectivity:connectivity-service": [{"name": named, "end-point": ends}]}

    @staticmethod
    def problem(response: httpx.Response) -> tuple[int, str, str]:
        """Status, tag and message of an error."""
        assert response.headers["content-type"] == "application/yang-data+json"
        (entry,) = response.json()["ietf-restconf:errors"]["error"]
        return response.status_code, entry["error-tag"], entry["error-message"]


@pytest.fixture
def client(app: FastAPI) -> Client:
    return Client(app)
