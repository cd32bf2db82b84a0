from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from twin import cli, rehearsal
from twin.errors import RunBroke
from twin.plan.build import build_plan
from twin.spec import load_experiment

ROOT = Path(__file__).parents[2]
TENANTS = ROOT / "experiments" / "tenants.yaml"
PLAIN = ("controller.northbound.tls=false",)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = cli.main(["northbound", *arguments])
    return status, capsys.readouterr().err


def test_an_experiment_s_circuits_are_there() -> None:
    loaded = load_experiment(TENANTS, PLAIN)
    northbound = loaded.scenario.controller.northbound
    assert northbound is not None
    app = rehearsal.application(loaded.scenario, northbound, build_plan(loaded.topology))

    async def read() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
            path = "/restconf/data/tapi-common:context/tapi-connectivity:connectivity-context/connectivity-service"
            return await client.get(path, headers={"Authorization": "Bearer token-of-alice"})

    (service,) = asyncio.run(read()).json()["tapi-connectivity:connectivity-service"]
    assert service["name"] == [{"value-name": "SERVICE_NAME", "value": "first"}]
    assert service["operational-state"] == "ENABLED"


def test_a_circuit_that_cannot_be_is_told() -> None:
    loaded = load_experiment(TENANTS, ("controller.northbound.tenants.alice.capacity=100 Gb/s", *PLAIN))
    northbound = loaded.scenario.controller.northbound
    assert northbound is not None
    with pytest.raises(RunBroke) as broke:
        rehearsal.application(loaded.scenario, northbound, build_plan(loaded.topology))
    reason = "circuit alice/first is refused: alice may have 100 Gb/s in all, holds 0 and asks for 400 Gb/s"
    assert str(broke.value) == f"the run broke: {reason}"


def test_tls_is_for_the_lab(capsys: pytest.CaptureFixture[str]) -> None:
    message = (
        f"{TENANTS}: controller.northbound.tls: found TLS, which only a lab has; "
        "add --set controller.northbound.tls=false, or use twin shell\n"
    )
    assert run(capsys, str(TENANTS)) == (2, message)


def test_without_tenants_there_is_nothing_to_serve(capsys: pytest.CaptureFixture[str]) -> None:
    path = ROOT / "experiments" / "three-sites-cut.yaml"
    missing = f"{path}: controller.northbound: the key is missing; add it, as experiments/tenants.yaml does\n"
    assert run(capsys, str(path)) == (2, missing)


def test_only_the_controller_that_restores_is_rehearsed(capsys: pytest.CaptureFixture[str]) -> None:
    status, message = run(capsys, str(TENANTS), "--set", "controller.app=static_path", "--set", PLAIN[0])
    assert (status, message) == (
        2,
        f"{TENANTS}: controller: found 'static_path'; allowed: optical_circuit; or use twin shell\n",
    )
