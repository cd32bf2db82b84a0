"""One prediction: the workloads at their times, and all that the timeline does to light, circuits and workloads.

It leaves what the lab leaves, with the same names: an outcome, events, samples, and what happened to light.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from twin.control.circuit import ON_THE_WAY
from twin.control.engineering.worth import dark_s
from twin.control.events import (
    CircuitChanged,
    CircuitReleased,
    Event,
    RewireRequested,
    TrafficAnnounced,
)
from twin.errors import BadInput, RunBroke
from twin.physics.events import Attenuate, Degrade
from twin.plan.model import Plan, Server
from twin.plan.paths import round_trip_s, servers_between
from twin.predict import allreduce, iperf3, job, probes, training
from twin.predict.control_plane import ControlPlane, check_controller, request_of
from twin.predict.play import Process
from twin.predict.sampler import Sampler
from twin.predict.simulator import Simulator
from twin.workloads import told
from twin.workloads.course import events_of
from twin.workloads.scenario import (
    Action,
    AllReduce,
    Iperf3,
    JobWorkload,
    Scenario,
    Trace,
    Training,
    Workload,
)
from twin.workloads.site_traffic import announced

#: How long circuits have been there when the experiment begins, s; in the lab it is about as long.
SETTLED_S: Final = 1.0


@dataclass(frozen=True)
class Prediction:
    """``outcome`` as in ``lab/outcome.json``, ``events`` as in ``events.jsonl``, ``samples`` the rows of
    ``samples.csv``, its heading first, ``light`` as in ``lab/light.jsonl`` (None: the plan does not look at light)."""

    outcome: dict[str, Any]
    events: list[dict[str, Any]]
    samples: list[list[str]]
    light: list[dict[str, Any]] | None


def check(scenario: Scenario) -> None:
    """Raise ``BadInput`` for what only a run can tell."""
    check_controller(scenario)
    for index, action in enumerate(scenario.timeline):
        if action.do == "controller":
            found = "found a controller that ends or starts, which a prediction cannot play"
            raise BadInput(f"timeline[{index}].controller", "", found, remedy="use twin run")
    for workload in scenario.workloads:
        if isinstance(workload, Iperf3):
            iperf3.check(workload)


def predict(plan: Plan, scenario: Scenario) -> Prediction:
    """Predict ``scenario`` on ``plan``. Raises ``BadInput`` for what only a run can tell, and ``RunBroke`` where the
    circuits are not there when the experiment begins."""
    check(scenario)
    with _collector_paused():
        return _Engine(plan, scenario).run()


@contextmanager
def _collector_paused() -> Iterator[None]:
    """A simulation leaves no cycles of objects behind while it runs, and Python would look for them all the time: a
    third of the time of 10,000 flows."""
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()


class _Engine:
    def __init__(self, plan: Plan, scenario: Scenario) -> None:
        self._plan = plan
        self._scenario = scenario
        self._events: list[dict[str, Any]] = []
        self._records: dict[str, dict[str, Any]] = {}
        self._running: dict[str, Process] = {}
        self._pending = 0
        # As in the lab, circuits are there about a second before the experiment's zero.
        self._simulator = Simulator(plan, -(SETTLED_S + dark_s(plan)))
        self._control = ControlPlane(self._simulator, scenario, self._record)
        self._circuits: list[dict[str, Any]] = []

    def run(self) -> Prediction:
        simulator, scenario = self._simulator, self._scenario
        sampler = Sampler(simulator, scenario.sample_every_s)
        self._control.begin()
        self._expect(0.0, self._qualify)
        for workload in scenario.workloads:
            if workload.start_s >= 0:
                self._expect(workload.start_s, self._start, workload)
        for action in scenario.timeline:
            self._expect(action.at_s, self._perform, action)
        if scenario.end_s is not None:
            self._expect(scenario.end_s, lambda: None)
        simulator.at(0.0, sampler.sample)
        simulator.run(self._is_over)
        for process in list(self._running.values()):
            process.close()
        for name in self._records:
            self._tell(name)
        outcome = {
            "ok": True,
            "error": None,
            "zero_s": 0.0,
            "virtual_s": simulator.now_s,
            "circuits": self._circuits,
            "workloads": self._records,
            "queues": [],
            "overflows": [
                {"link": link, "node": node, "at_s": round(at_s, 9)} for link, node, at_s in simulator.overflows()
            ],
        }
        self._events.sort(key=lambda event: float(event["t_s"]))
        return Prediction(outcome, self._events, sampler.rows, self._control.happened)

    def _is_over(self) -> bool:
        if self._scenario.end_s is not None:
            return self._simulator.now_s >= self._scenario.end_s
        return self._pending == 0 and not self._running

    def _expect(self, at_s: float, call: Any, *arguments: Any) -> None:
        """Something the run waits for before it ends."""

        def do() -> None:
            self._pending -= 1
            call(*arguments)

        self._pending += 1
        self._simulator.at(at_s, do)

    def _record(self, t_s: float, source: str, event: str, details: dict[str, Any]) -> None:
        self._events.append({"t_s": round(t_s, 9), "source": source, "event": event, **details})

    def _qualify(self) -> None:
        """What the lab's qualification would find: the delays along the paths that packets take there and back."""
        for circuit in self._control.circuits():
            if circuit["state"] in ON_THE_WAY:
                why = f": {circuit['reason']}" if circuit["reason"] else ""
                raise RunBroke(f"circuit {circuit['name']} is {circuit['state']} when the experiment begins{why}")
            if circuit["state"] == "active":
                pair = servers_between(self._plan, circuit["sites"])
                found = {key: circuit[key] for key in ("name", "fibres", "channel")}
                planned_s = round_trip_s(self._plan, *pair, circuit["fibres"]) if pair else None
                rtt_s = self._round_trip_s(*pair) if pair else None
                self._circuits.append({**found, "planned_rtt_s": planned_s, "rtt_s": rtt_s})

    def _round_trip_s(self, near: Server, far: Server) -> float | None:
        there = self._simulator.forwarding.path(near.name, far.name)
        back = self._simulator.forwarding.path(far.name, near.name)
        return there.delay_s + back.delay_s if there and back else None

    # -- workloads --------------------------------------------------------------------------------------------------

    def _start(self, workload: Workload) -> None:
        self._record(self._simulator.now_s, "timeline", "workload-started", {"workload": workload.name})
        record: dict[str, Any] = {}
        self._records[workload.name] = record
        process = _process_of(workload, self._simulator, record)
        self._running[workload.name] = process
        self._step(workload.name, process)

    def _step(self, name: str, process: Generator[Any, None, None]) -> None:
        """Let a process go on until it waits again."""
        if self._running.get(name) is not process:
            return
        try:
            wanted = next(process)
        except StopIteration:
            del self._running[name]
            self._tell(name)
            self._record(self._simulator.now_s, name, "workload-ended", {})
            return
        if isinstance(wanted, float):
            self._simulator.at(max(wanted, self._simulator.now_s), self._step, name, process)
        else:
            wanted.then(lambda: self._simulator.at(self._simulator.now_s, self._step, name, process))

    def _tell(self, name: str) -> None:
        """Record what befell the workload since this was called last."""
        for event in events_of({name: self._records[name]}):
            self._record(*event)

    def _stop(self, name: str) -> None:
        process = self._running.pop(name, None)
        if process is not None:
            process.close()
            self._record(self._simulator.now_s, name, "workload-stopped", {})

    # -- the timeline -----------------------------------------------------------------------------------------------

    def _perform(self, action: Action) -> None:
        match action.do:
            case "cut" | "repair":
                self._cut_or_repair(action)
            case "degrade" | "attenuate":
                self._harm(action)
            case "request" | "change" | "release" | "rewire" | "announce":
                self._ask(action)
            case "start":
                self._start(next(w for w in self._scenario.workloads if w.name == action.target))
            case _:
                self._stop(action.target)

    def _cut_or_repair(self, action: Action) -> None:
        self._log(told.cut_or_repaired(action, self._plan))
        self._control.set_link(action.target, up=action.do == "repair")

    def _harm(self, action: Action) -> None:
        self._log(told.harmed(action))
        happens = Degrade if action.do == "degrade" else Attenuate
        self._control.harm(happens(action.target, action.level_db or 0.0, action.over_s))

    def _ask(self, action: Action) -> None:
        """Ask the controller for something; a refusal is told."""
        self._log(told.asked(action))
        answer = self._control.feed(self._asked(action))
        if answer is not None and not answer.ok:
            self._log(told.refused(action, answer.reason))

    def _asked(self, action: Action) -> Event:
        match action.do:
            case "rewire":
                return RewireRequested(action.release, tuple(request_of(circuit) for circuit in action.circuits))
            case "announce":
                workloads = [workload for workload in self._scenario.workloads if workload.name in action.workloads]
                traffic = announced(self._plan, workloads, action.at_s, action.until_s)
                return TrafficAnnounced(tuple((*pair, float(size)) for pair, size in traffic.items()))
            case "release":
                return CircuitReleased(action.target)
        assert action.circuit is not None
        request = request_of(action.circuit)
        return request if action.do == "request" else CircuitChanged(action.target, request.service)

    def _log(self, line: told.Line) -> None:
        self._record(self._simulator.now_s, "timeline", *line)


def _process_of(workload: Workload, simulator: Simulator, record: dict[str, Any]) -> Process:
    if isinstance(workload, AllReduce):
        return allreduce.run(workload, simulator, record)
    if isinstance(workload, Iperf3):
        return iperf3.run(workload, simulator, record)
    if isinstance(workload, (Training, Trace)):
        return training.run(workload, simulator, record)
    if isinstance(workload, JobWorkload):
        return job.run(workload, simulator, record)
    return probes.run(workload, simulator, record)
