"""The OpenFlow controller's process, and the socket through which the experiment asks it for circuits."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from twin.emulation.processes import connections, daemon, end, listens
from twin.errors import RunBroke
from twin.workloads.scenario import Controller

#: How long a controller may take, in the lab's clock, to listen and to set up its first circuits.
START_LIMIT_S = 60.0
_POLL_S = 0.01
#: The apps that answer for circuits, asked for or not.
OURS = ("optical_circuit", "static_path")
#: How long an app of which nothing is known has for its first flows once all switches are connected, s (assumed).
FIRST_FLOWS_S = 1.0
#: The states of a circuit that has yet to become active or to fail.
_ON_THE_WAY = ("requested", "computed", "installing", "qualifying")


class ControllerProcess:
    """``python -m controllers.launch APP`` with the plan in its environment, listening on ``port``."""

    def __init__(self, controller: Controller, bundle: Path, socket_folder: Path, port: int) -> None:
        self.port = port
        self.events = bundle / "lab" / "controller.jsonl"
        self._controller = controller
        self._log = bundle / "logs" / "controller.log"
        self._northbound = socket_folder / "northbound"
        self._environment = {
            **os.environ,
            "TWIN_PLAN": str(bundle / "plan.json"),
            "TWIN_SCENARIO": str(bundle / "workload.json"),
            "TWIN_NORTHBOUND": str(self._northbound),
            "TWIN_EVENTS": str(self.events),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait until it listens."""
        self.launch()
        self._wait_for(lambda: listens(self.port), "did not listen for switches")

    def launch(self) -> None:
        """Start the process."""
        command = [sys.executable, "-m", "controllers.launch", self._controller.app, "--port", str(self.port)]
        self._process = daemon(command, self._log, self._environment)

    def kill(self) -> None:
        """End the process without a word, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """End the process by its id."""
        if self._process is not None:
            end(self._process)

    def settle(self, switches: int, circuits: bool) -> list[dict[str, Any]]:
        """Wait until no circuit is on its way, and return them all.

        Where the experiment asks for no ``circuits`` and the app is not one of ours, nothing more is expected than
        that all ``switches`` are connected; the app then has a moment for its first flows."""

        def settled() -> bool:
            return all(circuit["state"] not in _ON_THE_WAY for circuit in self.circuits())

        if not circuits and self._controller.name not in OURS:
            self._wait_for(lambda: connections(self.port) >= switches, "did not get to know all switches")
            time.sleep(FIRST_FLOWS_S)
            return []
        self._wait_for(self._northbound.exists, "did not open its northbound socket")
        self._wait_for(settled, "did not finish setting up its circuits")
        return self.circuits()

    def circuits(self) -> list[dict[str, Any]]:
        """Every circuit as the controller sees it: name, sites, state, fibres, channel, reason."""
        found: list[dict[str, Any]] = self.ask({"do": "list"})["circuits"]
        return found

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """One request, one reply."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(self._northbound))
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as lines:
                reply: dict[str, Any] = json.loads(lines.readline())
        return reply

    def _wait_for(self, condition: Any, failure: str) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while not condition():
            if self._process is not None and self._process.poll() is not None:
                raise RunBroke(f"the controller ended with status {self._process.returncode}", "logs/controller.log")
            if time.monotonic() > deadline:
                raise RunBroke(f"the controller {failure} within {START_LIMIT_S:.0f} s", "logs/controller.log")
            time.sleep(_POLL_S)
