"""Imports go down one ladder. Each room is imported whole in a fresh interpreter, which then says what came along::

cli > experiment, prediction > lab, predict, results > spec > optics, fabrics, workloads, control > plan > units, errors
                                              controllers > control     emulation > traffic > workloads
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

REPOSITORY: Final = Path(__file__).resolve().parents[2]

_GROUND: Final = {"units", "errors"}
_PURE: Final = {"plan", *_GROUND}
_SPEC: Final = {"optics", "physics", "fabrics", "workloads", "control", *_PURE}
_HOST: Final = {"spec", *_SPEC}
_LAB_SIDE: Final = {"workloads", "physics", *_PURE}

#: room -> the other rooms it may see
SEES: Final[dict[str, set[str]]] = {
    "units": set(),
    "errors": set(),
    "plan": _GROUND,
    "physics": _PURE,
    "optics": {"physics", *_PURE},
    "fabrics": _PURE,
    "workloads": _PURE,
    "control": {"physics", *_PURE},
    "northbound": {"control", "physics", *_PURE},
    "restconf": {"northbound", "control", "physics", *_PURE},
    "spec": _SPEC,
    "lab": _HOST,
    "predict": _HOST,
    "results": _HOST,
    "experiment": {"lab", "predict", "results", *_HOST},
    "prediction": {"predict", "results", *_HOST},
    "trace": _HOST,
    "export": _HOST,
    "progress": set(),
    "options": set(),
    "rehearsal": {"northbound", "restconf", *_HOST},
    "circuit_client": {"control", "northbound", "physics", *_PURE},
    "circuit_verbs": {"circuit_client", "control", "northbound", "physics", *_PURE},
    "emulations": {"results", *_HOST},
    "sweep": {"emulations", "prediction", "predict", "results", *_HOST},
    "reproduction": {"emulations", "prediction", "predict", "results", *_HOST},
    "tables": {"experiment", "lab", "predict", "results", *_HOST},
    "side_by_side": {"lab", "results", *_HOST},
    "scorecard": {"side_by_side", "lab", "results", "options", "progress", *_HOST},
    "doctor": {"lab", *_GROUND},
    "lab_verbs": {"lab", "progress", *_GROUND},
    "cli": {
        *(
            "doctor",
            "emulations",
            "experiment",
            "export",
            "options",
            "prediction",
            "progress",
            "reproduction",
            "side_by_side",
        ),
        *("circuit_client", "circuit_verbs", "lab_verbs", "northbound", "rehearsal", "restconf", "scorecard"),
        *("sweep", "trace", "lab", "predict", "results"),
        *_HOST,
    },
    "emulation": {"traffic", *_LAB_SIDE},  # it is the lab side's main program, and plays the workload
    "traffic": _LAB_SIDE,
    "controllers": {"control", "northbound", *_LAB_SIDE},
}

#: Rooms that need nothing but Python, so that any side can read them and tests of them are quick.
STANDARD_LIBRARY_ONLY: Final = (
    *("units", "errors", "plan", "physics", "fabrics", "workloads", "control", "northbound", "lab"),
)

#: Comes into a lab only where an experiment asks for a northbound: FastAPI brings pydantic.
ON_DEMAND: Final = ("restconf",)

#: Rooms that see no other room and yet never come into a lab.
HOST_ONLY: Final = ("circuit_verbs", "options", "progress")

#: The lab side starts in a second because it leaves these to the host side.
HOST_LIBRARIES: Final = {
    *("gnpy", "networkx", "numpy", "pandas", "plotly", "pyarrow", "pydantic", "rich", "topohub", "typer")
}

_IMPORT_ALL: Final = """
import importlib, json, pkgutil, sys
before = set(sys.modules)
root = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(getattr(root, "__path__", []), root.__name__ + "."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
came = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items() if name not in before}
print(json.dumps(came))
"""


def modules_of(room: str) -> dict[str, str]:
    """What importing all of ``room`` brings along: module name -> its file."""
    name = room if room == "controllers" else f"twin.{room}"
    found = subprocess.run(
        [sys.executable, "-c", _IMPORT_ALL, name], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    modules: dict[str, str] = json.loads(found.stdout)
    return modules


def rooms_that_exist() -> list[str]:
    """Every room in the repository, whether the table above knows it or not."""
    entries = (REPOSITORY / "twin").iterdir()
    inside = [path for path in entries if path.suffix == ".py" or (path / "__init__.py").exists()]
    return sorted({path.stem for path in inside} - {"__init__"} | {"controllers"})


@pytest.mark.parametrize("room", rooms_that_exist())
def test_a_room_sees_only_what_lies_below_it(room: str) -> None:
    assert room in SEES, f"say in SEES which rooms {room} may see"
    modules = modules_of(room)
    seen = {name.split(".")[1] for name in modules if name.startswith("twin.")} - {room}
    if any(name.split(".")[0] == "controllers" for name in modules) and room != "controllers":
        seen.add("controllers")
    assert seen - SEES[room] == set()
    third_party = {
        name.split(".")[0] for name, file in modules.items() if "site-packages" in file or "dist-packages" in file
    }
    if room in STANDARD_LIBRARY_ONLY:
        assert third_party == set()
    if room not in (*HOST_ONLY, *ON_DEMAND) and SEES[room] <= _LAB_SIDE | {"control", "northbound", "traffic"}:
        assert third_party & HOST_LIBRARIES == set()


def test_the_ladder_has_no_loop() -> None:
    for room, below in SEES.items():
        assert all(room not in SEES[other] for other in below), room


def test_gnpy_and_numpy_come_in_only_when_a_plant_is_designed() -> None:
    """Importing all of the optics room, or of the rooms above it, brings neither."""
    for room in ("optics", "spec"):
        assert {name.split(".")[0] for name in modules_of(room)} & {"gnpy", "numpy", "scipy"} == set(), room
