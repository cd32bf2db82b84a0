"""One run, on the lab side: build, settle, measure the circuits, play the experiment, write it down, take it down.

::

    plan.json, workload.json  ->  [network up | circuits settle | echoes] zero [workloads, timeline, samples] end
                              ->  lab/outcome.json, events.jsonl, samples.csv, logs/
"""

from __future__ import annotations

import asyncio
import json
import math
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from twin.emulation.controller import CERTIFICATES, ControllerProcess
from twin.emulation.journal import Journal
from twin.emulation.network import Network
from twin.emulation.openvswitch import OpenVSwitch, upcall_buffers
from twin.emulation.processes import daemon, end
from twin.emulation.qualify import qualify
from twin.emulation.sampler import Sampler
from twin.emulation.timeline import Timeline
from twin.errors import TwinError
from twin.plan.codec import from_json
from twin.plan.model import Plan
from twin.traffic import loop, packets
from twin.traffic.context import Context
from twin.workloads.course import events_of
from twin.workloads.scenario import Packets, Scenario

#: Sockets and databases of this run; in memory, inside the lab.
RUN_FOLDER = Path("/run/twin")
#: Where the timeline tells the proxy what happens to the plant.
PLANT_SOCKET = RUN_FOLDER / "plant"
#: Of a controller elsewhere: the socket, in the run's folder, that the host carries to it (twin.lab.relay).
ELSEWHERE = "lab/controller"
#: Where the controller listens, and where the proxy between it and the switches does.
CONTROLLER_PORT, SWITCH_PORT = 6653, 6654


class Agent:
    """One run of ``bundle``."""

    def __init__(self, bundle: Path) -> None:
        self.bundle = bundle
        self.plan = from_json(Plan, json.loads((bundle / "plan.json").read_text()))
        self.scenario = from_json(Scenario, json.loads((bundle / "workload.json").read_text()))
        RUN_FOLDER.mkdir(parents=True, exist_ok=True)
        self.ovs = OpenVSwitch(Path("/run/openvswitch"), bundle / "logs")
        self.network = Network(self.plan, self.ovs, self.scenario.seed)
        self.controller = ControllerProcess(self.scenario.controller, bundle, RUN_FOLDER, CONTROLLER_PORT, SWITCH_PORT)
        self.proxy: subprocess.Popen[bytes] | None = None
        self.journal = Journal()

    def start(self) -> None:
        """Bring the network up and start the controller."""
        with upcall_buffers():
            # The switch daemon looks at every interface again whenever one comes: let it see them all at once.
            self.network.build()
            self.ovs.start()
            self.proxy = self._start_proxy()
            self.controller.start()
            self.network.start(f"tcp:127.0.0.1:{SWITCH_PORT}")

    def _start_proxy(self) -> subprocess.Popen[bytes]:
        elsewhere = self.bundle / ELSEWHERE if self.scenario.controller.address else CONTROLLER_PORT
        command = [sys.executable, "-m", "twin.emulation.proxy", str(SWITCH_PORT), str(elsewhere)]
        folders = [str(path) for path in (self.ovs.control, self.bundle, PLANT_SOCKET)]
        folders += [str(RUN_FOLDER / CERTIFICATES)] if self.scenario.controller.openflow_tls else []
        return daemon([*command, *folders], self.bundle / "logs" / "proxy.log")

    def stop(self) -> None:
        """End the programs. The network itself goes with the lab, all at once: its kernel or its namespaces end."""
        self.controller.stop()
        if self.proxy is not None:
            end(self.proxy)
        self.ovs.stop()

    def settle(self) -> list[dict[str, Any]]:
        """Wait until the controller has done what the experiment asks of it first; returns the circuits."""
        return self.controller.settle(len(self.plan.switches))

    @property
    def namespaces(self) -> dict[str, int]:
        return {server.name: self.network.get(server.name).namespace for server in self.plan.servers}

    async def play(self) -> dict[str, Any]:
        """The experiment itself; returns the outcome."""
        circuits = await qualify(self.plan, self.namespaces, self.settle())
        if any(isinstance(workload, Packets) for workload in self.scenario.workloads):
            packets.load()
        zero_s = float(math.ceil(time.monotonic() + 0.1))
        self.journal.zero_s = zero_s
        self.controller.report_end(lambda status: self.journal.record("controller", "controller-ended", status=status))
        context = Context(self.plan, self.namespaces, zero_s, self.journal.record, str(self.bundle / "logs"))
        await context.sleep_until(0.0)
        sampler = Sampler(self.network, self.scenario.sample_every_s)
        sampling = asyncio.create_task(sampler.run(context, self.bundle / "samples.csv"))
        timeline = Timeline(self.scenario, context, self.network, self.controller, PLANT_SOCKET)
        try:
            await timeline.run()
        finally:
            for event in events_of(timeline.records):
                self.journal.record_at(*event)
            sampling.cancel()
            await asyncio.gather(sampling, return_exceptions=True)
        return {
            "zero_s": zero_s,
            "virtual_s": context.now_s(),
            "circuits": circuits,
            "workloads": timeline.records,
            "queues": sampler.queues(),
            "late_s": sampler.late_s,
        }


def run(bundle: Path) -> int:
    """Run ``bundle``; returns the lab's exit status. What went wrong is in ``lab/outcome.json``."""
    outcome: dict[str, Any] = {"ok": False, "error": None}
    agent = Agent(bundle)
    try:
        agent.start()
        outcome |= loop.run(agent.play())
        outcome["ok"] = True
    except Exception as problem:
        outcome["error"] = str(problem) if isinstance(problem, TwinError) else f"{type(problem).__name__}: {problem}"
        if not isinstance(problem, TwinError):
            raise  # the traceback belongs into the lab's log
    finally:
        agent.stop()
        logs = {"controller": agent.controller.events, "plant": bundle / "lab" / "plant.jsonl"}
        agent.journal.write(bundle / "events.jsonl", logs)
        (bundle / "lab" / "outcome.json").write_text(json.dumps(outcome, indent=1) + "\n")
    return 0 if outcome["ok"] else 4
