"""A checked experiment file as a ``Scenario``, and as resolved text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twin.plan.topology import Topology
from twin.spec import controller as controllers
from twin.spec import engineered, expectations, spreading
from twin.spec.circuit_service import check_controller, check_timeline, service_content
from twin.spec.circuits import CircuitBook
from twin.spec.control_channel import channel_of, load_of
from twin.spec.document import Document
from twin.spec.experiment_file import ON_REQUEST, WHEN_DONE, ExperimentFile
from twin.spec.timeline import TimelineReader
from twin.spec.workloads import WorkloadReader
from twin.units import show_time
from twin.workloads.inference import Inference
from twin.workloads.scenario import AllReduce, Circuit, Scenario, Trace, Training, Workload

#: Version of ``workload.json``.
SCHEMA = 1


def resolve(
    file: ExperimentFile, document: Document, topology: Topology, folder: Path
) -> tuple[Scenario, dict[str, Any]]:
    """The scenario, and the file's resolved content. ``folder`` is where the experiment file lies. Raises
    ``BadInput``."""
    book = CircuitBook(topology, document)
    named = "circuits" in file.model_fields_set
    circuits = book.read(file.circuits, ("circuits",)) if named else book.lightpaths()
    reader = WorkloadReader(topology, document, file.seed)
    workloads = tuple(reader.read(name, workload) for name, workload in file.workloads.items())
    timeline = TimelineReader(topology, document, book, workloads)
    actions = timeline.read(file.timeline, file.end)
    _check_end(file, document)
    controller = controllers.read(file.controller, document, folder)
    for circuit in circuits:
        check_controller(circuit, controller, document, ("circuits",) if named else ("topology",))
    for i, requested in timeline.requested.items():
        for circuit in requested:
            verb = "rewire" if file.timeline[i].rewire else "reconfigure"
            check_controller(circuit, controller, document, ("timeline", i, verb, "request"))
    check_timeline(file.timeline, controller, document)
    if file.circuit_load is not None:
        load = load_of(file.circuit_load, file.seed, topology, circuits, document)
        check_controller(Circuit("load-1", ("", "")), controller, document, ("circuit_load",))
        actions = tuple(sorted((*actions, *load), key=lambda action: action.at_s))
    engineered.check(controller, actions, document)
    named_later = [circuit.name for requested in timeline.requested.values() for circuit in requested]
    spreading.check(controller, [*(circuit.name for circuit in circuits), *named_later], topology, document)
    scenario = Scenario(
        schema=SCHEMA,
        name=file.name,
        seed=file.seed,
        controller=controller,
        circuits=circuits,
        workloads=workloads,
        timeline=actions,
        expectations=tuple(
            expectations.read(expectation, document, ("expect", i)) for i, expectation in enumerate(file.expect)
        ),
        sample_every_s=file.sample,
        end_s=None if file.end == WHEN_DONE else file.end,
        timeout_s=file.timeout,
        telemetry_every_s=file.telemetry,
        control_channel=channel_of(file.control_channel),
    )
    return scenario, _content(file, scenario, timeline.requested)


def _check_end(file: ExperimentFile, document: Document) -> None:
    if file.end == WHEN_DONE:
        if not file.workloads:
            raise document.bad((), "found neither a workload nor an end", "", "add 'end: 5 s', or a workload")
        return
    for name, workload in file.workloads.items():
        if workload.start != ON_REQUEST and workload.start >= file.end:
            found = f"found {show_time(workload.start)}, not before the experiment's end"
            raise document.bad(("workloads", name, "start"), found, f"less than {show_time(file.end)}", "raise 'end'")


def _content(file: ExperimentFile, scenario: Scenario, requested: dict[int, tuple[Circuit, ...]]) -> dict[str, Any]:
    """The file with every default and short form written out; it reads as the same scenario again."""
    content: dict[str, Any] = file.model_dump(mode="json", by_alias=True, exclude_none=True)
    # In a result bundle both files lie in one folder.
    content["topology"] = "topology.yaml"
    content["controller"] = controllers.content(scenario.controller)
    content["circuits"] = [_circuit(circuit) for circuit in scenario.circuits]
    for workload in scenario.workloads:
        _fill(content["workloads"][workload.name], workload)
    for index, circuits in requested.items():
        verb = "rewire" if file.timeline[index].rewire else "reconfigure"
        content["timeline"][index][verb]["request"] = [_circuit(circuit) for circuit in circuits]
    return content


def _fill(entry: dict[str, Any], workload: Workload) -> None:
    if isinstance(workload, (AllReduce, Training, Trace)):
        entry["servers"] = list(workload.servers)
    if isinstance(workload, Trace):
        entry["files"] = workload.files
    if isinstance(workload, Inference):
        entry["arrivals"] = workload.arrivals


def _circuit(circuit: Circuit) -> dict[str, Any]:
    tenant, _, name = circuit.name.rpartition("/")
    whose = {"tenant": tenant} if tenant else {}
    return {"name": name, **whose, "between": list(circuit.sites), **service_content(circuit)}
