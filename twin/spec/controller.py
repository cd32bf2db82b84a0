"""Who drives the switches: one of our controllers, somebody's app, a command to start, or the address of one that runs.

::

    controller: optical_circuit                                  one of ours
    controller: ./my_app.py                                      an app in the Ryu app model
    controller: {command: [my-controller, --port, "{port}"]}     a program, started in the lab
    controller: tcp:192.0.2.7:6653                               one that runs already: --lab host

Only ours take requests for circuits, and others that say so (``circuits: true``).
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from twin.spec import engineered, northbound, spreading
from twin.spec.base import Model
from twin.spec.document import Document, Path_, nearest, show
from twin.spec.northbound import NorthboundFile, OpenFlow
from twin.spec.quantity import problem
from twin.workloads.scenario import Controller

CONTROLLERS: Final = Path(__file__).resolve().parents[2] / "controllers"


@dataclass(frozen=True)
class Own:
    """One of our apps: its file below ``controllers/``, and whether it takes requests for circuits."""

    file: str
    takes_requests: bool


#: What an experiment can name; the other files of that folder are their parts.
OWN: Final = {
    "optical_circuit": Own("optical_circuit.py", takes_requests=True),
    "static_path": Own("static_path.py", takes_requests=True),
    engineered.NAME: Own("engineered.py", takes_requests=True),
    "learning_switch": Own("ryu_apps/learning_switch.py", takes_requests=False),
}
_ADDRESS: Final = re.compile(r"tcp:([A-Za-z0-9_.-]+):([0-9]{1,5})\Z")


def _words(value: Any) -> Any:
    """A command as text: split as a shell would."""
    try:
        words = shlex.split(value) if isinstance(value, str) else value
    except ValueError as reason:
        raise problem(f"found {show(value)} ({reason})", "words, quoted as for a shell") from None
    if words == []:
        raise problem("found an empty command", "a program, and its arguments")
    return words


class ControllerFile(Model):
    """Exactly one of ``app``, ``command`` and ``address``; ``folder`` is where a command is started."""

    app: str | None = None
    command: Annotated[list[str] | None, BeforeValidator(_words)] = None
    address: str | None = None
    folder: str = "."
    circuits: bool | None = None
    options: dict[str, Any] = Field(default={})
    northbound: NorthboundFile | None = None
    openflow: OpenFlow = "tcp"


def _short_form(value: Any) -> Any:
    if isinstance(value, str):
        return {"address" if value.startswith("tcp:") else "app": value}
    return value


#: A mapping, or a text that stands for an app or an address.
ControllerOrText = Annotated[ControllerFile, BeforeValidator(_short_form)]


def read(file: ControllerFile, document: Document, folder: Path) -> Controller:
    """The controller; paths count from ``folder``, where the experiment file lies. Raises ``BadInput``."""
    given = [key for key in ("app", "command", "address") if getattr(file, key) is not None]
    if len(given) != 1:
        found = f"found {' and '.join(given)}" if given else "found none of app, command and address"
        raise document.bad(("controller",), found, "one of app, command, address")
    if file.options and given != ["app"]:
        found = f"found options beside {given[0]!r}"
        raise document.bad(("controller", "options"), found, "", "only an app has options")
    if file.folder != "." and given != ["command"]:
        found = f"found a folder beside {given[0]!r}"
        raise document.bad(("controller", "folder"), found, "", "only a command is started in a folder")
    if file.command is not None:
        controller = _command(file, file.command, document, folder)
    elif file.address is not None:
        controller = _address(file, file.address, document)
    else:
        controller = _app(file, file.app or "", document, folder)
    return _with_interfaces(controller, file, document)


def _with_interfaces(controller: Controller, file: ControllerFile, document: Document) -> Controller:
    """``controller`` with its northbound and its side towards the switches, as the file wants them."""
    if file.openflow == "tls" and not controller.app:
        found = "found 'openflow: tls' for a controller that the twin does not start itself"
        raise document.bad(("controller", "openflow"), found, "", "write 'app: optical_circuit', or an app of yours")
    controller = replace(controller, openflow_tls=file.openflow == "tls")
    if file.northbound is None:
        return controller
    if controller.name not in OWN or not controller.takes_requests:
        names = ", ".join(name for name, own in OWN.items() if own.takes_requests)
        found = f"found a northbound for {controller.name!r}, which has none"
        raise document.bad(("controller", "northbound"), found, "", f"these have one: {names}")
    return replace(controller, northbound=northbound.read(file.northbound, document))


def content(controller: Controller) -> dict[str, Any]:
    """The keys of the file, with paths that hold wherever the text is read."""
    if controller.command:
        own: dict[str, Any] = {"command": list(controller.command), "folder": controller.folder}
    elif controller.address:
        own = {"address": f"tcp:{controller.address}"}
    else:
        own = {"app": controller.name if controller.name in OWN else controller.app, "options": controller.options}
        if controller.name == engineered.NAME:
            own["options"] = engineered.content(controller.options)
    if controller.northbound is not None:
        own["northbound"] = northbound.content(controller.northbound)
    if controller.openflow_tls:
        own["openflow"] = "tls"
    return own if controller.name in OWN else {**own, "circuits": controller.takes_requests}


def _app(file: ControllerFile, name: str, document: Document, folder: Path) -> Controller:
    """A name is one of ``OWN``; anything with a '/' or '.py' is a path."""
    place = _place(document, "app")
    if "/" in name or name.endswith(".py"):
        app = (folder / name).resolve()
        if not app.is_file():
            raise document.bad(place, f"found {name!r}, but there is no file {app}", "", "check the path")
        # Its name ends in .py, so that it is never taken for one of ours.
        return Controller(app.name, str(app), file.options, takes_requests=bool(file.circuits))
    if name not in OWN:
        allowed = f"{', '.join(OWN)}, a path to an app's .py file, tcp:HOST:PORT, or {{command: [...]}}"
        raise document.bad(place, f"found the unknown controller {name!r}", allowed, nearest(name, list(OWN)))
    readers = {engineered.NAME: engineered.read, spreading.NAME: spreading.read}
    options = readers[name](file.options, document) if name in readers else {}
    unread = bool(file.options) and not options
    for key, given in (("options", unread), ("circuits", file.circuits is not None)):
        if given:
            found = f"found {key} for {name!r}, which takes none"
            raise document.bad(("controller", key), found, "", "remove them")
    return Controller(name, str(CONTROLLERS / OWN[name].file), options, takes_requests=OWN[name].takes_requests)


def _command(file: ControllerFile, command: list[str], document: Document, folder: Path) -> Controller:
    place: Path_ = ("controller", "folder")
    started = (folder / file.folder).resolve()
    if not started.is_dir():
        raise document.bad(place, f"found {file.folder!r}, but there is no folder {started}", "", "check the path")
    program = command[0]
    if "/" in program and not (started / program).is_file():
        found = f"found {program!r}, but there is no file {started / program}"
        raise document.bad(("controller", "command"), found, "", "a path counts from the controller's folder")
    name = f"command {Path(program).name}"
    return Controller(name, command=tuple(command), folder=str(started), takes_requests=bool(file.circuits))


def _address(file: ControllerFile, address: str, document: Document) -> Controller:
    match = _ADDRESS.match(address)
    if match is None or not 1 <= int(match[2]) <= 65535:
        raise document.bad(_place(document, "address"), f"found {address!r}", "tcp:HOST:PORT, as in tcp:192.0.2.7:6653")
    if file.circuits:
        found = "found circuits for a controller elsewhere, which no request reaches"
        raise document.bad(("controller", "circuits"), found, "", "start it with a command, or remove 'circuits'")
    return Controller(address, address=address.removeprefix("tcp:"))


def _place(document: Document, key: str) -> Path_:
    return ("controller", key) if ("controller", key) in document.marks else ("controller",)
