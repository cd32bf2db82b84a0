"""The launcher as a process: what it refuses, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("controllers.ofapi")

ROOT = Path(__file__).parents[3]
STATIC = "controllers/static_path.py"


def launch(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "controllers.launch", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )


def end_of(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    process = launch(environment, *arguments)
    message = process.communicate(timeout=30)[1]
    return process.returncode, message.splitlines()[-1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_file_that_is_not_there(environment: dict[str, str]) -> None:
    message = "APP: there is no file none.py; allowed: an app's file or module"
    assert end_of(environment, "none.py") == (2, message)


def test_a_module_that_is_not_there(environment: dict[str, str]) -> None:
    assert end_of(environment, "no_such") == (2, "APP: no_such cannot be imported: No module named 'no_such'")


def test_a_file_without_an_app(environment: dict[str, str]) -> None:
    message = "APP: controllers/settings.py has no app; allowed: a file with a subclass of OSKenApp or RyuApp"
    assert end_of(environment, "controllers/settings.py") == (2, message)


def test_an_option_that_nobody_knows(environment: dict[str, str]) -> None:
    message = "options: found --speed=9; allowed: those of --help, and those that the apps bring"
    assert end_of(environment, STATIC, "--speed=9") == (2, message)


def test_a_missing_plan() -> None:
    message = "TWIN_PLAN: the variable is not set; allowed: the path of a plan.json; name the file that the run wrote"
    assert end_of({"TWIN_PLAN": ""}, STATIC) == (2, message)


def test_a_port_in_use(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        message = f"the run broke: cannot listen on 127.0.0.1:{port}"
        assert end_of(environment, STATIC, "--port", str(port)) == (4, message)


def test_without_os_ken(tmp_path: Path) -> None:
    hide = "import sys\nimport importlib.util as u\nfind = u.find_spec\n"
    hide += "u.find_spec = lambda name, *rest: None if name in ('os_ken', 'ryu') else find(name, *rest)\n"
    (tmp_path / "sitecustomize.py").write_text(hide)
    message = "this machine lacks os-ken; install it with: pip install os-ken"
    assert end_of({"PYTHONPATH": str(tmp_path)}, STATIC) == (3, message)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(environment: dict[str, str], number: signal.Signals) -> None:
    port = free_port()
    process = launch(environment, STATIC, "--port", str(port), "--verbose")
    assert process.stderr is not None
    for line in process.stderr:  # the last brick is reported just before the listener starts
        if "CONSUMES EventOFPErrorMsg" in line:
            break
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == 0
