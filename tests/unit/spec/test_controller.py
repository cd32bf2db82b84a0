"""Who drives the switches: what a file may say, and that its resolved text says the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twin.spec import LoadedExperiment, load_experiment
from twin.spec.controller import OWN
from twin.workloads.scenario import Controller

Load = Callable[..., LoadedExperiment]
Refusal = Callable[..., str]


def head(controller: str) -> str:
    return f"name: e\ntopology: net.yaml\ncontroller: {controller}\n"


@pytest.fixture
def again(load: Load, tmp_path: Path) -> Callable[..., tuple[Controller, Controller]]:
    """The controller as read, and as read from the resolved text in another folder."""

    def twice(controller: str, rest: str = "end: 1 s\n") -> tuple[Controller, Controller]:
        (tmp_path / "mine.py").touch()
        (tmp_path / "apps").mkdir(exist_ok=True)
        (tmp_path / "apps" / "start").touch()
        loaded = load(rest, head=head(controller))
        bundle = tmp_path / "elsewhere" / "bundle"
        bundle.mkdir(parents=True)
        (bundle / "experiment.yaml").write_text(loaded.experiment_text)
        (bundle / "topology.yaml").write_text(loaded.topology_text)
        return loaded.scenario.controller, load_experiment(bundle / "experiment.yaml").scenario.controller

    return twice


@pytest.mark.parametrize(
    ("text", "name", "takes_requests"),
    [("optical_circuit", "optical_circuit", True), ("learning_switch", "learning_switch", False)],
)
def test_one_of_ours(
    again: Callable[..., tuple[Controller, Controller]], text: str, name: str, takes_requests: bool
) -> None:
    first, second = again(text)
    assert (first.name, first.takes_requests) == (name, takes_requests)
    assert second == first


def test_an_app_of_one_s_own(again: Callable[..., tuple[Controller, Controller]], tmp_path: Path) -> None:
    first, second = again("{app: ./mine.py, options: {patience: 3}, circuits: true}", "end: 1 s\ncircuits: [a-b]\n")
    wanted = Controller("mine.py", str(tmp_path / "mine.py"), {"patience": 3}, takes_requests=True)
    assert first == second == wanted


@pytest.mark.parametrize(
    "text", ['{command: [./start, --port, "{port}"], folder: apps}', "{command: './start --port {port}', folder: apps}"]
)
def test_a_command(again: Callable[..., tuple[Controller, Controller]], tmp_path: Path, text: str) -> None:
    first, second = again(text)
    command = ("./start", "--port", "{port}")
    assert first == second == Controller("command start", command=command, folder=str(tmp_path / "apps"))


@pytest.mark.parametrize("text", ["tcp:127.0.0.1:6633", "{address: tcp:127.0.0.1:6633}"])
def test_an_address(again: Callable[..., tuple[Controller, Controller]], text: str) -> None:
    first, second = again(text)
    assert first == second == Controller("tcp:127.0.0.1:6633", address="127.0.0.1:6633")


@pytest.mark.parametrize(
    ("controller", "rest", "message"),
    [
        (
            "{options: {}}", "",
            "3: controller: found none of app, command and address; allowed: one of app, command, address",
        ),
        (
            "{app: static_path, address: tcp:h:1}", "",
            "3: controller: found app and address; allowed: one of app, command, address",
        ),
        (
            "{command: [x], options: {k: 1}}", "",
            "3: controller.options: found options beside 'command'; only an app has options",
        ),
        (
            "{app: static_path, folder: x}", "",
            "3: controller.folder: found a folder beside 'app'; only a command is started in a folder",
        ),
        (
            "{app: static_path, circuits: true}", "",
            "3: controller.circuits: found circuits for 'static_path', which takes none; remove them",
        ),
        (
            "{command: [x], folder: none}", "",
            "3: controller.folder: found 'none', but there is no folder none; check the path",
        ),
        (
            "{command: [./x]}", "",
            "3: controller.command: found './x', but there is no file x; a path counts from the controller's folder",
        ),
        ("{command: []}", "", "3: controller.command: found an empty command; allowed: a program, and its arguments"),
        (
            "{command: 'x \"y'}", "",
            "3: controller.command: found 'x \"y' (No closing quotation); allowed: words, quoted as for a shell",
        ),
        ("tcp:127.0.0.1", "", "3: controller: found 'tcp:127.0.0.1'; allowed: tcp:HOST:PORT, as in tcp:192.0.2.7:6653"),
        (
            "tcp:127.0.0.1:70000", "",
            "3: controller: found 'tcp:127.0.0.1:70000'; allowed: tcp:HOST:PORT, as in tcp:192.0.2.7:6653",
        ),
        (
            "{address: tcp:h:1, circuits: true}", "",
            "3: controller.circuits: found circuits for a controller elsewhere, which no request reaches; "
            "start it with a command, or remove 'circuits'",
        ),
        (
            "tcp:h:1", "circuits: [a-b]",
            "5: circuits: found the circuit 'a-b', but the controller tcp:h:1 takes no requests for circuits; "
            "write 'controller: optical_circuit', or 'circuits: []'",
        ),
        (
            "{command: [x]}", "timeline: [{at: 0 s, reconfigure: {request: [a-b]}}]",
            "5: timeline[0].reconfigure.request: found the circuit 'a-b', but the controller command x takes no "
            "requests for circuits; write 'controller: optical_circuit', or 'circuits: []'",
        ),
        (
            "tcp:h:1", "timeline: [{at: 0 s, controller: kill}]",
            "5: timeline[0].controller: found 'kill', but the controller tcp:h:1 runs elsewhere; "
            "remove it, or give a command to start",
        ),
    ],
)  # fmt: skip
def test_refused(refusal: Refusal, controller: str, rest: str, message: str) -> None:
    assert refusal("end: 1 s\n" + rest, head=head(controller)) == f"e.yaml:{message}"


def test_the_page_of_controllers_knows_them_all() -> None:
    page = (Path(__file__).parents[3] / "docs" / "controllers.md").read_text(encoding="utf-8")
    assert [name for name in OWN if f"| `{name}` |" not in page] == []
