"""What an experiment asks of a circuit beside its ends: read into a ``Circuit``, checked, and written out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Final

from twin.plan.topology import Topology
from twin.spec.document import Document, Path_, nearest
from twin.spec.experiment_file import CircuitFile, EntryFile
from twin.units import show_rate, show_time
from twin.workloads.northbound import quotas
from twin.workloads.scenario import Circuit, Controller

#: Keys of the file that are called otherwise in the scenario, and how their values are written.
_RENAMED: Final = {
    **{"wait_to_restore": "wait_to_restore_s", "restore_within": "restore_within_s"},
    **{"max_delay": "max_delay_s", "capacity": "capacity_bps"},
}
_SHOW: Final = {
    **{"wait_to_restore": show_time, "restore_within": show_time},
    **{"max_delay": show_time, "capacity": show_rate},
}
_KEYS: Final = (
    *("protection", "disjoint", "revert", "wait_to_restore", "reconfigure", "path"),
    *("max_delay", "capacity", "avoid", "through", "channel", "restore_within"),
)
#: What only a controller can do that reacts to the loss of light.
_REACTIONS: Final = ("protection", "revert", "wait_to_restore", "reconfigure", "restore_within")


def with_service(circuit: Circuit, file: CircuitFile, topology: Topology, document: Document, path: Path_) -> Circuit:
    """``circuit`` with what ``file`` asks of it. Raises ``BadInput`` for fibres, sites and shared risks that do not
    exist."""
    places = [*(fibre.name for fibre in topology.fibres), *(site.name for site in topology.sites)]
    places += sorted({risk for fibre in topology.fibres for risk in fibre.shared_risks} if topology.optics else ())
    for key in ("avoid", "through"):
        for i, name in enumerate(getattr(file, key)):
            if name not in places:
                found = f"found the unknown fibre, site or shared risk {name!r}"
                raise document.bad((*path, key, i), found, ", ".join(places[:12]), nearest(name, places))
            if name in circuit.sites:
                found = f"found {name!r}, which the circuit joins"
                raise document.bad((*path, key, i), found, "fibres, and sites between its ends")
    given: dict[str, Any] = {_RENAMED.get(key, key): getattr(file, key) for key in _KEYS}
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    return replace(circuit, **values)


def service_content(circuit: Circuit) -> dict[str, Any]:
    """The keys of the file that are not at their defaults, as text that reads as the same again."""
    defaults = {field.name: field.default for field in fields(Circuit)}
    content: dict[str, Any] = {}
    for key in _KEYS:
        value = getattr(circuit, _RENAMED.get(key, key))
        if value != defaults[_RENAMED.get(key, key)]:
            show = _SHOW.get(key, lambda plain: list(plain) if isinstance(plain, tuple) else plain)
            content[key] = show(value)
    return content


def check_controller(circuit: Circuit, controller: Controller, document: Document, path: Path_) -> None:
    """Raises ``BadInput`` for a circuit that ``controller`` cannot make, or that needs one that reacts, where it never
    does."""
    if not controller.takes_requests:
        what = "makes no circuits" if controller.name == "learning_switch" else "takes no requests for circuits"
        found = f"found the circuit {circuit.name!r}, but the controller {controller.name} {what}"
        raise document.bad(path, found, "", "write 'controller: optical_circuit', or 'circuits: []'")
    tenant = circuit.name.rpartition("/")[0]
    tenants = quotas(controller.northbound)
    if tenant and tenant not in tenants:
        found = f"found the circuit {circuit.name!r} of the unknown tenant {tenant!r}"
        raise document.bad(path, found, ", ".join(tenants) or "none: there is no controller.northbound.tenants")
    asked = [key for key in service_content(circuit) if key in _REACTIONS]
    if controller.name == "static_path" and asked:
        found = f"found '{asked[0]}' for {circuit.name!r}, but the controller static_path never reacts"
        raise document.bad(path, found, "", "write 'controller: optical_circuit'")


def check_timeline(entries: Sequence[EntryFile], controller: Controller, document: Document) -> None:
    """Raises ``BadInput`` where a controller is to be killed or started that is not ours to start."""
    for i, entry in enumerate(entries):
        if entry.controller is not None and controller.address:
            found = f"found {entry.controller!r}, but the controller {controller.name} runs elsewhere"
            raise document.bad(("timeline", i, "controller"), found, "", "remove it, or give a command to start")
