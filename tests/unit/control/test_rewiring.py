"""Many circuits changed in steps: solved, drained, verified empty, rewired, qualified, undrained; or rolled back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.control.brain import Brain, optical_circuit
from twin.control.commands import Answer, Wake
from twin.control.events import CircuitRequested, Event, FlowRefused, RewireRequested, SwitchConnected, Woken
from twin.control.fake_network import FakeNetwork
from twin.control.flows import CROSS_CONNECT_PRIORITY
from twin.control.rewiring import Unit, units_of
from twin.control.service import PLAIN, Service
from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology

AROUND = Service(avoid=frozenset({"ab"}))


def circuit(name: str, sites: str, service: Service = PLAIN) -> CircuitRequested:
    return CircuitRequested(name, (sites[0], sites[1]), service)


def told(bench: Any, commands: list[Any]) -> list[tuple[str, Any, Any]]:
    """(what, step or reason, released) of what a rewiring recorded."""
    found = [(event, details) for event, details in bench.records(commands) if event.startswith("rewire")]
    return [(event[7:], d.get("step", d.get("reason")), d.get("release")) for event, d in found]


STAGES = ("solved", "drained", "verified-empty", "rewired", "qualified", "undrained")


@pytest.fixture
def ringed(bench: Any) -> Any:
    """The triangle with circuits a-b, b-c and c-a, on all transceivers."""
    for name in ("ab", "bc", "ca"):
        bench.play(circuit(name, name))
    return bench


def test_units_keep_names_together_and_pair_the_rest() -> None:
    x, y = circuit("x", "ab"), circuit("y", "bc")
    assert units_of(["p", "x", "q"], [y, x]) == [Unit("x", x), Unit("p", y), Unit("q", None)]


def test_two_circuits_are_moved_one_after_the_other_and_all_is_told(ringed: Any) -> None:
    wanted = RewireRequested(("ab", "bc"), (circuit("ab", "ab", AROUND), circuit("bc", "bc")))
    commands = ringed.play(wanted)
    assert ringed.answers(commands) == [Answer(True)]
    steps = [(stage, step, [name]) for step, name in ((1, "ab"), (4, "bc")) for stage in STAGES]
    assert told(ringed, commands) == [("started", None, ["ab", "bc"]), *steps, ("done", None, None)]
    assert ringed.state("ab")[:2] == ("active", ["ca", "bc"])


def test_what_has_to_wait_waits_and_what_cannot_be_stops_the_rewiring(ringed: Any) -> None:
    commands = ringed.play(RewireRequested(("ab", "bc"), (circuit("second", "ca"),)))
    assert ringed.answers(commands) == [Answer(True)]
    steps = told(ringed, commands)
    assert [(step, released) for what, step, released in steps if what == "solved"] == [(1, ["bc"])]
    assert steps[-1] == ("stopped", "draining ab would part a from b", None)
    assert ringed.state("ab")[0] == "active"


def test_nothing_is_drained_that_would_part_its_sites(bench: Any) -> None:
    bench.play(circuit("ab", "ab"))
    commands = bench.play(RewireRequested(("ab",), (circuit("ab", "ab", AROUND),)))
    assert bench.answers(commands) == [Answer(False, "draining ab would part a from b")]


def test_a_step_whose_circuit_does_not_qualify_is_rolled_back(ringed: Any) -> None:
    before = {dpid: dict(table) for dpid, table in ringed.network.tables.items()}
    ringed.now_s += 1
    todo: list[tuple[float, Event]] = [(ringed.now_s, RewireRequested(("ab",), (circuit("ab", "ab", AROUND),)))]
    seen: list[Any] = []
    refused = False
    while todo:
        now_s, event = todo.pop(0)
        commands = ringed.brain.handle(event, now_s)
        seen += commands
        todo += [(now_s, answer) for answer in ringed.network.apply(commands)]
        todo += [(c.at_s, Woken()) for c in commands if isinstance(c, Wake) and c.at_s < 100]
        flows = [c.flow for c in commands if type(c).__name__ == "AddFlow" and c.flow.dpid == 6]
        if not refused and [flow for flow in flows if flow.priority == CROSS_CONNECT_PRIORITY]:
            refused = True
            todo.insert(0, (now_s, FlowRefused(flows[0], "table full")))
        todo.sort(key=lambda entry: entry[0])
    reason = "ab did not qualify: c-roadm refused a cross-connect: table full"
    assert told(ringed, seen)[-2:] == [("rewired", 1, ["ab"]), ("rolled-back", reason, None)]
    assert ringed.state("ab") == ("active", ["ab"], 1, "brought back")
    assert ringed.network.tables == before


def test_while_circuits_are_rewired_others_wait(ringed: Any) -> None:
    ringed.brain.handle(RewireRequested(("ab",), (circuit("ab", "ab", AROUND),)), 10.0)
    reason = "circuits are being rewired; ask again when that is done"
    assert ringed.answers(ringed.brain.handle(circuit("x", "ab"), 10.0)) == [Answer(False, reason)]
    assert ringed.answers(ringed.brain.handle(RewireRequested((), ()), 10.0)) == [Answer(False, reason)]


@pytest.mark.parametrize(
    ("release", "requests", "reason"),
    [
        (("x",), (), "there is no circuit 'x'"),
        (("ab", "ab"), (), "'ab' is released twice"),
        ((), (circuit("ab", "bc"),), "ab: there is a circuit of that name"),
        (("ab",), (circuit("x", "az"),), "x: there is no site 'z'; sites: a, b, c"),
        ((), (), "there is nothing to change"),
    ],
)
def test_changes_that_cannot_begin(
    ringed: Any, release: tuple[str, ...], requests: tuple[CircuitRequested, ...], reason: str
) -> None:
    assert ringed.answers(ringed.play(RewireRequested(release, requests))) == [Answer(False, reason)]


def ring_plan(size: int) -> Plan:
    """A ring of sites with chords, four transceivers each."""
    names = [f"s{i}" for i in range(size)]
    pairs = [(names[i], names[(i + 1) % size]) for i in range(size)] + [(names[0], names[size // 2])]
    sites = [Site(name, 1, Port(1e9), SiteFabric(), Optical(), 6, Port(1e9)) for name in names]
    fibres = [FibrePair(f"f{i}", pair, 50.0 + 10 * i) for i, pair in enumerate(pairs)]
    return build_plan(Topology("ring", tuple(sites), tuple(fibres)))


def all_pass(plan: Plan, network: FakeNetwork) -> bool:
    return all(network.send(a.name, b.name).lost == "" for a in plan.servers for b in plan.servers if a is not b)


@settings(max_examples=30, deadline=None)
@given(st.integers(4, 6), st.data())
def test_no_packet_is_lost_at_any_moment_of_any_rewiring(size: int, data: st.DataObject) -> None:
    plan = ring_plan(size)
    brain, network = optical_circuit(plan), FakeNetwork(plan)
    for dpid in network.tables:
        network.play(brain, SwitchConnected(dpid), 0.0)
    names = [f"c{i}" for i in range(size)]
    for i, name in enumerate(names):
        network.play(brain, CircuitRequested(name, (f"s{i}", f"s{(i + 1) % size}")), 0.0)
    assert all_pass(plan, network)
    release = data.draw(st.lists(st.sampled_from(names), unique=True, max_size=3))
    pairs = st.tuples(st.integers(0, size - 1), st.integers(1, size - 1))
    asked = data.draw(st.lists(pairs, max_size=3))
    requests = [CircuitRequested(f"n{i}", (f"s{a}", f"s{(a + b) % size}")) for i, (a, b) in enumerate(asked)]
    moved = [
        CircuitRequested(name, (f"s{names.index(name)}", f"s{(names.index(name) + 2) % size}")) for name in release
    ]
    keep = data.draw(st.integers(0, len(moved)))
    play_watched(brain, network, RewireRequested(tuple(release), (*requests, *moved[:keep])), plan)
    assert all(found.show()["state"] in ("active", "released") for found in brain.circuits)


def play_watched(brain: Brain, network: FakeNetwork, event: Event, plan: Plan) -> None:
    """Play to the end, and send packets between all servers after each single command."""
    agenda: list[tuple[float, int, Event]] = [(1.0, 0, event)]
    count = 0
    while agenda:
        now_s, _, event = agenda.pop(0)
        for command in brain.handle(event, now_s):
            answers = network.apply([command])
            if type(command).__name__ in ("AddFlow", "RemoveFlow"):
                assert all_pass(plan, network)
            later = [(command.at_s, Woken())] if isinstance(command, Wake) and command.at_s < 100 else []
            for at_s, follows in [*((now_s, answer) for answer in answers), *later]:
                count += 1
                agenda.append((at_s, count, follows))
        agenda.sort(key=lambda entry: entry[:2])


LitPlan = Callable[..., Plan]


def test_over_light_new_circuits_wait_for_it(bench_of: Any, lit_plan: LitPlan) -> None:
    plan = lit_plan(transceivers=3)
    bench = bench_of(optical_circuit(plan), plan)
    for name in ("ab", "bc", "ca"):
        bench.play(circuit(name, name))
    commands = bench.play(RewireRequested(("ab",), (circuit("ab", "ab", AROUND),)))
    assert told(bench, commands)[-1] == ("done", None, None)
    assert bench.state("ab")[:2] == ("active", ["ca", "bc"])
