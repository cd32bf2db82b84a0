"""The network of a benchmark, and what it leaves behind: ``marks/NAME`` has the host's time, ``answer.json`` the rest.

In virtual time the lab cannot see how long anything really takes, so it makes an empty file, whose time the host sets.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from twin.emulation.network import Network
from twin.emulation.openvswitch import OpenVSwitch, upcall_buffers
from twin.plan.model import Plan

BUNDLE: Final = Path("/run/bundle")
SEED: Final = 1
#: Nothing listens here: the switches forward by themselves.
NO_CONTROLLER: Final = "tcp:127.0.0.1:6653"


def mark(name: str) -> None:
    """Let the host see that ``name`` is reached."""
    folder = BUNDLE / "marks"
    folder.mkdir(exist_ok=True)
    os.close(os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))


def answer(found: Any) -> None:
    """Hand ``found`` to the host."""
    (BUNDLE / "answer.json").write_text(json.dumps(found))


def question() -> Any:
    """What the host asks."""
    return json.loads((BUNDLE / "question.json").read_text())


@contextmanager
def switches() -> Iterator[OpenVSwitch]:
    """Open vSwitch while the block runs."""
    ovs = OpenVSwitch(Path("/run/openvswitch"), BUNDLE / "logs")
    with upcall_buffers():
        ovs.start()
        try:
            yield ovs
        finally:
            ovs.stop()


@contextmanager
def running(plan: Plan, ovs: OpenVSwitch) -> Iterator[Network]:
    """The network of ``plan`` while the block runs; every switch learns addresses and forwards."""
    network = Network(plan, ovs, SEED)
    bring_up(network, ovs)
    try:
        yield network
    finally:
        network.stop()


def bring_up(network: Network, ovs: OpenVSwitch) -> None:
    """Build ``network``, if that is still to do, and let its switches forward."""
    network.start(NO_CONTROLLER)
    bridges = [switch.bridge for switch in network.plan.switches]
    ovs.transact(*(f"-- set-fail-mode {bridge} standalone -- del-controller {bridge}" for bridge in bridges))


def free_bytes() -> int:
    """Memory that nobody uses, bytes, once the kernel has let go of what it only keeps in case."""
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3")
    line = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemFree:"))
    return int(line.split()[1]) * 1024
