"""The peer: the same dumbbell and the same ring all-reduce in ns-3, emulated and predicted, and how long each takes."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench import cases, expected, labs
from bench.table import Table, seconds, share, times
from twin.plan.codec import to_json
from twin.predict.engine import predict
from twin.units import show_rate, show_size
from twin.workloads.graph import GraphBuilder
from twin.workloads.scenario import AllReduce, Controller, Scenario, Trace, Workload

ROOT: Final = Path(__file__).parents[1]
#: ``make bench`` installs ns-3 here.
PYTHON: Final = ROOT / ".venv" / "ns3" / "bin" / "python"
SCRIPT: Final = ROOT / "bench" / "ns3" / "run.py"
DUMBBELL: Final = cases.Row(100e9, 1e-3, 9000)
RING: Final = cases.Row(100e9, 100e-6, 9000)
RANKS: Final = 4
FULL = {"dumbbell": 10**9, "ring": 2 * 10**8}
QUICK = {"dumbbell": 10**8, "ring": 2 * 10**7}
LIMIT_S: Final = 200.0


def measure(quick: bool, say: Callable[[str], None], python: Path = PYTHON) -> dict[str, Any]:
    """Both scenarios, ours and ns-3's; without ns-3 only ``skipped``, which says why."""
    why = lacking(python)
    if why:
        say(f"peer: skipped, {why}")
        return {"skipped": why}
    sizes = QUICK if quick else FULL
    say("peer: the twin")
    ours = labs.ask("versus", {"rows": [to_json(DUMBBELL), to_json(RING)], "ranks": RANKS, **sizes})
    found = {}
    for name, row, count in (("dumbbell", DUMBBELL, None), ("ring", RING, RANKS)):
        say(f"peer: ns-3, {name}")
        twin = {**ours.found[name], "wall_s": ours.between(f"{name}-start", f"{name}-end")}
        theirs = simulate(python, name, row, sizes[name], count)
        ahead = foresee(name, sizes[name])
        found[name] = {"size_bytes": sizes[name], "twin": twin, "ns3": theirs, "predicted": ahead}
    return found


def foresee(name: str, size_bytes: int) -> dict[str, float]:
    """One scenario by the predictor, on connections as cold."""
    plan = cases.chain(DUMBBELL, 2) if name == "dumbbell" else cases.star(RING, RANKS)
    servers = tuple(server.name for server in plan.servers)
    flow = GraphBuilder(2)
    flow.message(0, 1, size_bytes, ())
    workload: Workload = Trace(name, 0.0, servers, flow.build(), "")
    if name == "ring":
        workload = AllReduce(name, 0.0, servers, size_bytes, schedule="lock-step")
    scenario = Scenario(1, name, 1, Controller("static_path", ""), (), (workload,), (), (), 3600.0, None, 3600.0)
    start_s = time.monotonic()
    record = predict(plan, scenario).outcome["workloads"][name]
    return {"seconds": record["iterations"][0]["time_s"], "wall_s": time.monotonic() - start_s}


def lacking(python: Path) -> str | None:
    """Why ns-3 cannot run here, or None."""
    if not python.exists():
        return "ns-3 is not installed (make bench installs the wheel ns3, where this Python and machine have one)"
    done = subprocess.run([python, "-c", "import ns"], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"ns-3 does not start: {done.stderr.strip().splitlines()[-1]}"


def simulate(python: Path, name: str, row: cases.Row, size_bytes: int, count: int | None) -> dict[str, float]:
    """One scenario in ns-3, natively: its result, and the wall time without Python's start."""
    tail = [repr(row.rate_bps), repr(row.delay_s), str(size_bytes), str(row.mtu), str(buffer_bytes(row))]
    command = [str(python), str(SCRIPT), name, *([] if count is None else [str(count)]), *tail]
    start_s = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT_S)
    whole_s = time.monotonic() - start_s
    found: dict[str, float] = json.loads(done.stdout)
    return {**found, "whole_s": whole_s}


def buffer_bytes(row: cases.Row) -> int:
    """Socket buffers as the plan sizes them: twice the bandwidth-delay product, at least 4 MiB."""
    return int(max(2 * row.bdp_bytes, 4 << 20))


def tables(found: dict[str, Any]) -> list[Table]:
    """Both beside each other."""
    if "skipped" in found:
        return [Table("Beside ns-3", ("skipped",), ((found["skipped"],),))]
    dumbbell, ring = found["dumbbell"], found["ring"]
    lines = [
        _line(f"dumbbell, 100 Gb/s, 1 ms, {show_size(dumbbell['size_bytes'])}, one flow", dumbbell),
        _line(f"ring all-reduce, {RANKS} x 100 Gb/s, 100 us, {show_size(ring['size_bytes'])}, lock-step", ring),
    ]
    ideal_s = expected.ring_time_s(RANKS, ring["size_bytes"], RING.rate_bps * expected.tcp_share(9000), RING.delay_s)
    note = (
        "The same graph, rate, delay, MTU, buffers and TCP CUBIC, cold connections: slow start is part of it. "
        "ns-3 without its HyStart, which ends slow start long before the line is full, where Linux's does not. Wall "
        "time of the twin in the lab, of ns-3 (its PyPI wheel) on the host, both without start and set-up. "
        f"At line rate the ring would take {ideal_s * 1e3:.1f} ms. Apart: from ns-3. Ratio: of ns-3's wall time."
    )
    columns = ("what", "predicted", "twin", "ns-3", "apart", *(f"goodput, {who}" for who in ("twin", "ns-3")))
    columns += (*(f"wall, {who}" for who in ("predicted", "twin", "ns-3")), "ratio")
    return [Table("Beside ns-3", columns, tuple(lines), note)]


def _line(name: str, case: dict[str, Any]) -> tuple[str, ...]:
    ours, theirs, size = case["twin"], case["ns3"], case["size_bytes"]
    ahead = case.get("predicted")  # figures that were kept from before have none
    return (
        name,
        f"{ahead['seconds'] * 1e3:.1f} ms" if ahead else "",
        f"{ours['seconds'] * 1e3:.1f} ms",
        f"{theirs['seconds'] * 1e3:.1f} ms",
        share(ours["seconds"], theirs["seconds"]),
        show_rate(round(size * 8 / ours["seconds"] / 1e6) * 1e6),
        show_rate(round(size * 8 / theirs["seconds"] / 1e6) * 1e6),
        f"{ahead['wall_s'] * 1e3:.1f} ms" if ahead else "",
        seconds(ours["wall_s"]),
        seconds(theirs["wall_s"]),
        times(theirs["wall_s"] / ours["wall_s"]),
    )
