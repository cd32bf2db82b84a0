"""The plant while it is switched and harmed: protocol traces, and rules that always hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.effects import Alarm, CarrierDown, CarrierUp, Install, RateChange, Remove
from twin.physics.events import Attenuate, Connect, Cut, Degrade, Disconnect, Event, Repair, Tick
from twin.physics.plant import Plant
from twin.physics.wiring import Wiring


def carriers(effects: list[Any]) -> list[Any]:
    return [effect for effect in effects if isinstance(effect, (CarrierUp, CarrierDown, RateChange))]


UP = [CarrierUp("a-t1", "400G", 400e9), CarrierUp("b-t1", "400G", 400e9)]


def test_a_cross_connect_is_dark_for_the_switching_time(kit: Any) -> None:
    plan = kit.plan()
    player = kit.player(plan)
    crosses = [*kit.add(plan, "a", 1, "ab", 7), *kit.add(plan, "b", 1, "ab", 7)]
    for cross in crosses:
        assert player.play(Connect(cross), 2.0) == []
    assert player.state.next_s == pytest.approx(2.015)
    assert not player.state.settled("a-roadm")
    assert player.play(Tick(), 2.0149) == []
    effects = player.play(Tick(), player.state.next_s)
    assert effects[:4] == [Install(cross) for cross in sorted(crosses)]
    assert carriers(effects) == UP
    assert [e for e in effects if isinstance(e, Alarm)] == [
        Alarm("a-t1", "loss-of-signal", False),
        Alarm("b-t1", "loss-of-signal", False),
    ]
    assert player.state.settled("a-roadm")
    assert player.state.next_s is None


def test_a_receiver_locks_before_its_port_comes_up(kit: Any) -> None:
    player = kit.connected(kit.plan(lock_s=5.67))
    assert player.state.receivers["b-t1"].state == "locking"
    assert player.state.next_s == pytest.approx(5.685)
    assert carriers(player.play(Tick(), 5.6)) == []
    assert carriers(player.play(Tick(), player.state.next_s)) == UP


def test_light_is_dark_at_once_when_a_cross_connect_is_undone(kit: Any) -> None:
    plan = kit.plan()
    player = kit.connected(plan)
    adds, _ = kit.add(plan, "a", 1, "ab", 7)
    effects = player.play(Disconnect(adds), 3.0)
    assert effects == [Remove(adds), CarrierDown("b-t1", "no light"), Alarm("b-t1", "loss-of-signal", True)]
    assert player.state.receivers["a-t1"].state == "up"  # the other direction still has light


def test_undoing_one_that_is_still_being_made(kit: Any) -> None:
    plan = kit.plan()
    player = kit.player(plan)
    adds, _ = kit.add(plan, "a", 1, "ab", 7)
    player.play(Connect(adds), 0.0)
    assert player.play(Disconnect(adds), 0.01) == [Remove(adds)]
    assert player.state.next_s is None
    assert player.play(Tick(), 1.0) == []


def test_a_cut_takes_the_whole_shared_risk_group(kit: Any) -> None:
    player = kit.connected(kit.plan())
    effects = player.play(Cut("ac"), 3.0)
    assert carriers(effects) == [CarrierDown("a-t1", "no light"), CarrierDown("b-t1", "no light")]
    assert player.state.cuts == {"ab", "ac"}
    assert carriers(player.play(Repair("ab"), 4.0)) == []  # it was not cut itself
    assert carriers(player.play(Repair("ac"), 5.0)) == UP


@pytest.mark.parametrize(
    ("level_db", "mode", "alarm"),
    [(3.0, "400G", False), (5.0, "400G", True), (6.0, "300G", False), (12.0, "200G", False)],
)
def test_degradation_lowers_the_rate_live(kit: Any, level_db: float, mode: str, alarm: bool) -> None:
    player = kit.connected(kit.plan())
    effects = player.play(Degrade("ab.1", level_db), 3.0)
    rate_bps = {"400G": 400e9, "300G": 300e9, "200G": 200e9}[mode]
    changed = [] if mode == "400G" else [RateChange(name, mode, rate_bps) for name in ("a-t1", "b-t1")]
    assert carriers(effects) == changed
    raised = [Alarm(name, "low-margin", True) for name in ("a-t1", "b-t1")] if alarm else []
    assert [effect for effect in effects if isinstance(effect, Alarm)] == raised
    back = carriers(player.play(Degrade("ab.1", 0.0), 4.0))
    assert back == ([RateChange(name, "400G", 400e9) for name in ("a-t1", "b-t1")] if changed else [])


def test_degradation_beyond_all_modes_takes_the_port_down(kit: Any) -> None:
    player = kit.connected(kit.plan())
    effects = player.play(Attenuate("ab", 25.0), 3.0)
    assert carriers(effects) == [CarrierDown("a-t1", "GSNR too low"), CarrierDown("b-t1", "GSNR too low")]
    assert player.state.receivers["a-t1"].alarms == {"low-margin"}
    assert carriers(player.play(Attenuate("ab", 0.0), 4.0)) == UP


def test_a_route_over_two_fibres_and_one_on_a_channel_outside_the_band(kit: Any) -> None:
    plan = kit.plan()
    for channel, state in ((51, "up"), (52, "low")):
        assert kit.connected(plan, channel).state.receivers["a-t1"].state == state


SITES = ("a", "b", "c")
times = st.floats(0, 0.03)


@st.composite
def events(draw: st.DrawFn, kit: Any, plan: Any) -> Event:
    kind = draw(st.sampled_from(["connect", "disconnect", "cut", "repair", "degrade", "attenuate", "tick"]))
    fibre = draw(st.sampled_from(["ab", "bc", "ac"]))
    if kind in ("connect", "disconnect"):
        channel, number = draw(st.integers(1, 2)), draw(st.integers(1, 2))
        cross = draw(st.sampled_from(kit.add(plan, draw(st.sampled_from(fibre)), number, fibre, channel)))
        return Connect(cross) if kind == "connect" else Disconnect(cross)
    level_db = draw(st.sampled_from([0.0, 3.0, 6.0, 30.0]))
    over_s = draw(st.sampled_from([0.0, 0.02]))
    return {
        "cut": Cut(fibre),
        "repair": Repair(fibre),
        "degrade": Degrade(f"{fibre}.{draw(st.integers(1, 2))}", level_db, over_s),
        "attenuate": Attenuate(fibre, level_db, over_s),
    }.get(kind, Tick())


@given(st.data())
def test_carriers_alternate_and_say_what_the_receivers_are(kit: Any, data: st.DataObject) -> None:
    """Any sequence of events: a port comes up only after it was down, its rate changes only while it is up, what is
    up has light of a mode that closes, and both ends of a pair use one mode."""
    plan = kit.plan(lock_s=data.draw(st.sampled_from([0.0, 0.01])))
    player, now_s, up = kit.player(plan), 0.0, dict[str, float]()
    for _ in range(data.draw(st.integers(1, 25))):
        now_s += data.draw(times)
        while (due_s := player.state.next_s) is not None and due_s <= now_s:
            follow(player.play(Tick(), due_s), up)
        follow(player.play(data.draw(events(kit, plan)), now_s), up)
        check(player, up, now_s)


def follow(effects: list[Any], up: dict[str, float]) -> None:
    for effect in carriers(effects):
        assert (effect.transceiver in up) == (not isinstance(effect, CarrierUp))
        if isinstance(effect, CarrierDown):
            del up[effect.transceiver]
        else:
            up[effect.transceiver] = effect.rate_bps


def check(player: Any, up: dict[str, float], now_s: float) -> None:
    receivers = player.state.receivers
    assert {name: r.mode.rate_bps for name, r in receivers.items() if r.state == "up"} == up
    for receiver in receivers.values():
        assert (receiver.seen is None) == (receiver.state == "dark")
        assert ("loss-of-signal" in receiver.alarms) == (receiver.state == "dark")
        if receiver.mode is not None:
            assert receiver.seen.gsnr_db >= receiver.mode.osnr_db
    for name, beam in Wiring(player.plan).beams(player.state.connects, player.state.cuts).items():
        if receivers[name].state == receivers[beam.sender].state == "up":
            assert receivers[name].mode == receivers[beam.sender].mode
    _, effects = player.plant.step(player.state, Tick(), now_s)
    assert [effect for effect in effects if not isinstance(effect, Install)] == []  # nothing is left undone


@given(st.data())
def test_a_step_that_goes_on_finds_what_one_that_looks_at_all_finds(kit: Any, data: st.DataObject) -> None:
    plan = kit.plan(lock_s=data.draw(st.sampled_from([0.0, 0.01])))
    player, now_s = kit.player(plan), 0.0
    for _ in range(data.draw(st.integers(1, 25))):
        now_s += data.draw(times)
        due_s = player.state.next_s
        event: Event = Tick()
        if due_s is not None and due_s <= now_s:
            now_s = due_s
        else:
            event = data.draw(events(kit, plan))
        anew = Plant(plan).step(player.state, event, now_s)
        effects = player.play(event, now_s)
        assert (player.state, tuple(effects)) == anew


@given(st.data())
def test_cuts_and_repairs_leave_nothing_behind(kit: Any, data: st.DataObject) -> None:
    player = kit.connected(kit.plan())
    before = player.state
    harm = data.draw(st.lists(st.sampled_from(["ab", "bc", "ac"]), max_size=6))
    for fibre in harm:
        player.play(Cut(fibre), 2.0)
    for fibre in harm:
        player.play(Repair(fibre), 3.0)
    assert player.state == before


def test_a_fibre_of_two_ducts_is_dark_until_both_cuts_are_repaired(kit: Any) -> None:
    plan = kit.plan()
    risks = {"duct": ("ab", "ac"), "bridge": ("bc", "ac")}
    player = kit.connected(replace(plan, light=replace(plan.light, shared_risks=risks)))
    for event, cuts in (
        (Cut("ab"), {"ab", "ac"}),
        (Cut("bc"), {"ab", "ac", "bc"}),
        (Repair("ab"), {"ac", "bc"}),
        (Repair("bc"), set()),
    ):
        player.play(event, 3.0)
        assert player.state.cuts == cuts
