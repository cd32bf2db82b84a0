from __future__ import annotations

import re
from pathlib import Path

import pytest

from controllers.settings import from_environment
from twin.errors import BadInput
from twin.plan.model import Plan
from twin.workloads.northbound import Northbound


def test_all_four_variables(environment: dict[str, str], plan: Plan, tmp_path: Path) -> None:
    found = from_environment(environment)
    assert found.plan == plan
    assert [circuit.name for circuit in found.circuits] == ["a-b", "b-c"]
    assert (found.northbound, found.events) == (tmp_path / "northbound", tmp_path / "events")


def test_the_plan_alone_is_enough(environment: dict[str, str], plan: Plan) -> None:
    found = from_environment({"TWIN_PLAN": environment["TWIN_PLAN"]})
    assert (found.plan, found.circuits, found.northbound, found.events) == (plan, (), None, None)


def test_without_a_plan() -> None:
    message = "TWIN_PLAN: the variable is not set; allowed: the path of a plan.json; name the file that the run wrote"
    with pytest.raises(BadInput, match=f"^{re.escape(message)}$"):
        from_environment({})


def test_a_plan_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    message = f"TWIN_PLAN: {path}: the file cannot be read: No such file or directory"
    with pytest.raises(BadInput, match=f"^{re.escape(message)}$"):
        from_environment({"TWIN_PLAN": str(path)})


def test_a_plan_that_is_something_else(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("[]")
    message = f"TWIN_PLAN: {path}: Plan: found []; allowed: a mapping; allowed: a Plan as JSON"
    with pytest.raises(BadInput, match=f"^{re.escape(message)}$"):
        from_environment({"TWIN_PLAN": str(path)})


def test_tls_without_certificates(environment: dict[str, str]) -> None:
    path = Path(environment["TWIN_SCENARIO"])
    northbound = '"northbound": {"tenants": [], "port": 8443, "tls": true}'
    path.write_text(path.read_text().replace('"northbound": null', northbound))
    message = (
        "TWIN_CERTIFICATES: the variable is not set, and the northbound wants TLS; "
        "name a folder with certificate.pem and key.pem"
    )
    with pytest.raises(BadInput, match=f"^{re.escape(message)}$"):
        from_environment(environment)
    found = from_environment({**environment, "TWIN_CERTIFICATES": "/here"})
    assert (found.rest, found.certificates) == (Northbound((), 8443, tls=True), Path("/here"))
