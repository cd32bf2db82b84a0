"""A benchmark's figures, made up."""

from __future__ import annotations

from typing import Any


def accuracy() -> dict[str, Any]:
    """One row over one switch and two."""
    row = {
        "rate_bps": 100e9,
        "delay_s": 1e-3,
        "mtu": 9000,
        "flows": 1,
        "loss": 0.01,
        "ramp_rtts": 14.0,
        "measure_s": 1.0,
    }
    chain: dict[str, Any] = {
        "switches": 1,
        "delays_s": [1e-3 + 3e-9, 1e-3 + 2e-9],
        "rtts_s": [2e-3 + 6e-9, 2e-3 - 7e-9],
        "tcp_bps": 100e9 * 8948 / 9014 * 1.001,
        "udp_bps": 99.5e9,
        "udp_expected_bps": 99.5e9,
        "dropped": 0,
    }
    lossy = {key: value for key, value in chain.items() if key != "tcp_bps"} | {"switches": 2, "lost": 203}
    lossy["delays_s"], lossy["rtts_s"] = list(chain["delays_s"]), list(chain["rtts_s"])
    overrun = {"sent": 300, "arrived": 115, "counted": 185, "expected": 185}
    return {
        "rows": [{"row": row, "name": "100 Gb/s, 1 ms", "wall_s": 5.0, "chains": [chain, lossy], "overrun": overrun}],
        "stock": [{"delays_s": [1.1e-3], "rtts_s": [2.2e-3], "tcp_bps": 4e9}],
        "loss_probes": 20_000,
    }


def cost() -> dict[str, Any]:
    """Half a second for one GB over two links."""
    return {
        "flows": [{"switches": 1, "links": 2, "size_bytes": 10**9, "time_s": 0.1, "sent": 10**9, "wall_s": 0.5}],
        "ring": {"servers": 4, "links": 2, "size_bytes": 10**9, "time_s": 0.121, "wall_s": 6.0},
        "memory": {"servers": 204_800.0, "links": 102_400.0, "switches": 153_600.0},
    }


def build(finished: bool = True) -> dict[str, Any]:
    """A thousand servers."""
    size = {
        "servers": 1000,
        "switches": 100,
        "links": 1099,
        "boot_s": 1.5,
        "built_s": 9.0,
        "pinged_s": 10.0,
        "idle_wall_s": 0.3,
        "removed_s": 1.25,
        "limit_s": 420.0,
        "stock": {"built_s": 200.0, "pinged_s": 201.0, "removed_s": 60.0} if finished else None,
    }
    return {"sizes": [size], "idle_s": 30.0}


def peer() -> dict[str, Any]:
    """ns-3 takes ten times as long."""
    case = {"twin": {"seconds": 0.1, "wall_s": 1.0}, "ns3": {"seconds": 0.101, "wall_s": 10.0, "whole_s": 12.0}}
    case["predicted"] = {"seconds": 0.099, "wall_s": 0.0015}
    return {"dumbbell": {"size_bytes": 10**9, **case}, "ring": {"size_bytes": 2 * 10**8, **case}}


def planning() -> dict[str, Any]:
    """Two sizes."""
    small = {"asked": 50, "planned": 50, "refused": 0, "wall_s": 2.5, "cpu_s": 2.25}
    return {"sizes": [small, {"asked": 200, "planned": 190, "refused": 10, "wall_s": 3.5, "cpu_s": 3.25}]}


def control() -> dict[str, Any]:
    """Two kinds of path requests, three cuts, three sizes of plants to engineer."""
    return {
        "paths": [
            {"kind": "quickest path", "requests": 1000, "placed": 1000, "cpu_s": 0.25},
            {"kind": "two disjoint paths", "requests": 1000, "placed": 705, "cpu_s": 0.8},
        ],
        "decisions": {"circuits": 99, "sites": 75, "times_s": [0.002, 0.004, 0.009]},
        "engineering": [
            {"sites": 4, "ports": 2, "drawn": 5, "greedy": 0.0005, "exact": 0.25, "mean": 1.05, "most": 1.2},
            {"sites": 5, "skipped": "OR-tools is not installed (pip install 'twin[exact]')"},
            {"sites": 75, "ports": 6, "drawn": 1, "greedy": 2.5},
        ],
    }


def blocking() -> dict[str, Any]:
    """One link at two loads, and a network."""
    low = {"share": 0.8, "erlangs": 76.8, "asked": 30_000, "blocked": 0.0035, "half": 0.001}
    high = {"share": 1.0, "erlangs": 96.0, "asked": 30_000, "blocked": 0.0775, "half": 0.004}
    net = {"share": 0.5, "erlangs": 690.5, "asked": 30_000, "blocked": 0.00002, "half": 0.00001}
    none = {"share": 0.3, "erlangs": 414.3, "asked": 30_000, "blocked": 0.0, "half": 0.0}
    return {"one link": [low, high], "CORONET CONUS": [none, net]}


def prediction() -> dict[str, Any]:
    """Two sizes of two kinds, one of the others."""
    small = {"count": 100, "cpu_s": 0.05, "memory_bytes": 20 * 2**20, "predicted_s": 0.0625}
    large = {"count": 10_000, "cpu_s": 2.5, "memory_bytes": 190 * 2**20, "predicted_s": 0.0623}
    tenfold = {"count": 1000, "cpu_s": 0.6, "memory_bytes": 30 * 2**20, "predicted_s": 0.0625}
    return {"ranks": [small, large], "apart": [small, tenfold], "shared": [small], "in-turn": [small]}


def everything() -> dict[str, Any]:
    """All parts, and the machine."""
    machine = {"cpu": "Fast CPU", "cpus": 2, "memory_gib": 24, "kernel": "6.1.0"}
    parts = {"accuracy": accuracy(), "cost": cost(), "build": build(), "peer": peer(), "planning": planning()}
    parts |= {"control": control(), "blocking": blocking(), "prediction": prediction()}
    return {"machines": dict.fromkeys(parts, machine), "quick": False, **parts}
