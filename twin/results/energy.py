"""What the optical plant drew, and what each delivered bit cost: pure.

    optics.power              W, of all transceivers, amplifiers and optical switches (the plan's)
    optics.energy_per_bit     J/b: power x time / bits that reached servers, over the time of the samples
    W.optics_per_token        J: power / tokens per second, of trainings and inference

All are left out where the catalogue lacks a value, and the second where nothing was delivered. The plant draws the
same lit or idle, so a bit is dear in a plant that is hardly used.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from twin.plan.model import Plan
from twin.results.document import Metric, Metrics


def energy_metrics(plan: Plan, table: pa.Table) -> Metrics:
    """The metrics of ``plan``'s plant over the samples ``table``."""
    if plan.light is None or plan.light.power_w is None:
        return {}
    power_w = plan.light.power_w
    found: Metrics = {"optics.power": Metric(power_w, "W")}
    times: list[Any] = table.column("t_s").to_pylist()
    bits = 8 * _delivered_bytes(plan, table)
    if bits:
        found["optics.energy_per_bit"] = Metric(power_w * (max(times) - min(times)) / bits, "J/b")
    return found


def per_token(metrics: Metrics) -> Metrics:
    """What the plant drew for each token, for every workload that tells its tokens per second."""
    power = metrics.get("optics.power")
    if power is None:
        return {}
    rates = {name: metric.value for name, metric in metrics.items() if name.endswith(".tokens_rate")}
    return {
        f"{name.removesuffix('.tokens_rate')}.optics_per_token": Metric(power.value / rate, "J")
        for name, rate in rates.items()
        if rate > 0
    }


def _delivered_bytes(plan: Plan, table: pa.Table) -> int:
    """Bytes that left a switch for a server, frames and all, between the first sample and the last."""
    counts: dict[tuple[str, str], list[int]] = {}
    columns = (table.column(name).to_pylist() for name in ("link", "node", "tx_bytes"))
    for link, node, tx_bytes in zip(*columns, strict=True):
        if plan.link_by_name[link].kind == "nic" and node not in plan.server_by_name:
            counts.setdefault((link, node), []).append(tx_bytes)
    return sum(sent[-1] - sent[0] for sent in counts.values())
