"""``twin northbound``: an experiment's northbound on this machine, without a lab, for clients to be tried out.

The controller's own brain decides; its switches are in memory and answer at once. No packet is carried, and what the
timeline would do does not happen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from twin.control.events import CircuitRequested
from twin.control.northbound import service_of
from twin.errors import BadInput, RunBroke
from twin.optics.lightpaths import plan_light
from twin.plan.build import build_plan
from twin.plan.codec import to_json
from twin.spec import load_experiment
from twin.workloads.northbound import Northbound
from twin.workloads.scenario import Scenario

HOST: Final = "127.0.0.1"


def serve(path: Path, sets: Sequence[str], tell: Callable[[str], None]) -> None:
    """Serve until interrupted; ``tell`` gets a line once it is up. Raises ``BadInput`` for an experiment without a
    northbound, ``RunBroke`` when its port is taken."""
    loaded = load_experiment(path, sets)
    northbound = _wanted(path, loaded.scenario)
    app = application(loaded.scenario, northbound, plan_light(loaded.topology, build_plan(loaded.topology)))
    from twin.restconf.server import listen, serve_here

    listening = listen(HOST, northbound.port)
    url = f"http://{HOST}:{northbound.port}"
    tell(f"{url}/restconf for {', '.join(northbound.tokens)}; {url}/openapi.json describes it; Ctrl-C ends it")
    serve_here(app, listening)


def application(scenario: Scenario, northbound: Northbound, plan: Any) -> Any:
    """The northbound over a plan, with the scenario's first circuits asked for. Raises ``RunBroke`` where one of them
    is refused."""
    from twin.restconf.app import create
    from twin.restconf.memory import Memory

    memory = Memory(plan, northbound.quotas, time.monotonic, time.time)
    for circuit in scenario.circuits:
        asked = to_json(circuit)
        name, (a, b) = asked.pop("name"), asked.pop("sites")
        answer = memory.ask(CircuitRequested(name, (a, b), service_of(asked)))
        if not answer.ok:
            raise RunBroke(f"circuit {name} is refused: {answer.reason}")
    return create(memory.store, northbound.tokens, memory.notices)


def _wanted(path: Path, scenario: Scenario) -> Northbound:
    northbound = scenario.controller.northbound
    if northbound is None:
        remedy = "add it, as experiments/tenants.yaml does"
        raise BadInput(str(path), "controller.northbound", "the key is missing", "", remedy)
    if scenario.controller.name != "optical_circuit":
        found = f"found {scenario.controller.name!r}"
        raise BadInput(str(path), "controller", found, "optical_circuit", "or use twin shell")
    if northbound.tls:
        remedy = "add --set controller.northbound.tls=false, or use twin shell"
        raise BadInput(str(path), "controller.northbound.tls", "found TLS, which only a lab has", "", remedy)
    return northbound
