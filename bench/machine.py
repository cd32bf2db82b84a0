"""The machine that a benchmark ran on."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any


def describe() -> dict[str, Any]:
    """CPU model, number of CPUs, memory in GiB, the host kernel's version."""
    return {
        "cpu": cpu_model(Path("/proc/cpuinfo").read_text(encoding="utf-8")),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_gib": memory_gib(Path("/proc/meminfo").read_text(encoding="utf-8")),
        "kernel": platform.release(),
    }


def cpu_model(cpuinfo: str) -> str:
    """The first ``model name`` of ``/proc/cpuinfo``, or ``"x86-64"``."""
    models = (line.partition(":")[2].strip() for line in cpuinfo.splitlines() if line.startswith("model name"))
    return next(models, "x86-64")


def memory_gib(meminfo: str) -> int:
    """``MemTotal`` of ``/proc/meminfo``, whole GiB."""
    line = next(line for line in meminfo.splitlines() if line.startswith("MemTotal:"))
    return round(int(line.split()[1]) / 2**20)


def sentence(found: dict[str, Any]) -> str:
    """The machine in words."""
    return f"{found['cpu']}, {found['cpus']} CPUs, {found['memory_gib']} GiB, Linux {found['kernel']}"
