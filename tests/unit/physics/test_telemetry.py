"""What transceivers and lines report."""

from typing import Any

import pytest

from twin.physics import telemetry
from twin.physics.ber import pre_fec_ber
from twin.physics.events import Attenuate, Cut


def test_a_lit_and_a_dark_transceiver(kit: Any) -> None:
    player = kit.connected(kit.plan())
    found = {reading.name: reading for reading in telemetry.transceivers(player.state)}
    assert found["a-t2"] == telemetry.TransceiverReading("a-t2", "dark", None, None, None, None)
    lit = found["a-t1"]
    assert (lit.state, lit.mode) == ("up", "400G")
    assert lit.gsnr_db == pytest.approx(26.97, abs=0.01)
    assert lit.gsnr_db is not None
    assert lit.ber == pre_fec_ber(kit.modes[0], lit.gsnr_db)


def test_lines_lose_what_their_fibre_loses_and_vanish_when_it_is_cut(kit: Any) -> None:
    plan = kit.plan()
    player = kit.connected(plan)
    before = telemetry.lines(plan.light, player.state)
    assert [(line.fibre, line.source) for line in before][:3] == [("ab", "a"), ("ab", "b"), ("bc", "b")]
    assert (before[0].launch_dbm, before[0].received_dbm) == (0.0, -16.0)
    assert before[0].gsnr_db == pytest.approx(20.97, abs=0.01)
    player.play(Attenuate("ab", 3.0), 2.0)
    after = telemetry.lines(plan.light, player.state)
    assert after[0].received_dbm == pytest.approx(-19.0)
    assert after[0].gsnr_db < before[0].gsnr_db
    player.play(Cut("bc"), 2.0)
    assert {line.fibre for line in telemetry.lines(plan.light, player.state)} == {"ab", "ac"}
