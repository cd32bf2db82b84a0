"""One prediction: the workloads at their times, and the timeline's cuts, repairs and requests.

It leaves what the lab leaves, with the same names: an outcome, events and samples.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from twin.plan.model import Plan
from twin.predict import allreduce, iperf3, job, probes, training
from twin.predict.control_plane import SETUP_S, ControlPlane, check_controller
from twin.predict.light import transceiver_rates
from twin.predict.play import Process
from twin.predict.sampler import Sampler
from twin.predict.simulator import Simulator
from twin.workloads.course import events_of
from twin.workloads.scenario import Action, AllReduce, Iperf3, JobWorkload, Scenario, Trace, Training, Workload


@dataclass(frozen=True)
class Prediction:
    """``outcome`` as in ``lab/outcome.json``, ``events`` as in ``events.jsonl``, ``samples`` the rows of
    ``samples.csv``, its heading first."""

    outcome: dict[str, Any]
    events: list[dict[str, Any]]
    samples: list[list[str]]


def check(scenario: Scenario) -> None:
    """Raise ``BadInput`` for what only a run can tell."""
    check_controller(scenario)
    for workload in scenario.workloads:
        if isinstance(workload, Iperf3):
            iperf3.check(workload)


def predict(plan: Plan, scenario: Scenario) -> Prediction:
    """Predict ``scenario`` on ``plan``. Raises ``BadInput`` for what only a run can tell."""
    check(scenario)
    return _Engine(plan, scenario).run()


class _Engine:
    def __init__(self, plan: Plan, scenario: Scenario) -> None:
        self._plan = plan
        self._scenario = scenario
        self._events: list[dict[str, Any]] = []
        self._records: dict[str, dict[str, Any]] = {}
        self._running: dict[str, Process] = {}
        self._pending = 0
        self._simulator = Simulator(plan)
        self._control = ControlPlane(plan, scenario, self._simulator.forwarding, self._record, self._later)
        if plan.light is not None:
            self._light_up()
        self._circuits = [self._measured(circuit) for circuit in self._control.circuits(SETUP_S)]

    def run(self) -> Prediction:
        simulator, scenario = self._simulator, self._scenario
        sampler = Sampler(simulator, scenario.sample_every_s)
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
        self._tell()
        outcome = {
            "ok": True,
            "error": None,
            "zero_s": 0.0,
            "virtual_s": simulator.now_s,
            "circuits": [circuit for circuit in self._circuits if circuit is not None],
            "workloads": self._records,
            "queues": [],
        }
        self._events.sort(key=lambda event: float(event["t_s"]))
        return Prediction(outcome, self._events, sampler.rows)

    def _light_up(self) -> None:
        """Give transceivers the rate of the mode that their light allows."""
        simulator, plan = self._simulator, self._plan
        rates = transceiver_rates(plan, simulator.forwarding.cross_connects.values())
        for transceiver in plan.transceivers:
            if transceiver.name in rates:
                port = plan.link_by_name[transceiver.link].at(transceiver.switch).port
                simulator.limit(transceiver.switch, port, rates[transceiver.name])

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

    def _later(self, at_s: float) -> None:
        self._simulator.at(max(at_s, 0.0), self._wake)

    def _wake(self) -> None:
        self._control.woken(self._simulator.now_s)
        self._simulator.rerouted()

    def _measured(self, circuit: dict[str, Any]) -> dict[str, Any] | None:
        """What the lab's qualification would find: the delays along the paths that packets take there and back."""
        if circuit["state"] != "active":
            return None
        near, far = (self._plan.servers_of(site) for site in circuit["sites"])
        rtt_s = None
        if near and far:
            there = self._simulator.forwarding.path(near[0].name, far[0].name)
            back = self._simulator.forwarding.path(far[0].name, near[0].name)
            rtt_s = there.delay_s + back.delay_s if there and back else None
        return {
            "name": circuit["name"],
            "fibres": circuit["fibres"],
            "channel": circuit["channel"],
            "planned_rtt_s": rtt_s,
            "rtt_s": rtt_s,
        }

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
            self._tell()
            self._record(self._simulator.now_s, name, "workload-ended", {})
            return
        if isinstance(wanted, float):
            self._simulator.at(max(wanted, self._simulator.now_s), self._step, name, process)
        else:
            wanted.then(lambda: self._simulator.at(self._simulator.now_s, self._step, name, process))

    def _tell(self) -> None:
        """Record what befell workloads since this was called last."""
        for event in events_of(self._records):
            self._record(*event)

    def _stop(self, name: str) -> None:
        process = self._running.pop(name, None)
        if process is not None:
            process.close()
            self._record(self._simulator.now_s, name, "workload-stopped", {})

    # -- the timeline -----------------------------------------------------------------------------------------------

    def _perform(self, action: Action) -> None:
        if action.do in ("cut", "repair"):
            self._cut_or_repair(action)
        elif action.do in ("request", "release"):
            self._reconfigure(action)
        elif action.do == "start":
            self._start(next(w for w in self._scenario.workloads if w.name == action.target))
        else:
            self._stop(action.target)

    def _cut_or_repair(self, action: Action) -> None:
        up, now_s = action.do == "repair", self._simulator.now_s
        kind = "fibre" if self._plan.link_by_name[action.target].kind == "fibre" else "link"
        self._record(now_s, "timeline", f"{kind}-{'repaired' if up else 'cut'}", {kind: action.target})
        self._control.set_link(action.target, up, now_s)
        self._simulator.rerouted(None if up else action.target)

    def _reconfigure(self, action: Action) -> None:
        now_s = self._simulator.now_s
        event = "circuit-requested" if action.do == "request" else "circuit-released"
        self._record(now_s, "timeline", event, {"circuit": action.target})
        if action.do == "request" and action.circuit is not None:
            answer = self._control.request(action.circuit, now_s)
        else:
            answer = self._control.release(action.target, now_s)
        if answer is not None and not answer.ok:
            self._record(now_s, "timeline", "circuit-refused", {"circuit": action.target, "reason": answer.reason})
        self._simulator.rerouted()


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
