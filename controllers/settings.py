"""What a controller is started with: environment variables that name files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from twin.errors import BadInput
from twin.plan.codec import from_json
from twin.plan.model import Plan
from twin.workloads.northbound import Northbound
from twin.workloads.scenario import Circuit, Controller, Scenario

T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """``TWIN_PLAN`` (needed) is read into ``plan``, ``TWIN_SCENARIO`` into ``circuits``, those to request at the start,
    and ``options``, the experiment's for this controller. ``northbound`` (``TWIN_NORTHBOUND``) is the unix socket to
    serve, ``events`` (``TWIN_EVENTS``) the JSONL file to append to; None: do without. ``rest`` is the experiment's
    RESTCONF northbound, ``certificates`` (``TWIN_CERTIFICATES``) the folder with what TLS needs there, ``kept``
    (``TWIN_KEPT``) the file from which a controller that starts anew learns what it was asked for before."""

    plan: Plan
    circuits: tuple[Circuit, ...]
    options: Mapping[str, Any]
    northbound: Path | None
    events: Path | None
    rest: Northbound | None = None
    kept: Path | None = None
    certificates: Path | None = None


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read the settings. Raises ``BadInput`` when a file is missing or does not fit."""
    plan = environment.get("TWIN_PLAN")
    if not plan:
        remedy = "name the file that the run wrote"
        raise BadInput("TWIN_PLAN", "", "the variable is not set", "the path of a plan.json", remedy)
    scenario = environment.get("TWIN_SCENARIO")
    wanted = from_json_file(Scenario, "TWIN_SCENARIO", scenario) if scenario else None
    circuits, controller = (wanted.circuits, wanted.controller) if wanted else ((), Controller(""))
    names = ("TWIN_NORTHBOUND", "TWIN_EVENTS", "TWIN_CERTIFICATES", "TWIN_KEPT")
    northbound, events, certificates, kept = (environment.get(name) for name in names)
    if controller.northbound is not None and controller.northbound.tls and not certificates:
        remedy = "name a folder with certificate.pem and key.pem"
        raise BadInput("TWIN_CERTIFICATES", "", "the variable is not set, and the northbound wants TLS", "", remedy)
    return Settings(
        plan=from_json_file(Plan, "TWIN_PLAN", plan),
        circuits=circuits,
        options=controller.options,
        northbound=Path(northbound) if northbound else None,
        events=Path(events) if events else None,
        rest=controller.northbound,
        kept=Path(kept) if kept else None,
        certificates=Path(certificates) if certificates else None,
    )


def from_json_file(kind: type[T], variable: str, path: str) -> T:
    """The value that ``path``, named by ``variable``, holds."""
    try:
        data: Any = json.loads(Path(path).read_text(encoding="utf-8"))
        return from_json(kind, data)
    except OSError as problem:
        raise BadInput(variable, path, f"the file cannot be read: {problem.strerror}") from None
    except ValueError as problem:
        raise BadInput(variable, path, str(problem), f"a {kind.__name__} as JSON") from None
