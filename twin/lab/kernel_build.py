"""Builds the lab kernel once for each recipe and keeps it: ``CACHE/lab-kernel/HASH/linux``.

    hash of the recipe -> in the cache? -> yes: done
                                        -> no: lock, unpack, edit, configure, make, strip, rename into the cache

The build works in ``HASH.building`` beside its goal and is renamed when whole: whoever looks sees a kernel that works
or none. A second builder waits for the first one's lock; what a killed builder left is removed by the next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from twin.errors import MachineLacks, RunBroke
from twin.lab import machine, recipe
from twin.lab.cache import SYSTEM_CACHE, cache_folder, places
from twin.lab.child import ending_with_parent
from twin.lab.foreground import signals_interrupt

#: Called with what is being done and the part of the whole that is done, 0 to 1.
Progress = Callable[[str, float], None]

_UNPACKED: Final = 0.04  # parts of the build's wall time, for the progress
_CONFIGURED: Final = 0.07


def silent(step: str, part: float) -> None:
    """A ``Progress`` that shows nothing."""


def ensure(progress: Progress = silent) -> Path:
    """The lab kernel's path, after building it if no cache has it.

    Raises ``MachineLacks`` when a build tool is missing and ``RunBroke`` when the build fails.
    """
    name = _recipe_hash()
    found = _find(name)
    if found is None:
        machine.require(machine.BUILD_LIST)
        found = _build_locked(cache_folder() / "lab-kernel", name, progress)
    if os.geteuid() == 0:
        _publish(found, SYSTEM_CACHE / "lab-kernel" / name / "linux")
    return found


def status() -> dict[str, Any]:
    """What ``twin lab status`` shows: the recipe's hash, the kernel's path (None: not built), its size, and what
    this machine lacks to build it."""
    missing = [need.thing for need in machine.lacking(machine.read_needs(machine.BUILD_LIST))]
    try:
        name = _recipe_hash()
    except MachineLacks:
        return {"recipe": None, "kernel": None, "size_bytes": None, "missing": missing}
    found = _find(name)
    return {
        "recipe": name,
        "kernel": str(found) if found else None,
        "size_bytes": found.stat().st_size if found else None,
        "missing": missing,
    }


def _find(name: str) -> Path | None:
    for cache in places():
        kernel = cache / "lab-kernel" / name / "linux"
        if os.access(kernel, os.X_OK):
            return kernel
    return None


def _recipe_hash() -> str:
    version = _output("dpkg-query", "--show", "--showformat=${Version}", recipe.SOURCE_PACKAGE)
    return recipe.recipe_hash(version, _output("gcc", "-dumpfullversion", "-dumpmachine"))


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True, env=_environment()).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as problem:
        machine.require(machine.BUILD_LIST)
        raise RunBroke(f"cannot tell the lab kernel's recipe: {' '.join(command)} failed: {problem}") from problem


def _build_locked(folder: Path, name: str, progress: Progress) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    kernel = folder / name / "linux"
    with signals_interrupt(), _lock(folder / f"{name}.lock", progress):
        if not kernel.exists():
            work = folder / f"{name}.building"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o755)
            try:
                _build(work, folder / f"{name}.log", progress)
                (work / "finished").rename(folder / name)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return kernel


@contextmanager
def _lock(path: Path, progress: Progress) -> Iterator[None]:
    with path.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another build of the lab kernel", 0.0)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(work: Path, log: Path, progress: Progress) -> None:
    """Unpack, edit, configure and make in ``work``; the result is ``work/finished/linux``."""
    log.write_text("", encoding="utf-8")
    source = work / recipe.SOURCE_PACKAGE
    make = ["make", "-C", str(source), *recipe.MAKE_ARGUMENTS]
    progress("unpacking the kernel's source", 0.0)
    for _ in _lines(["tar", "-C", str(work), "--use-compress-program=xz -T0", *_unpack_arguments()], log):
        pass
    recipe.apply_all(source)
    progress("configuring the lab kernel", _UNPACKED)
    (work / "config").write_text(recipe.config(), encoding="utf-8")
    for _ in _lines([*make, f"KCONFIG_ALLCONFIG={work / 'config'}", "allnoconfig"], log):
        pass
    jobs = len(os.sched_getaffinity(0))
    for count, _ in enumerate(_lines([*make, f"-j{jobs}", "linux"], log)):
        part = min(count / recipe.EXPECTED_STEPS, 1.0)
        progress("compiling the lab kernel", _CONFIGURED + (1 - _CONFIGURED) * part)
    finished = work / "finished"
    finished.mkdir(mode=0o755)
    for _ in _lines(["strip", "-o", str(finished / "linux"), str(source / "linux")], log):
        pass
    (finished / "linux").chmod(0o755)
    progress("the lab kernel is built", 1.0)


def _unpack_arguments() -> list[str]:
    return ["--extract", "--no-same-owner", "--wildcards", "-f", str(recipe.SOURCE_TARBALL), *recipe.WANTED_MEMBERS]


def _lines(command: list[str], log: Path) -> Iterator[str]:
    """Run ``command`` and yield its output's lines as they come; all of them go to ``log`` too.

    The command ends with this process, however that ends. Raises ``RunBroke`` when it fails.
    """
    with (
        log.open("a", encoding="utf-8") as record,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=_environment(),
            preexec_fn=ending_with_parent(),
        ) as process,
    ):
        try:
            assert process.stdout is not None
            for line in process.stdout:
                record.write(line)
                yield line
        except BaseException:
            process.terminate()
            raise
    if process.returncode != 0:
        raise RunBroke(f"building the lab kernel failed: {command[0]} ended with {process.returncode}", str(log))


def _environment() -> dict[str, str]:
    return {"PATH": machine.PROGRAM_PATH, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def _publish(kernel: Path, goal: Path) -> None:
    """Copy root's kernel to where every account finds it, unless it is there."""
    if goal.exists():
        return
    goal.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    part = goal.with_name(f"linux.{os.getpid()}.{time.monotonic_ns()}")
    shutil.copyfile(kernel, part)
    part.chmod(0o755)
    part.replace(goal)
