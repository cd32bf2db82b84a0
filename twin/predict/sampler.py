"""Counters over time, as the lab's sampler writes them: one row for each direction and sample."""

from __future__ import annotations

from twin.predict.simulator import Simulator

COLUMNS = ("t_s", "link", "node", "tx_bytes", "tx_packets", "dropped_packets", "backlog_bytes")


class Sampler:
    """``rows`` begins with the heading. Packets are counted as full frames; nothing is dropped and nothing waits."""

    def __init__(self, simulator: Simulator, every_s: float) -> None:
        self.rows: list[list[str]] = [list(COLUMNS)]
        self._simulator = simulator
        self._every_s = every_s
        self._index = 0
        self._shown = [
            (number, direction.link, direction.node)
            for number, direction in enumerate(simulator.directions.all)
            if direction.rate_bps is not None or direction.delay_s > 0
        ]

    def sample(self) -> None:
        """Write a row for each direction that shapes or delays, and come again."""
        t_s = f"{self._simulator.now_s:.9f}"
        moved = self._simulator.carried.moved_bits(self._simulator.now_s)
        frame_bits = self._simulator.segment_bits
        for number, link, node in self._shown:
            bits = moved[number]
            self.rows.append([t_s, link, node, str(round(bits / 8)), str(round(bits / frame_bits)), "0", "0"])
        self._index += 1
        self._simulator.at(self._index * self._every_s, self.sample)
