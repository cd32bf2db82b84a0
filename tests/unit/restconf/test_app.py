from __future__ import annotations

from typing import Any

import pytest

from twin.northbound.names import uuid_of

DATA = "/restconf/data"
SERVICES = f"{DATA}/tapi-common:context/tapi-connectivity:connectivity-context"
LIST = "tapi-connectivity:connectivity-service"


def test_the_root_is_found(client: Any) -> None:
    found = client.call("GET", "/.well-known/host-meta", token=None)
    assert found.headers["content-type"] == "application/xrd+xml"
    link = "<Link rel='restconf' href='/restconf'/>"
    assert found.text == f"<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>{link}</XRD>\n"
    root = {"ietf-restconf:restconf": {"data": {}, "operations": {}, "yang-library-version": "2016-06-21"}}
    assert client.call("GET", "/restconf").json() == root
    assert client.call("GET", "/restconf/operations").json() == {"ietf-restconf:operations": {}}
    version = {"ietf-restconf:yang-library-version": "2016-06-21"}
    assert client.call("GET", "/restconf/yang-library-version").json() == version


def test_who_may_not(client: Any) -> None:
    nobody = client.call("GET", SERVICES, token=None)
    assert client.problem(nobody) == (401, "access-denied", "this needs a bearer token")
    assert nobody.headers["www-authenticate"] == 'Bearer realm="restconf"'
    basic = client.call("GET", SERVICES, token=None, Authorization="Basic eDp5")
    assert client.problem(basic) == (401, "access-denied", "this needs a bearer token")
    wrong = client.call("GET", SERVICES, token="x")
    assert client.problem(wrong) == (403, "access-denied", "this token is no tenant's")


def test_a_service_over_http(client: Any) -> None:
    made = client.call("POST", SERVICES, client.wish("a", "b", "c1"))
    uuid = uuid_of("circuit", "alice/c1")
    where = f"{SERVICES}/connectivity-service={uuid}"
    assert (made.status_code, made.headers["location"], made.content) == (201, where, b"")
    assert client.call("GET", where).json()[LIST][0]["operational-state"] == "ENABLED"
    hidden = client.call("GET", where, token="token-of-bob")
    path = where.removeprefix(f"{DATA}/")
    assert client.problem(hidden) == (404, "invalid-value", f"there is no data resource {path!r}")
    strangers = client.call("DELETE", where, token="token-of-bob")
    assert client.problem(strangers) == (404, "invalid-value", f"there is no connectivity service {uuid}")
    late = {LIST: [{"max-allowed-delay": {"value": 100}}]}
    refused = client.problem(client.call("PATCH", where, late))
    assert refused == (409, "resource-denied", "no free path from a to b takes 0.1 ms or less")
    assert client.call("PATCH", where, {LIST: [{"max-allowed-delay": {"value": 1000}}]}).status_code == 204
    assert client.call("PUT", where, client.wish("a", "b", "c1")).status_code == 204
    assert client.call("DELETE", where).status_code == 204
    assert client.problem(client.call("DELETE", where))[0] == 404


def test_head_and_options(client: Any) -> None:
    head = client.call("HEAD", SERVICES)
    assert (head.status_code, head.content) == (200, b"")
    assert client.call("OPTIONS", SERVICES).headers["allow"] == "GET, POST, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "expected"),
    [
        (
            *("DELETE", SERVICES, None, {}),
            (405, "operation-not-supported", "DELETE is not possible here; allowed: GET, POST, HEAD, OPTIONS"),
        ),
        (*("GET", "/restconf/x", None, {}), (404, "invalid-value", "there is no resource /restconf/x")),
        (*("GET", f"{DATA}/x:y", None, {}), (404, "invalid-value", "there is no data resource 'x:y'")),
        (
            *("GET", f"{DATA}?filter=x", None, {}),
            (400, "invalid-value", "the query parameter 'filter' is not supported here"),
        ),
        (
            *("GET", f"{DATA}?content=x", None, {}),
            (400, "invalid-value", "content: Input should be 'all', 'config' or 'nonconfig'"),
        ),
        (
            *("GET", DATA, None, {"Accept": "text/html"}),
            (406, "invalid-value", "found Accept: text/html; offered: application/yang-data+json"),
        ),
        (
            *("POST", SERVICES, {}, {"Content_Type": "application/json"}),
            (415, "invalid-value", "found application/json; allowed: application/yang-data+json"),
        ),
        (
            *("POST", SERVICES, b"{", {}),
            (400, "malformed-message", "the body is not JSON: Expecting property name enclosed in double quotes"),
        ),
        (*("POST", SERVICES, {}, {}), (400, "missing-element", f"{LIST}: Field required")),
        (*("POST", SERVICES, b" " * ((1 << 20) + 1), {}), (413, "too-big", "a body may have 1048576 bytes")),
        (
            *("PATCH", f"{SERVICES}/connectivity-service={uuid_of('x', 'y')}", {LIST: [{"x": 1}]}, {}),
            (400, "unknown-element", f"{LIST}/0/x: Extra inputs are not permitted"),
        ),
        (
            *("PATCH", f"{SERVICES}/connectivity-service={uuid_of('x', 'y')}", {LIST: [{"schedule": None}]}, {}),
            (400, "invalid-value", f"{LIST}/0: Value error, found null for schedule; leave it out"),
        ),
    ],
)
def test_what_is_refused(
    client: Any, method: str, path: str, body: Any, headers: dict[str, str], expected: tuple[int, str, str]
) -> None:
    assert client.problem(client.call(method, path, body, **headers)) == expected


def test_a_body_of_unknown_length_is_refused(client: Any) -> None:
    refused = client.problem(client.call("POST", SERVICES, {}, Content_Length="many"))
    assert refused == (411, "invalid-value", "the body's Content-Length is missing")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"tapi-connectivity:connectivity-service": NaN}',
        b'{"tapi-connectivity:connectivity-service": [' + b"9" * 5000 + b"]}",
        b'{"tapi-connectivity:connectivity-service": [{"name": [{"value-name": "SERVICE_NAME", "value": "\\ud800"}]}]}',
        b"\xff\xfe",
        b'"x"',
    ],
)
def test_nonsense_is_a_bad_request(client: Any, body: bytes) -> None:
    assert client.problem(client.call("POST", SERVICES, body))[0] == 400


def test_a_name_that_cannot_be_is_refused(client: Any) -> None:
    refused = client.problem(client.call("POST", SERVICES, client.wish("a", "b", "../x")))
    message = "name: found '../x'; allowed: a letter, then letters, digits, '_' and '-'"
    assert refused == (400, "invalid-value", message)
