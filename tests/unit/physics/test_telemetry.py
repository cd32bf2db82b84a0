"""What transceivers and amplifiers report."""

from dataclasses import replace
from typing import Any

import pytest

from twin.physics import telemetry
from twin.physics.ber import pre_fec_ber
from twin.physics.events import Attenuate, Cut, Degrade
from twin.physics.telemetry import Reading


def found(plan: Any, player: Any) -> dict[tuple[str, str | None], Reading]:
    return {(one.element, one.towards): one for one in telemetry.read(plan, player.state)}


def levelled(plan: Any) -> Any:
    """The plan with powers on its lines: 4 dB lost before the booster, 16 dB in the span."""
    levels = {"levels_dbm": ((-20.0, 0.0), (-16.0, 0.0)), "sent_dbm": 1.0, "dropped_dbm": -20.0}
    lines = tuple(replace(line, **levels) for line in plan.light.lines)
    return replace(plan, light=replace(plan.light, lines=lines))


def test_a_lit_and_a_dark_transceiver(kit: Any) -> None:
    plan = levelled(kit.plan())
    seen = found(plan, kit.connected(plan))
    assert seen["a-t2", None] == Reading(
        "a-t2", "transceiver", None, "dark", output_dbm=1.0
    )  # fmt: skip
    lit = seen["a-t1", None]
    assert (lit.state, lit.mode, lit.input_dbm, lit.output_dbm) == ("up", "400G", -20.0, 1.0)
    assert lit.gsnr_db == pytest.approx(26.97, abs=0.01)
    assert lit.gsnr_db is not None
    assert lit.margin_db == pytest.approx(lit.gsnr_db - 24.0)
    assert lit.ber == pre_fec_ber(kit.modes[0], lit.gsnr_db)


def test_a_receiver_reads_what_its_own_site_drops(kit: Any) -> None:
    plan = levelled(kit.plan())
    dropped_dbm = {"a": -18.0, "b": -20.0, "c": -22.0}
    lines = tuple(replace(line, dropped_dbm=dropped_dbm[line.target]) for line in plan.light.lines)
    plan = replace(plan, light=replace(plan.light, lines=lines))
    seen = found(plan, kit.connected(plan))
    assert (seen["a-t1", None].input_dbm, seen["b-t1", None].input_dbm) == (-18.0, -20.0)


def test_an_amplifier_tells_what_its_line_did_so_far(kit: Any) -> None:
    plan = levelled(kit.plan())
    seen = found(plan, kit.connected(plan))
    booster, preamplifier = seen["ab.1", "b"], seen["ab.2", "b"]
    # 0.004 and 0.008 of noise in 62.5 GBd are a fifth of that in 12.5 GHz.
    assert booster.gsnr_db == pytest.approx(30.97, abs=0.01)
    assert preamplifier.gsnr_db == pytest.approx(27.96, abs=0.01)
    assert (preamplifier.state, preamplifier.input_dbm, preamplifier.output_dbm) == ("up", -16.0, 0.0)


def test_what_is_wrong_shows_where_it_is(kit: Any) -> None:
    plan = levelled(kit.plan())
    player = kit.connected(plan)
    player.play(Degrade("ab.1", 3.0), 2.0)
    player.play(Attenuate("bc", 3.0), 2.0)
    player.play(Cut("ac"), 2.0)
    seen = found(plan, player)
    states = {key: one.state for key, one in seen.items() if one.kind == "amplifier"}
    assert states == {
        # ab shares a duct with ac, so both are cut: only what stands before the cut has light.
        **{("ab.1", "b"): "degraded", ("ab.2", "b"): "dark", ("ab.1", "a"): "degraded", ("ab.2", "a"): "dark"},
        **{("bc.1", "c"): "up", ("bc.2", "c"): "degraded", ("bc.1", "b"): "up", ("bc.2", "b"): "degraded"},
        **{("ac.1", "c"): "up", ("ac.2", "c"): "dark", ("ac.1", "a"): "up", ("ac.2", "a"): "dark"},
    }
    assert seen["bc.2", "c"].input_dbm == -19.0
    dark = seen["ac.2", "c"]
    assert (dark.input_dbm, dark.output_dbm, dark.gsnr_db) == (None, None, None)
