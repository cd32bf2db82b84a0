"""Levels that move steadily, and when that first makes a difference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.drift import RESOLUTION_S, Drift, first_change, harm_at, level_of
from twin.physics.effects import Alarm, CarrierDown, CarrierUp, RateChange
from twin.physics.events import Attenuate, Cut, Degrade, Tick
from twin.physics.quality import NO_HARM

WORSE = Drift("amplifier", "ab.1", 0.0, 4.0, 10.0, 12.0)
BETTER = Drift("fibre", "ab", 4.0, 0.0, 10.0, 12.0)


def test_a_level_moves_evenly_in_db() -> None:
    assert [WORSE.level_db(at_s) for at_s in (10.0, 10.5, 11.0, 12.0, 99.0)] == [0.0, 1.0, 2.0, 4.0, 4.0]
    harm = harm_at(NO_HARM, [WORSE, BETTER], 11.5)
    assert (level_of(harm, "amplifier", "ab.1"), level_of(harm, "fibre", "ab")) == (3.0, 1.0)


@given(st.floats(0.01, 3.99))
def test_the_first_change_is_found_to_the_resolution(threshold_db: float) -> None:
    at_s = first_change([WORSE], lambda now_s: WORSE.level_db(now_s) >= threshold_db, 10.0, 12.0)
    assert at_s is not None
    assert at_s == pytest.approx(10.0 + threshold_db / 2, abs=2 * RESOLUTION_S)
    assert WORSE.level_db(at_s) >= threshold_db


def test_a_change_that_comes_and_goes_between_opposite_drifts_is_seen() -> None:
    def outcome(now_s: float) -> bool:
        return 10.5 <= now_s < 10.6

    assert first_change([WORSE, BETTER], outcome, 10.0, 12.0) == pytest.approx(10.5, abs=RESOLUTION_S)
    assert first_change([WORSE], lambda _: True, 10.0, 12.0) is None


def drive(player: Any, until_s: float) -> None:
    """Let the clock run, as the one who plays the plant does."""
    while (due_s := player.state.next_s) is not None and due_s <= until_s:
        player.play(Tick(), due_s)
    player.play(Tick(), until_s)


def told(player: Any) -> list[tuple[float, Any]]:
    return [(at_s, effect) for at_s, effect in player.seen if getattr(effect, "transceiver", "") == "a-t1"]


def level_that_leaves(kit: Any, rate_bps: float, first_db: float = 0.0) -> float:
    """The least level of ab.1 at which a plant degraded to it at once has no more than ``rate_bps``, by trying; it is
    at ``first_db`` before, because a mode in use stays without a margin."""
    low, high = 0.0, 30.0
    while high - low > 1e-7:
        player = kit.connected(kit.plan())
        effects = player.play(Degrade("ab.1", first_db), 2.0)
        effects += player.play(Degrade("ab.1", (low + high) / 2), 3.0)
        rates = [0.0 if isinstance(one, CarrierDown) else one.rate_bps for one in effects if not isinstance(one, Alarm)]
        there = (rates or [400e9])[-1] <= rate_bps
        low, high = (low, (low + high) / 2) if there else ((low + high) / 2, high)
    return high


def test_a_drift_changes_modes_when_its_level_is_reached(kit: Any) -> None:
    player = kit.connected(kit.plan())
    player.play(Degrade("ab.1", 30.0, over_s=10.0), 3.0)
    drive(player, 14.0)
    steps = told(player)
    kinds = [type(effect).__name__ for _, effect in steps]
    assert kinds == ["Alarm", "RateChange", "Alarm", "Alarm", "RateChange", "Alarm", "Alarm", "CarrierDown"]
    times = {effect.mode: at_s for at_s, effect in steps if isinstance(effect, RateChange)}
    assert times["300G"] == pytest.approx(3.0 + level_that_leaves(kit, 300e9) / 3, abs=1e-6)
    assert times["200G"] == pytest.approx(3.0 + level_that_leaves(kit, 200e9, first_db=6.0) / 3, abs=1e-6)
    (down_s,) = [at_s for at_s, effect in steps if isinstance(effect, CarrierDown)]
    assert down_s == pytest.approx(3.0 + level_that_leaves(kit, 0.0) / 3, abs=1e-6)
    assert player.state.drifts == ()
    assert player.state.next_s is None


def test_a_drift_back_undoes_what_it_did_and_ends_as_it_began(kit: Any) -> None:
    player = kit.connected(kit.plan())
    before = player.state.receivers
    player.play(Attenuate("ab", 30.0, over_s=1.0), 3.0)
    drive(player, 5.0)
    player.play(Attenuate("ab", 0.0, over_s=1.0), 5.0)
    drive(player, 7.0)
    (up,) = [effect for at_s, effect in told(player) if isinstance(effect, CarrierUp)]
    assert up.mode == "200G"
    assert [effect.mode for _, effect in told(player) if isinstance(effect, RateChange)][-1] == "400G"
    assert player.state.receivers == before


def test_a_change_at_once_ends_a_drift_and_another_starts_where_it_is(kit: Any) -> None:
    player = kit.connected(kit.plan())
    player.play(Degrade("ab.1", 4.0, over_s=2.0), 3.0)
    player.play(Degrade("ab.1", 0.0, over_s=1.0), 4.0)
    (drift,) = player.state.drifts
    assert drift == Drift("amplifier", "ab.1", 2.0, 0.0, 4.0, 5.0)
    player.play(Degrade("ab.1", 1.0), 4.5)
    assert player.state.drifts == ()
    assert player.state.harm.amplifiers["ab.1"] == 1.0


@given(looks=st.lists(st.floats(3.0, 9.0), max_size=5))
def test_looking_changes_nothing(kit: Any, looks: list[float]) -> None:
    """Ticks in between leave every effect and its time as they were."""
    runs = []
    for extra in ([], sorted(looks)):
        player = kit.connected(kit.plan())
        player.play(Degrade("ab.1", 30.0, over_s=5.0), 3.0)
        for at_s in extra:
            drive(player, at_s)
        drive(player, 9.0)
        runs.append(player.seen)
    assert runs[0] == runs[1]


def test_a_cut_during_a_drift(kit: Any) -> None:
    player = kit.connected(kit.plan())
    player.play(Degrade("ab.1", 30.0, over_s=10.0), 3.0)
    player.play(Cut("ab"), 3.5)
    drive(player, 14.0)
    assert told(player)[-1] == (3.5, Alarm("a-t1", "loss-of-signal", True))
