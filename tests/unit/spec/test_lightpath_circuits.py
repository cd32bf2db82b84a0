"""An experiment that says nothing of circuits sets up the topology's lightpaths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.spec import LoadedExperiment, load_experiment
from twin.workloads.scenario import Circuit

SITE = "{optical: roadm, transceivers: {count: 2, mode: 400ZR}}"
TOPOLOGY = f"""\
name: net
sites:
  a: {SITE}
  b: {SITE}
  c: {SITE}
fibres:
  ab: {{between: [a, b], length: 80 km}}
  bc: {{between: [b, c], length: 80 km}}
"""
HEAD = "name: e\ntopology: net.yaml\ncontroller: optical_circuit\nend: 1 s\n"

Load = Callable[..., LoadedExperiment]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads an experiment on ``TOPOLOGY`` with some lines more in each file."""

    def load_text(topology: str = "", experiment: str = "", head: str = HEAD) -> LoadedExperiment:
        (tmp_path / "net.yaml").write_text(TOPOLOGY + topology)
        (tmp_path / "e.yaml").write_text(head + experiment)
        return load_experiment(tmp_path / "e.yaml")

    return load_text


ORDERS = "lightpaths: {p: {between: [a, b], over: [ab]}, q: {between: [a, c], regenerate: [b]}}\n"


def test_lightpaths_by_order_are_the_circuits(load: Load, tmp_path: Path) -> None:
    loaded = load(ORDERS.replace("regenerate: [b]", "over: [ab, bc]"))
    assert loaded.scenario.circuits == (
        Circuit("p", ("a", "b"), through=("ab",)),
        Circuit("q", ("a", "c"), through=("ab", "bc")),
    )
    (tmp_path / "e.yaml").write_text(loaded.experiment_text.replace("topology.yaml", "net.yaml"))
    assert load_experiment(tmp_path / "e.yaml").scenario == loaded.scenario


def test_sections_of_a_regenerated_lightpath_are_circuits(load: Load) -> None:
    circuits = load("lightpaths: {q: {between: [a, c], regenerate: [b]}}\n").scenario.circuits
    assert circuits == (Circuit("q-1", ("a", "b")), Circuit("q-2", ("b", "c")))


def test_an_experiments_own_circuits_take_their_place(load: Load) -> None:
    assert load(ORDERS, "circuits: [a-b]\n").scenario.circuits == (Circuit("a-b", ("a", "b")),)
    assert load(ORDERS, "circuits: []\n").scenario.circuits == ()


def test_without_orders_there_are_no_circuits(load: Load) -> None:
    assert load().scenario.circuits == ()


@pytest.mark.parametrize(
    ("topology", "head", "message"),
    [
        (
            "lightpaths: {p: {between: [a, b], mode: 400G}}\n",
            HEAD,
            "found lightpath 'p' with a mode by order, and no circuits in the experiment; "
            "a controller chooses it: leave it out of the topology, or write 'circuits'",
        ),
        (
            "lightpaths: {p: {between: [a, b], over: [ab], channel: 3}}\n",
            HEAD,
            "found lightpath 'p' with a channel by order, and no circuits in the experiment; "
            "a controller chooses it: leave it out of the topology, or write 'circuits'",
        ),
        (
            ORDERS.replace("q: ", "r: {between: [b, c]}, q: "),
            HEAD,
            "found circuit 3 at 'b' (q-1), which has 2 transceivers; allowed: 2 or fewer at one time; "
            "raise sites.b.transceivers.count in the topology, or ask for fewer",
        ),
        (
            "lightpaths: {p: {between: [a, b]}}\n",
            HEAD.replace("optical_circuit", "learning_switch"),
            "found the circuit 'p', but the controller learning_switch makes no circuits; "
            "write 'controller: optical_circuit', or 'circuits: []'",
        ),
    ],
)
def test_refused(load: Load, tmp_path: Path, topology: str, head: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        load(topology, "", head)
    assert str(caught.value) == f"{tmp_path}/e.yaml:2: topology: {message}"
