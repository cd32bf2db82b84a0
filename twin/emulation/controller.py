"""The OpenFlow controller's process, and the socket through which the experiment asks it for circuits.

A controller is an app that ``controllers.launch`` runs, a command of the user's own, or runs elsewhere: then there is
no process, and the proxy carries every switch's connection to ``lab/controller`` in the run's folder, a socket that the
host answers.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twin.emulation import certificates
from twin.emulation.processes import connections, daemon, end, listens
from twin.errors import RunBroke
from twin.workloads.scenario import Controller

#: How long a controller may take, in the lab's clock, to listen and to set up its first circuits.
START_LIMIT_S = 60.0
_POLL_S = 0.01
#: How long a controller that takes no requests has for its first flows once all switches are connected, s (assumed).
FIRST_FLOWS_S = 1.0
HOST = "127.0.0.1"
#: Below the run's sockets, in memory: what TLS needs.
CERTIFICATES = "certificates"
LOG = "logs/controller.log"
#: The states of a circuit that has yet to become active or to fail.
_ON_THE_WAY = ("requested", "computed", "installing", "qualifying")


class ControllerProcess:
    """``controller`` of the run in ``bundle``, listening on ``port``; switches come to ``switch_port``."""

    def __init__(self, controller: Controller, bundle: Path, socket_folder: Path, port: int, switch_port: int) -> None:
        self.port = port
        self.events = bundle / "lab" / "controller.jsonl"
        self._controller = controller
        self._switch_port = switch_port
        self._log = bundle / LOG
        self._northbound = socket_folder / "northbound"
        self._certificates = socket_folder / CERTIFICATES
        self._environment = {
            **os.environ,
            "TWIN_PLAN": str(bundle / "plan.json"),
            "TWIN_SCENARIO": str(bundle / "workload.json"),
            "TWIN_NORTHBOUND": str(self._northbound),
            "TWIN_EVENTS": str(self.events),
            "TWIN_LOGS": str(bundle / "logs"),
            "TWIN_OPENFLOW_HOST": HOST,
            "TWIN_OPENFLOW_PORT": str(port),
            "TWIN_KEPT": str(socket_folder / "kept.json"),
            "TWIN_CERTIFICATES": str(socket_folder / CERTIFICATES),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._on_end: Callable[[int], None] | None = None

    @property
    def command(self) -> list[str]:
        """What starts it: the placeholders of a command of the user's own are filled in."""
        if not self._controller.command:
            launch = [sys.executable, "-m", "controllers.launch", self._controller.app, "--port", str(self.port)]
            tls = ["--certificates", str(self._certificates)] if self._controller.openflow_tls else []
            return launch + tls
        words = {"{host}": HOST, "{port}": str(self.port), "{python}": sys.executable}
        words |= {"{plan}": self._environment["TWIN_PLAN"], "{logs}": self._environment["TWIN_LOGS"]}
        return [_filled(word, words) for word in self._controller.command]

    @property
    def northbound(self) -> dict[str, str]:
        """The environment in which ``twin circuit`` finds the RESTCONF northbound; empty: there is none."""
        northbound = self._controller.northbound
        if northbound is None:
            return {}
        found = {"TWIN_URL": f"{'https' if northbound.tls else 'http'}://{HOST}:{northbound.port}"}
        if northbound.tls:
            found["TWIN_CA"] = str(self._certificates / certificates.CERTIFICATE)
        if len(northbound.tenants) == 1:
            found["TWIN_TOKEN"] = northbound.tenants[0].token
        return found

    def start(self) -> None:
        """Start the process and wait until it listens."""
        northbound = self._controller.northbound
        if self._controller.openflow_tls or (northbound is not None and northbound.tls):
            certificates.make(self._certificates, HOST)
        if not self._controller.address:
            self.launch()
            self._wait_for(lambda: listens(self.port), f"did not listen for switches on {HOST}:{self.port}")
        if northbound is not None:
            self._wait_for(lambda: listens(northbound.port), f"did not listen for clients on {HOST}:{northbound.port}")

    def launch(self) -> None:
        """Start the process. Raises ``RunBroke`` for a program that cannot be started."""
        folder = Path(self._controller.folder) if self._controller.folder else None
        try:
            self._process = daemon(self.command, self._log, self._environment, folder)
        except OSError as problem:
            what = f"the controller's command {self.command[0]!r} cannot be started in the lab: {problem.strerror}"
            raise RunBroke(what, LOG) from None
        self._watch(self._process)

    def report_end(self, on_end: Callable[[int], None]) -> None:
        """From now on call ``on_end`` with the exit status when the process ends by itself. Needs the event loop."""
        self._on_end = on_end
        if self._process is not None:
            self._watch(self._process)

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        if self._on_end is None:
            return
        loop, descriptor, tell = asyncio.get_running_loop(), os.pidfd_open(process.pid), self._on_end

        def ended() -> None:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            if self._process is process:
                tell(process.wait())

        loop.add_reader(descriptor, ended)

    def kill(self) -> None:
        """End the process without a word, as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def stop(self) -> None:
        """End the process by its id."""
        process, self._process = self._process, None
        if process is not None:
            end(process)

    def settle(self, switches: int) -> list[dict[str, Any]]:
        """Wait until no circuit is on its way, and return them all.

        Of a controller that takes no requests for circuits nothing more is expected than that all ``switches`` are
        connected; it then has a moment for its first flows."""

        def settled() -> bool:
            return all(circuit["state"] not in _ON_THE_WAY for circuit in self.circuits())

        if not self._controller.takes_requests:
            self._wait_for(lambda: connections(self._switch_port) >= switches, "did not get to know all switches")
            time.sleep(FIRST_FLOWS_S)
            return []
        self._wait_for(self._northbound.exists, f"did not open its northbound socket {self._northbound}")
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

    def _wait_for(self, condition: Callable[[], bool], failure: str) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while not condition():
            if self._process is not None and self._process.poll() is not None:
                said = _last_line(self._log)
                raise RunBroke(f"the controller ended with status {self._process.returncode}{said}", LOG)
            if time.monotonic() > deadline:
                raise RunBroke(f"the controller {failure} within {START_LIMIT_S:.0f} s", LOG)
            time.sleep(_POLL_S)


def _filled(word: str, words: dict[str, str]) -> str:
    for placeholder, value in words.items():
        word = word.replace(placeholder, value)
    return word


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return f"; the last it said: {lines[-1]}" if lines else " and said nothing"
