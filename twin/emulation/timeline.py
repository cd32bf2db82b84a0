"""Plays the experiment: workloads at their times, and the timeline's cuts, repairs and requests."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

from twin.emulation.controller import ControllerProcess
from twin.emulation.network import Network
from twin.errors import RunBroke
from twin.plan.codec import to_json
from twin.traffic import allreduce, iperf3, job, packets, training
from twin.traffic.context import Context, Record
from twin.workloads import told
from twin.workloads.scenario import Action, AllReduce, Circuit, Iperf3, JobWorkload, Scenario, Trace, Training, Workload
from twin.workloads.site_traffic import announced


class Timeline:
    """``records`` holds what each workload has measured so far."""

    def __init__(
        self, scenario: Scenario, context: Context, network: Network, controller: ControllerProcess, plant: Path
    ) -> None:
        self.records: dict[str, Record] = {}
        self._scenario = scenario
        self._context = context
        self._network = network
        self._controller = controller
        self._plant = plant
        self._workloads = {workload.name: workload for workload in scenario.workloads}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._cuts: set[str] = set()

    async def run(self) -> None:
        """Until the scenario's end, or until all workloads and the timeline have ended. A workload that breaks ends
        the run with its error."""
        duties = [asyncio.create_task(self._follow())]
        duties += [
            asyncio.create_task(self._start_at(workload.start_s, workload.name))
            for workload in self._scenario.workloads
            if workload.start_s >= 0
        ]
        try:
            if self._scenario.end_s is None:
                await self._all(duties)
                await self._all(list(self._running.values()))
            else:
                await self._until(self._scenario.end_s, duties)
        finally:
            await self._cancel([*duties, *self._running.values()])

    async def _all(self, tasks: list[asyncio.Task[None]]) -> None:
        await asyncio.gather(*tasks)

    async def _until(self, end_s: float, duties: list[asyncio.Task[None]]) -> None:
        end = asyncio.create_task(self._context.sleep_until(end_s))
        try:
            while not end.done():
                busy = [task for task in (*duties, *self._running.values()) if not task.done()]
                done, _ = await asyncio.wait([end, *busy], return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if not task.cancelled():
                        task.result()
        finally:
            end.cancel()

    async def _cancel(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, OSError):
                raise RunBroke(f"a workload failed: {result}")

    async def _start_at(self, at_s: float, name: str) -> None:
        await self._context.sleep_until(at_s)
        self._start(name)
        await self._running[name]

    def _start(self, name: str) -> None:
        self._context.record("timeline", "workload-started", workload=name)
        self.records[name] = {}
        self._running[name] = asyncio.create_task(self._play(self._workloads[name], self.records[name]))

    async def _play(self, workload: Workload, record: Record) -> None:
        try:
            if isinstance(workload, AllReduce):
                await allreduce.run(workload, self._context, record)
            elif isinstance(workload, Iperf3):
                await iperf3.run(workload, self._context, record)
            elif isinstance(workload, (Training, Trace)):
                await training.run(workload, self._context, record)
            elif isinstance(workload, JobWorkload):
                await job.run(workload, self._context, record)
            else:
                await packets.run(workload, self._context, record)
            self._context.record(workload.name, "workload-ended")
        except asyncio.CancelledError:
            self._context.record(workload.name, "workload-stopped")

    async def _follow(self) -> None:
        for action in self._scenario.timeline:
            await self._context.sleep_until(action.at_s)
            await self._perform(action)

    async def _perform(self, action: Action) -> None:
        if action.do in ("cut", "repair"):
            self._cut_or_repair(action)
        elif action.do in ("request", "change", "release"):
            self._reconfigure(action)
        elif action.do == "rewire":
            self._rewire(action)
        elif action.do == "announce":
            self._announce(action)
        elif action.do == "controller":
            self._kill_or_start(action.target)
        elif action.do in ("degrade", "attenuate"):
            self._degrade(action)
        elif action.do == "start":
            self._start(action.target)
        else:
            await self._stop(action.target)

    def _announce(self, action: Action) -> None:
        """Tell the controller what will be sent from site to site."""
        workloads = [self._workloads[name] for name in action.workloads]
        traffic = announced(self._network.plan, workloads, action.at_s, action.until_s)
        found = [[source, target, size_bytes] for (source, target), size_bytes in traffic.items()]
        self._ask(action, {"do": "announce", "traffic": found})

    def _kill_or_start(self, what: str) -> None:
        """A controller that is started does not hold up the timeline: the switches find it when they try again."""
        self._context.record("timeline", "controller-killed" if what == "kill" else "controller-started")
        if what == "kill":
            self._controller.kill()
        else:
            self._controller.launch()

    async def _stop(self, name: str) -> None:
        task = self._running.get(name)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _cut_or_repair(self, action: Action) -> None:
        up = action.do == "repair"
        self._tell_plant(action)
        self._tell(told.cut_or_repaired(action, self._network.plan))
        before = self._dark()
        (self._cuts.discard if up else self._cuts.add)(action.target)
        for name in sorted(before ^ self._dark()):
            self._network.set_link(name, up)

    def _degrade(self, action: Action) -> None:
        self._tell(told.harmed(action))
        self._tell_plant(action)

    def _dark(self) -> frozenset[str]:
        """What carries nothing: what is cut, and the fibres that share a risk with it."""
        light = self._network.plan.light
        return light.dark(self._cuts) if light is not None else frozenset(self._cuts)

    def _tell_plant(self, action: Action) -> None:
        """Let the plant's process know, and wait until it has drawn its consequences."""
        if self._network.plan.light is None:
            return
        line = {"do": action.do, "target": action.target, "level_db": action.level_db, "over_s": action.over_s}
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(self._plant))
            connection.sendall(json.dumps(line).encode() + b"\n")
            connection.recv(1)

    def _rewire(self, action: Action) -> None:
        """Have many circuits changed in steps; the controller tells how that goes."""
        circuits = [{"name": circuit.name, **_asked(circuit)} for circuit in action.circuits]
        self._ask(action, {"do": "rewire", "release": list(action.release), "circuits": circuits})

    def _reconfigure(self, action: Action) -> None:
        request: dict[str, Any] = {"do": action.do, "name": action.target}
        if action.circuit is not None:
            asked = _asked(action.circuit)
            more = {"change": {"service": asked["service"]}, "request": asked}
            request |= more.get(action.do, {})
        self._ask(action, request)

    def _ask(self, action: Action, request: dict[str, Any]) -> None:
        """Ask the controller for something; a refusal is told."""
        self._tell(told.asked(action))
        reply = self._controller.ask(request)
        if not reply["ok"]:
            self._tell(told.refused(action, reply["reason"]))

    def _tell(self, line: told.Line) -> None:
        event, details = line
        self._context.record("timeline", event, **details)


def _asked(circuit: Circuit) -> dict[str, Any]:
    """A circuit's sites and what is asked of it, as the northbound reads them."""
    service = to_json(circuit)
    sites = service.pop("sites")
    del service["name"]
    return {"sites": sites, "service": service}
