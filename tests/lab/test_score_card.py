"""Two lines of a controller's score card: what the plant's physics and a slow control channel make of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.scorecard import card
from twin.scorecard.subject import read

#: The catalogue's switching time of a WSS (assumed there), s.
WSS_S = 50e-3
DELAY_S = 50e-3


def test_a_circuit_takes_its_switching_time_and_a_slow_channel_its_messages(tmp_path: Path) -> None:
    made = card.run([read("optical_circuit", False, tmp_path)], card.chosen(["set-up", "slow"]), tmp_path)
    scores = made.scores["optical_circuit, optical"]
    assert scores["set-up"].values == pytest.approx({"mean_s": WSS_S, "longest_s": WSS_S, "circuits": 3}, abs=1e-4)
    # Loss of light, the new cross-connects and the light's return each travel once, and then the packets' flows.
    assert scores["slow"].values["outage_s"] == pytest.approx(WSS_S + 4 * DELAY_S, abs=2e-3)
