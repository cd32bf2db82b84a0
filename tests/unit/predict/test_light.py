"""Light in a prediction: dark for as long as mirrors turn, at the rate that closes, and noted as a run notes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from twin.errors import RunBroke
from twin.plan.model import Plan
from twin.predict import engine
from twin.predict.engine import Prediction, predict
from twin.workloads.scenario import Action, AllReduce, Circuit, Packets, Scenario

ScenarioOf = Callable[..., Scenario]
LitPlan = Callable[..., Plan]
SWITCHING_S = 15e-3
#: One way over the fibre ab: 100 km, and what equipment adds.
CIRCUIT = (Circuit("line", ("a", "b")),)


def times(prediction: Prediction, *names: str) -> list[tuple[float, str]]:
    """When each of these events happened from zero on."""
    return [
        (event["t_s"], event["event"]) for event in prediction.events if event["t_s"] >= 0 and event["event"] in names
    ]


def delay_s(prediction: Prediction, sequence: int) -> float:
    received: list[list[Any]] = prediction.outcome["workloads"]["probe"]["received"]
    return next(float(probe[2]) for probe in received if probe[0] == sequence)


def probe(count: int = 100) -> Packets:
    return Packets("probe", 0.0, "a-1", "b-1", "rtp", count, 1e-3)


def test_a_cut_is_dark_until_the_mirrors_have_turned(lit_plan: LitPlan, scenario_of: ScenarioOf) -> None:
    plan = lit_plan()
    scenario = scenario_of(probe(), circuits=CIRCUIT, timeline=(Action(0.05, "cut", "ab"),))
    prediction = predict(plan, scenario)
    assert times(prediction, "carrier-down", "barrier-passed", "carrier-up", "circuit-active") == [
        *[(0.05, "carrier-down")] * 2,
        *[(0.05 + SWITCHING_S, "carrier-up")] * 2,
        *[(0.05 + SWITCHING_S, "barrier-passed")] * 3,
        (0.05 + SWITCHING_S, "circuit-active"),
    ]
    sent = {probe[0] for probe in prediction.outcome["workloads"]["probe"]["received"]}
    # What was under way, and what was sent into the dark: 50 to 64 ms.
    assert sorted(set(range(100)) - sent) == [*range(50, 65)]
    round_about_s = delay_s(prediction, 70) - delay_s(prediction, 10)
    assert round_about_s == pytest.approx(150 * 4.8967e-6, rel=0.05)


def test_the_longer_way_closes_at_half_the_rate(lit_plan: LitPlan, scenario_of: ScenarioOf) -> None:
    """400 Gb/s over ab; 200 Gb/s over ca and bc, which both pairs of servers share."""
    rings = [AllReduce(f"w{n}", 0.0, (f"a-{n}", f"b-{n}"), 10**8, iterations=4, every_s=0.3) for n in (1, 2)]
    plan = lit_plan()
    before, after = [
        predict(plan, scenario_of(*rings, circuits=CIRCUIT, timeline=timeline)).events
        for timeline in ((), (Action(0.1, "cut", "ab"),))
    ]
    rates = [event["rate_bps"] for event in after if event["event"] == "carrier-up"]
    assert rates == [400e9, 400e9, 200e9, 200e9]
    assert [event["rate_bps"] for event in before if event["event"] == "carrier-up"] == [400e9, 400e9]


def test_a_rate_that_falls_under_way_slows_what_is_sent(lit_plan: LitPlan, scenario_of: ScenarioOf) -> None:
    """Four pairs of servers want 400 Gb/s; 6 dB more of loss leave the light 200 Gb/s in the middle of it."""
    plan = lit_plan(servers=4)
    sent = [AllReduce(f"w{n}", 0.0, (f"a-{n}", f"b-{n}"), 10**9, warmup=1) for n in range(1, 5)]
    calm, harmed = (
        predict(plan, scenario_of(*sent, circuits=CIRCUIT, timeline=timeline))
        for timeline in ((), (Action(0.12, "attenuate", "ab", level_db=6.0),))
    )
    took = [one.outcome["workloads"]["w1"]["iterations"][0] for one in (calm, harmed)]
    before_s = 0.12 - took[0]["start_s"]
    assert [event["rate_bps"] for event in harmed.events if event["event"] == "rate-changed"] == [200e9, 200e9]
    assert took[1]["time_s"] - before_s == pytest.approx(2 * (took[0]["time_s"] - before_s), rel=0.02)


def test_light_that_is_too_weak_takes_the_port_down_and_is_left(lit_plan: LitPlan, scenario_of: ScenarioOf) -> None:
    timeline = (Action(0.05, "attenuate", "ab", level_db=40.0),)
    prediction = predict(lit_plan(), scenario_of(probe(200), circuits=CIRCUIT, timeline=timeline))
    down, up, active = (times(prediction, name) for name in ("carrier-down", "carrier-up", "circuit-active"))
    assert down == [(0.05, "carrier-down")] * 2
    # Held for 5 ms, in case it was a cut; then the mirrors turn.
    assert up == [(pytest.approx(0.05 + 5e-3 + SWITCHING_S), "carrier-up")] * 2
    assert active == [(pytest.approx(0.05 + 5e-3 + SWITCHING_S), "circuit-active")]


def test_what_happened_to_light_is_noted_for_telemetry(lit_plan: LitPlan, scenario_of: ScenarioOf) -> None:
    timeline = (Action(0.05, "cut", "ab"), Action(0.2, "repair", "ab"))
    prediction = predict(lit_plan(), scenario_of(probe(), circuits=CIRCUIT, timeline=timeline, end_s=0.3))
    assert prediction.light is not None
    noted = [(line["at_s"], line["event"]) for line in prediction.light]
    assert noted[:4] == [(pytest.approx(-1.0 - SWITCHING_S), "connect")] * 4
    assert [line for line in noted if line[1] in ("cut", "repair")] == [(0.05, "cut"), (0.2, "repair")]


def test_circuits_are_there_a_second_before_the_experiment_begins(lit_plan: LitPlan, scenario_of: ScenarioOf) -> None:
    prediction = predict(lit_plan(), scenario_of(probe(), circuits=CIRCUIT))
    assert [(event["t_s"], event["event"]) for event in prediction.events if event["event"] == "circuit-active"] == [
        (-1.0, "circuit-active")
    ]
    (circuit,) = prediction.outcome["circuits"]
    assert circuit["rtt_s"] == pytest.approx(2 * delay_s(prediction, 0))


def test_what_was_asked_of_a_circuit_changes_under_way(lit_plan: LitPlan, scenario_of: ScenarioOf) -> None:
    """Made beside the old path, and no probe is lost."""
    away = (Circuit("line", ("a", "b"), avoid=("ab",)),)
    timeline = (Action(0.02, "change", "line", away[0]),)
    prediction = predict(lit_plan(), scenario_of(probe(), circuits=CIRCUIT, timeline=timeline))
    received = prediction.outcome["workloads"]["probe"]["received"]
    assert len({probe[0] for probe in received}) == 100
    assert delay_s(prediction, 99) - delay_s(prediction, 0) == pytest.approx(150 * 4.8967e-6, rel=0.05)


def test_circuits_are_rewired_in_steps(lit_plan: LitPlan, scenario_of: ScenarioOf) -> None:
    rewire = Action(0.02, "rewire", "", release=("line",), circuits=(Circuit("other", ("a", "c")),))
    circuits = (*CIRCUIT, Circuit("ac", ("a", "c")), Circuit("cb", ("c", "b")))
    prediction = predict(lit_plan(), scenario_of(probe(), circuits=circuits, timeline=(rewire,), end_s=5.0))
    told = [event["event"] for event in prediction.events if event["event"].startswith(("rewire", "rewiring"))]
    assert told[0] == "rewire-requested"
    assert {event["circuit"] for event in prediction.events if event["event"] == "circuit-active"} >= {"other"}
    assert len({probe[0] for probe in prediction.outcome["workloads"]["probe"]["received"]}) == 100


def test_a_refusal_is_told(lit_plan: LitPlan, scenario_of: ScenarioOf) -> None:
    timeline = (
        Action(0.1, "rewire", "", release=("nobody",), circuits=()),
        Action(0.2, "announce", "", workloads=()),
        Action(0.3, "release", "nobody"),
    )
    prediction = predict(lit_plan(), scenario_of(circuits=CIRCUIT, timeline=timeline, end_s=1.0))
    told = [event for event in prediction.events if event["source"] == "timeline"]
    assert [(event["event"], event.get("reason", "")) for event in told] == [
        ("rewire-requested", ""),
        ("rewire-refused", "there is no circuit 'nobody'"),
        ("traffic-announced", ""),
        ("traffic-refused", "this controller makes the circuits it is asked for, whatever is sent"),
        ("circuit-released", ""),
        ("circuit-refused", "there is no circuit 'nobody'"),
    ]


def test_circuits_that_are_not_there_in_time_break_the_prediction(
    lit_plan: LitPlan, scenario_of: ScenarioOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the mirrors had 10 ms to turn."""
    monkeypatch.setattr(engine, "SETTLED_S", -5e-3)
    with pytest.raises(RunBroke) as broken:
        predict(lit_plan(), scenario_of(probe(), circuits=CIRCUIT))
    assert broken.value.what == "circuit line is installing when the experiment begins: requested"
