"""One experiment from its file to its bundle: parse, plan, lab, results.

::

    experiment.yaml -> spec -> Topology, Scenario -> plan -> [the lab] -> results -> summary, report.html
                                  bundle: plan.json, workload.json --^     `--> outcome, events, samples
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from twin.errors import BadInput, RunBroke
from twin.lab import guest, host, relay, uml
from twin.lab.lab import Lab, LabEnd
from twin.lab.memory import BASE_MB
from twin.optics.lightpaths import plan_light, refuse_dark
from twin.plan.build import build_plan
from twin.plan.codec import to_json
from twin.plan.model import Plan
from twin.results import bundle, finish, report
from twin.results.document import Results
from twin.spec import load_experiment
from twin.spec.experiment import LoadedExperiment
from twin.workloads.scenario import Controller

#: Memory of the lab kernel, MiB: what each node adds to the base (measured: docs/benchmarks.md). It is address
#: space; the host gives only what is touched.
MEMORY_PER_NODE_MB = 4
LABS: dict[str, Lab] = {"auto": uml, "uml": uml, "host": host}
CLOCKS = ("virtual", "real")


@dataclass(frozen=True)
class Finished:
    """A run that ended: its bundle and what it found."""

    folder: Path
    results: Results


def run(
    path: Path,
    out: Path | None,
    lab: str = "auto",
    clock: str = "virtual",
    sets: Sequence[str] = (),
    seed: int | None = None,
) -> Finished:
    """Run the experiment at ``path`` and write its bundle (``out``, or a new folder below ``runs/``).

    Raises ``BadInput`` before anything is written, ``MachineLacks``, and ``RunBroke`` with the bundle kept.
    """
    check(lab, clock)
    loaded = load_experiment(path, sets, seed)
    _check_controller(path, loaded, lab)
    plan = plan_light(loaded.topology, build_plan(loaded.topology))
    refuse_dark(loaded.topology, plan, [circuit.name for circuit in loaded.scenario.circuits], str(path))
    folder = bundle.create(out, loaded.scenario.name)
    _write_inputs(folder, loaded, plan)
    end = _in_lab(folder, loaded, plan, ["run"], lab, clock)
    results = finish.finish(folder, lab="uml" if lab == "auto" else lab, clock=clock, wall_s=end.wall_s)
    report.write(folder)
    return Finished(folder, results)


def shell(
    path: Path, lab: str = "auto", clock: str = "real", sets: Sequence[str] = (), commands: str | None = None
) -> tuple[int, str]:
    """Bring the experiment's network up in the lab and hand over Mininet's prompt on this terminal, or carry out
    ``commands``, one a line; returns the lab's status and what the commands printed."""
    check(lab, clock)
    loaded = load_experiment(path, sets, None)
    _check_controller(path, loaded, lab)
    plan = plan_light(loaded.topology, build_plan(loaded.topology))
    with tempfile.TemporaryDirectory(prefix="twin-shell-") as scratch:
        folder = Path(scratch)
        _write_inputs(folder, loaded, plan)
        if commands is not None:
            (folder / "lab" / "commands").write_text(commands, encoding="utf-8")
        end = _in_lab(folder, loaded, plan, ["shell"], lab, clock, interactive=commands is None)
        return end.status, "" if commands is None else (folder / "logs" / "lab.log").read_text(encoding="utf-8")


def _write_inputs(folder: Path, loaded: LoadedExperiment, plan: Plan) -> None:
    (folder / "lab").mkdir(exist_ok=True)
    (folder / "logs").mkdir(exist_ok=True)
    (folder / "experiment.yaml").write_text(loaded.experiment_text)
    (folder / "topology.yaml").write_text(loaded.topology_text)
    bundle.write_json(folder / "plan.json", to_json(plan))
    bundle.write_json(folder / "workload.json", to_json(loaded.scenario))


def _in_lab(
    folder: Path,
    loaded: LoadedExperiment,
    plan: Plan,
    arguments: list[str],
    lab: str,
    clock: str,
    interactive: bool = False,
) -> LabEnd:
    scenario = loaded.scenario
    address = scenario.controller.address
    with relay.relayed(folder, address) if address else nullcontext():
        end = LABS[lab].run(
            folder,
            [guest.PYTHON, "-m", "twin.emulation", *arguments],
            clock=clock,
            seed=scenario.seed,
            timeout_s=scenario.timeout_s,
            memory_mb=memory_mb(plan),
            interactive=interactive,
            visible=files_of(scenario.controller),
        )
    if end.status and not interactive and not (folder / "lab" / "outcome.json").exists():
        raise RunBroke("the lab side stopped with an error", str(folder / "logs" / "lab.log"))
    return end


def _check_controller(path: Path, loaded: LoadedExperiment, lab: str) -> None:
    """Raise ``BadInput`` for a controller elsewhere in a lab that has no way to it."""
    if loaded.scenario.controller.address and lab != "host":
        found = f"found {loaded.scenario.controller.name}, but the lab kernel has no network to this machine"
        remedy = (
            "its clock would not wait for an answer either: use --lab host --clock real, or give a command to start"
        )
        raise BadInput(str(path), "controller", found, "", remedy)


def files_of(controller: Controller) -> list[Path]:
    """Folders of the host that a controller reads: its own, and those of all files that its command names; with a
    program in ``bin`` the environment that it belongs to."""
    if controller.app:
        return [Path(controller.app).parent]
    folder = Path(controller.folder)
    named = [folder / word for word in controller.command if "/" in word]
    folders = [file if file.is_dir() else file.parent for file in named if file.exists()]
    return [folder, *(one.parent if one.name == "bin" else one for one in folders)] if controller.command else []


def memory_mb(plan: Plan) -> int:
    """Memory to give the lab kernel for ``plan``, MiB."""
    nodes = len(plan.servers) + len(plan.packet_switches) + len(plan.optical_switches)
    return BASE_MB + MEMORY_PER_NODE_MB * nodes


def check(lab: str, clock: str) -> None:
    """Raise ``BadInput`` where there is no such lab, clock, or clock in that lab; ``MachineLacks`` where the lab cannot
    run here."""
    _check_choice("--lab", lab, LABS)
    _check_choice("--clock", clock, CLOCKS)
    LABS[lab].check(clock)


def _check_choice(option: str, value: str, allowed: Iterable[str]) -> None:
    if value not in allowed:
        raise BadInput(option, "", f"found {value!r}", ", ".join(allowed))
