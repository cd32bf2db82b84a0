"""Tenants in an experiment: the northbound that a file asks for, and circuits that belong to somebody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twin.spec import LoadedExperiment, load_experiment
from twin.workloads.northbound import Northbound, Tenant

Load = Callable[..., LoadedExperiment]
Refusal = Callable[..., str]

TENANTS = "{alice: {token: token-of-alice, capacity: 200 Gb/s}, bob: {token: token-of-bob}}"
END = "end: 1 s\n"


def head(northbound: str, more: str = "") -> str:
    return f"name: e\ntopology: net.yaml\ncontroller:\n  app: optical_circuit\n  northbound: {northbound}\n{more}"


def test_a_northbound_reads_as_the_same_again(load: Load, tmp_path: Path) -> None:
    circuits = "circuits: [{between: [a, b], name: c1, tenant: alice, capacity: 100 Gb/s}]\n"
    text = f"{{tenants: {TENANTS}, tls: true, port: 8000}}"
    loaded = load(END + circuits, head=head(text, "  openflow: tls\n"))
    tenants = (Tenant("alice", "token-of-alice", 200e9), Tenant("bob", "token-of-bob"))
    assert loaded.scenario.controller.northbound == Northbound(tenants, 8000, tls=True)
    assert loaded.scenario.controller.openflow_tls
    assert [circuit.name for circuit in loaded.scenario.circuits] == ["alice/c1"]
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "experiment.yaml").write_text(loaded.experiment_text)
    (tmp_path / "bundle" / "topology.yaml").write_text(loaded.topology_text)
    again = load_experiment(tmp_path / "bundle" / "experiment.yaml").scenario
    assert (again.controller, again.circuits) == (loaded.scenario.controller, loaded.scenario.circuits)


def test_a_tenant_s_circuit_is_changed_and_released_by_its_whole_name(load: Load) -> None:
    timeline = """\
circuits: [{between: [a, b], name: c1, tenant: alice}]
timeline:
  - {at: 0.1 s, reconfigure: {change: [{name: c1, tenant: alice, max_delay: 5 ms}]}}
  - {at: 0.2 s, reconfigure: {release: [alice/c1], request: [{between: [a, b], name: c1, tenant: bob}]}}
"""
    loaded = load(END + timeline, head=head(f"{{tenants: {TENANTS}}}"))
    done = [(action.do, action.target) for action in loaded.scenario.timeline]
    assert done == [("change", "alice/c1"), ("release", "alice/c1"), ("request", "bob/c1")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{tenants: {}}",
            "e.yaml:5: controller.northbound.tenants: found no tenant; allowed: one tenant or more",
        ),
        (
            "{tenants: {alice: {token: short}}}",
            "e.yaml:5: controller.northbound.tenants.alice.token: found 'short'; "
            "allowed: 8 to 128 letters, digits, '-', '.', '_', '~', '+' and '/'",
        ),
        (
            "{tenants: {alice: {token: the-same-one}, bob: {token: the-same-one}}}",
            "e.yaml:5: controller.northbound.tenants.bob.token: found the token of alice; allowed: a token of its own",
        ),
        (
            f"{{tenants: {TENANTS}, port: 6653}}",
            "e.yaml:5: controller.northbound.port: found 6653; "
            "allowed: any other than 6653, 6654, which OpenFlow has in the lab",
        ),
    ],
)
def test_what_is_wrong_with_a_northbound(refusal: Refusal, text: str, message: str) -> None:
    assert refusal(END, head=head(text)) == message


def test_who_has_no_northbound(refusal: Refusal) -> None:
    text = head(f"{{tenants: {TENANTS}}}").replace("optical_circuit", "learning_switch")
    message = "e.yaml:5: controller.northbound: found a northbound for 'learning_switch', which has none; "
    found = refusal(END + "circuits: []\n", head=text)
    assert found.startswith(message + "these have one: optical_circuit, static_path")


def test_tls_needs_a_controller_that_the_twin_starts(refusal: Refusal) -> None:
    text = "name: e\ntopology: net.yaml\ncontroller: {command: [x], openflow: tls}\n"
    assert refusal(END + "circuits: []\n", head=text) == (
        "e.yaml:3: controller.openflow: found 'openflow: tls' for a controller that the twin does not start itself; "
        "write 'app: optical_circuit', or an app of yours"
    )


def test_a_circuit_of_nobody_known_is_refused(refusal: Refusal) -> None:
    circuits = "circuits: [{between: [a, b], tenant: carol}]\n"
    found = "e.yaml:7: circuits: found the circuit 'carol/a-b' of the unknown tenant 'carol'"
    assert refusal(END + circuits, head=head(f"{{tenants: {TENANTS}}}")) == f"{found}; allowed: alice, bob"
    plain = "e.yaml:5: circuits: found the circuit 'carol/a-b' of the unknown tenant 'carol'"
    assert refusal(END + circuits) == f"{plain}; allowed: none: there is no controller.northbound.tenants"
