"""What this machine can do: ``twin doctor``.

Every finding is of something that a lab needs; where it is not there, the finding has the remedy and names the labs
that cannot run without it. What can only be told as root is said to be unknown, and bars nothing.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from twin.errors import MachineLacks
from twin.lab import features, kernel_build, machine
from twin.lab.memory import BASE_MB, memory_folder
from twin.units import show_size

UML, HOST = "uml", "host"
BOTH: Final = (UML, HOST)
#: The lab that ``--lab auto`` takes.
DEFAULT: Final = UML
_MARKS: Final = {True: Text("yes", "green"), False: Text("no", "bold red"), None: Text("?", "yellow")}


@dataclass(frozen=True)
class Finding:
    """``ok`` is None where it cannot be told. ``bars`` names the labs that cannot run without ``subject``."""

    subject: str
    ok: bool | None
    found: str
    bars: tuple[str, ...] = ()
    remedy: str = ""


@dataclass(frozen=True)
class Checkup:
    """All findings about a machine."""

    findings: tuple[Finding, ...]

    def usable(self, lab: str) -> bool | None:
        """Whether ``lab`` can run here; None where something about it cannot be told."""
        verdicts = [finding.ok for finding in self.findings if lab in finding.bars]
        if False in verdicts:
            return False
        return None if None in verdicts else True

    def to_json(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return {
            "schema": 1,
            "labs": {lab: self.usable(lab) for lab in BOTH},
            "default": DEFAULT,
            "findings": [
                {"subject": one.subject, "ok": one.ok, "found": one.found, "bars": one.bars, "remedy": one.remedy}
                for one in self.findings
            ],
        }


def examine() -> Checkup:
    """Look at this machine; nothing of it changes, but that Linux may load modules while they are tried."""
    return Checkup((*_system(), *_programs(), _lab_kernel(), *_resources(), *_kernel_features()))


def render(checkup: Checkup) -> RenderableType:
    """The findings as a table, then the labs that can be used."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("what", "there", "found", "remedy"):
        table.add_column(heading, overflow="fold")
    for one in checkup.findings:
        table.add_row(one.subject, _MARKS[one.ok], one.found, "" if one.ok else one.remedy)
    lines = [Text("")]
    for lab in BOTH:
        usable = checkup.usable(lab)
        word = {True: "usable", False: "not usable here", None: "cannot be told (run as root)"}[usable]
        lines.append(Text(f"lab {lab}: {word}{', the default' if lab == DEFAULT else ''}", "" if usable else "bold"))
    return Group(table, *lines)


def _system() -> Iterable[Finding]:
    here = f"{platform.system()} {platform.release()}, {platform.machine()}"
    fits = (platform.system(), platform.machine()) == ("Linux", "x86_64")
    yield Finding("Linux on x86_64", fits, here, BOTH, "use the Vagrant machine: vagrant up")
    version = platform.python_version()
    remedy = "make the environment with python3.11 (make setup does)"
    yield Finding("Python 3.11", version.startswith("3.11."), version, BOTH, remedy)


def _programs() -> Iterable[Finding]:
    missing = machine.lacking(machine.read_needs(machine.RUN_LIST))
    packages = " ".join(sorted({need.package for need in missing}))
    names = ", ".join(need.thing for need in missing)
    found = f"missing: {names}" if missing else "all there"
    yield Finding("programs", not missing, found, BOTH, f"sudo apt install {packages}")
    version = _version("ovs-vswitchd", "--version")
    yield Finding("Open vSwitch", version is not None, version or "none", BOTH, "sudo apt install openvswitch-switch")
    mininet = _mininet()
    remedy = "sudo apt install mininet, and make the environment with --system-site-packages (make setup does)"
    yield Finding("Mininet", mininet is not None, mininet or "none", BOTH, remedy)


def _mininet() -> str | None:
    try:
        from mininet.net import VERSION
    except ImportError:
        return None
    return str(VERSION)


def _version(*command: str) -> str | None:
    """The last word of the first line that ``command`` prints; None where it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": machine.PROGRAM_PATH})
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.split("\n")[0].split(" ")[-1] or None


def _lab_kernel() -> Finding:
    """A kernel that is not built yet bars nothing as long as it can be built."""
    status = kernel_build.status()
    if status["kernel"]:
        return Finding("lab kernel", True, f"{status['kernel']}, {show_size(status['size_bytes'])}", (UML,))
    if not status["missing"]:
        return Finding("lab kernel", True, "not built yet; the first run builds it (twin lab build)", (UML,))
    missing = machine.lacking(machine.read_needs(machine.BUILD_LIST))
    packages = " ".join(sorted({need.package for need in missing}))
    found = f"not built, and to build it there lack: {', '.join(need.thing for need in missing)}"
    return Finding("lab kernel", False, found, (UML,), f"sudo apt install {packages}")


def _resources() -> Iterable[Finding]:
    cpus = len(os.sched_getaffinity(0))
    yield Finding("CPUs", True, f"{cpus}: as many labs side by side (twin run A B ... --jobs {cpus})")
    fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    free_bytes = int(fields["MemAvailable"].split()[0]) * 1024
    wanted = f"{BASE_MB} MiB for a small network"
    yield Finding(
        "memory", free_bytes >= BASE_MB << 20, f"{free_bytes / 2**30:.1f} GiB", (), f"a lab takes up to {wanted}"
    )
    try:
        yield Finding("lab memory", True, f"in {memory_folder(BASE_MB)}", (UML,))
    except MachineLacks as problem:
        yield Finding("lab memory", False, f"no room: {problem.what}", (UML,), problem.remedy)


def _kernel_features() -> Iterable[Finding]:
    root = os.geteuid() == 0
    yield Finding("root", root, "" if root else "this account is not root", (HOST,), "run as root for --lab host")
    found = features.present() if root else None
    for feature in features.FEATURES:
        subject = f"kernel: {feature.name}"
        if found is None:
            why = "may not make network namespaces" if root else "needs root to tell"
            yield Finding(subject, None, why, (HOST,), "run outside a container" if root else "run twin doctor as root")
        else:
            there = feature.name in found
            yield Finding(subject, there, feature.reason, (HOST,), f"sudo modprobe -a {' '.join(feature.modules)}")
