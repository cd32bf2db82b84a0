"""Counters over time: ``samples.csv``, one row for each shaped direction and sample."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from twin.emulation.network import Network
from twin.traffic.context import Context

COLUMNS = ("t_s", "link", "node", "tx_bytes", "tx_packets", "dropped_packets", "backlog_bytes")


class Sampler:
    """Samples ``network`` every ``every_s`` seconds; remembers each queue's greatest length seen.

    ``late_s`` is how late the latest sample came, in seconds: on the virtual clock none is late; on the real clock it
    tells how far the machine fell behind."""

    def __init__(self, network: Network, every_s: float) -> None:
        self._network = network
        self._every_s = every_s
        self.late_s = 0.0
        self._deepest: dict[tuple[str, str, str], int] = {}

    async def run(self, context: Context, path: Path) -> None:
        """Write a row per direction until cancelled."""
        with path.open("w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            index = 0
            while True:
                await context.sleep_until(index * self._every_s)
                now_s = context.now_s()
                self.late_s = max(self.late_s, now_s - index * self._every_s)
                self._write(writer, now_s)
                index += 1

    def _write(self, writer: Any, now_s: float) -> None:
        rows: dict[tuple[str, str], list[int]] = {}
        for direction, counters in self._network.statistics():
            place = (direction.link, direction.node)
            key = (*place, direction.kind)
            self._deepest[key] = max(self._deepest.get(key, 0), counters.backlog_bytes)
            row = rows.setdefault(place, [0, 0, 0, 0])
            if direction.kind == "rate" or not row[0]:
                row[:2] = [counters.sent_bytes, counters.sent_packets]
            row[2] += counters.dropped
            if direction.kind == "rate":
                row[3] = counters.backlog_bytes
        for (link, node), row in rows.items():
            writer.writerow([f"{now_s:.9f}", link, node, *row])

    def queues(self) -> list[dict[str, Any]]:
        """What every queue lost and how long it was seen to be."""
        return [
            {
                "link": direction.link,
                "node": direction.node,
                "kind": direction.kind,
                "dropped_packets": counters.dropped,
                "max_backlog_bytes": self._deepest.get((direction.link, direction.node, direction.kind), 0),
            }
            for direction, counters in self._network.statistics()
        ]
