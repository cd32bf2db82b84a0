"""What a kernel must be able to do to carry an experiment's network itself, found by trying.

Each feature is tried in a network namespace that lasts as long as the trial, so nothing of the machine changes, but
that Linux loads the modules it needs.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Final

from twin.lab.machine import PROGRAM_PATH


@dataclass(frozen=True)
class Feature:
    """Something of the kernel: its ``name``, what it is for, the modules that bring it, a shell command to try it."""

    name: str
    reason: str
    modules: tuple[str, ...]
    trial: str


FEATURES: Final = (
    Feature("veth", "links", ("veth",), "ip link add name twin0 type veth peer name twin1"),
    Feature("netem", "delay of fibres", ("sch_netem",), "tc qdisc replace dev lo root netem delay 1ms"),
    Feature(
        "tbf", "rate of transmitters", ("sch_tbf",), "tc qdisc replace dev lo root tbf rate 1gbit burst 9k limit 9k"
    ),
    Feature(
        "red",
        "queues that mark ECN",
        ("sch_red",),
        "tc qdisc replace dev lo root red limit 90000 min 9000 max 27000 avpkt 1000 burst 20 ecn",
    ),
    Feature(
        "mirred",
        "links with both rate and delay",
        ("sch_ingress", "cls_matchall", "act_mirred"),
        "tc qdisc add dev lo clsact && tc filter add dev lo ingress matchall action mirred egress redirect dev lo",
    ),
    Feature("openvswitch", "switches", ("openvswitch",), "ovs-dpctl add-dp twin2"),
)

#: How long the trial may take: modules may have to be read from a slow disk. Assumed.
LIMIT_S: Final = 60.0


def script(features: tuple[Feature, ...] = FEATURES) -> str:
    """A shell script that tries every feature and prints the names of those that are there."""
    return "\n".join(f"({feature.trial}) >/dev/null 2>&1 && echo {feature.name}" for feature in features) + "\ntrue\n"


def present() -> frozenset[str] | None:
    """The names of the features that this kernel has; None where this account may not make a network namespace."""
    command = ["unshare", "--net", "sh", "-c", script()]
    try:
        done = subprocess.run(
            command, env={"PATH": PROGRAM_PATH}, capture_output=True, text=True, check=True, timeout=LIMIT_S
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return frozenset(done.stdout.split())


def missing(found: frozenset[str]) -> tuple[Feature, ...]:
    """The features that are not among those ``found``."""
    return tuple(feature for feature in FEATURES if feature.name not in found)


def remedy(lacking: tuple[Feature, ...]) -> str:
    """What to do where the kernel lacks some features."""
    modules = " ".join(module for feature in lacking for module in feature.modules)
    return f"sudo modprobe -a {modules}; where the kernel has no such modules, boot Debian's (linux-image-amd64)"
