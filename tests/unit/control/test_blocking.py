"""One link blocks what Erlang says, be it for lack of channels or of transceivers, and through the whole brain."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest

from twin.control.arrivals import batch_interval, erlang_b, moments, poisson_arrivals
from twin.control.blocking import in_batches, refusals
from twin.control.brain import optical_circuit
from twin.control.events import CircuitReleased, CircuitRequested
from twin.control.plant import Plant
from twin.control.route import CHANNELS
from twin.plan.model import Plan

LINK = [("a", "b")]


def link(plan_of: Callable[..., Plan], make_site: Callable[..., Any], transceivers: int) -> Plan:
    return plan_of([make_site(name, transceivers=transceivers) for name in "ab"], [("ab", "a", "b", 100)])


@pytest.mark.parametrize(("erlangs", "servers"), [(5.0, 10), (8.0, 10), (30.0, 24)])
@pytest.mark.parametrize("scarce", ["transceivers", "channels"])
def test_one_link_blocks_what_erlang_says(
    scarce: str, erlangs: float, servers: int, plan_of: Any, make_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = link(plan_of, make_site, servers if scarce == "transceivers" else 40)
    if scarce == "channels":
        monkeypatch.setitem(CHANNELS, "roadm", range(1, servers + 1))
    load = poisson_arrivals(LINK, erlangs, holding_s=1.0, seed=1)
    mean, half = batch_interval(in_batches(refusals(Plant(plan), load), 1000, 10, 4000))
    assert abs(mean - erlang_b(erlangs, servers)) < half
    assert half < 0.02


def test_the_whole_brain_blocks_what_erlang_says(plan_of: Any, make_site: Any, bench_of: Any) -> None:
    """Drains of a millisecond do not count where circuits last for hours. Names are used again, as people do."""
    plan = link(plan_of, make_site, 5)
    bench = bench_of(optical_circuit(plan), plan)
    network, brain = bench.network, bench.brain
    refused: list[bool] = []
    names = [f"c{number}" for number in range(6)]
    up: dict[str, str] = {}
    for moment in moments(islice(poisson_arrivals(LINK, erlangs=4.0, holding_s=1e4, seed=3), 2000)):
        who, now_s = moment.arrival.name, 10.0 + moment.at_s
        if moment.asks:
            (answer,) = bench.answers(network.play(brain, CircuitRequested(names[-1], ("a", "b")), now_s))
            refused.append(not answer.ok)
            if answer.ok:
                up[who] = names.pop()
        elif who in up:
            names.append(up.pop(who))
            network.play(brain, CircuitReleased(names[-1]), now_s)
    mean, half = batch_interval(in_batches(refused, 100, 10, 190))
    assert abs(mean - erlang_b(4.0, 5)) < half


def test_batches_leave_the_warm_up_out() -> None:
    assert in_batches([True, True, False, True, False, False, True], warmup=2, batches=2, size=2) == [(2, 1), (2, 0)]
