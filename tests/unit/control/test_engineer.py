"""The brain that moves circuits to where the traffic is: a star whose leaves have one transceiver to spare."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.control.commands import Answer, AskCounters, Command, Record, Wake
from twin.control.engineering.engineer import Engineer, Policy
from twin.control.events import (
    BarrierAnswered,
    CircuitReleased,
    CircuitRequested,
    CountersRead,
    PortStatus,
    SwitchConnected,
    SwitchLost,
    TrafficAnnounced,
    Woken,
)
from twin.control.fake_network import FakeNetwork
from twin.control.flows import IPV4, PREFIX_PRIORITY, FlowKey, Match
from twin.errors import MachineLacks
from twin.plan.build import build_plan
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology

GIGA = 1e9


def both(*pairs: str, size: float = GIGA) -> TrafficAnnounced:
    """Each pair of letters talks both ways."""
    return TrafficAnnounced(tuple((x, y, size) for pair in pairs for x, y in (pair, pair[::-1])))


#: a and b with each other and the hub; then b and c.
LEFT, RIGHT = both("ab", "ah", "bh"), both("bc", "bh", "ch")


@pytest.fixture
def star(plan_of: Callable[..., Plan], make_site: Callable[..., Any]) -> Plan:
    """dpids: borders 1 (a), 2 (b), 3 (c), 4 (h), ROADMs 5 to 8."""
    sites = [make_site(name, transceivers=3 if name == "h" else 2) for name in "abch"]
    return plan_of(sites, [(f"h{leaf}", "h", leaf, 100) for leaf in "abc"])


class World:
    """The engineer on the star, with the spokes asked for."""

    def __init__(self, plan: Plan, policy: Policy) -> None:
        self.network = FakeNetwork(plan)
        self.brain = Engineer(plan, policy)
        self.now_s = 0.0
        for leaf in "abc":
            self.brain.handle(CircuitRequested(f"h-{leaf}", ("h", leaf)), 0.0)

    def connect(self) -> list[Command]:
        return [command for dpid in self.network.tables for command in self.tell(SwitchConnected(dpid))]

    def tell(self, event: Any) -> list[Command]:
        """The event, and all that follows from it within a second."""
        self.now_s += 1
        return self.network.play(self.brain, event, self.now_s)

    def up(self) -> list[str]:
        return sorted(circuit.name for circuit in self.brain.circuits if circuit.carries)

    def way(self, source: str, target: str) -> tuple[str, ...]:
        return self.network.send(f"{source}-1", f"{target}-1").links


def events(commands: list[Command], name: str) -> list[dict[str, Any]]:
    return [c.details for c in commands if isinstance(c, Record) and c.event == name]


def answer(commands: list[Command]) -> Answer:
    (found,) = [command for command in commands if isinstance(command, Answer)]
    return found


@pytest.fixture
def world(star: Plan) -> World:
    made = World(star, Policy())
    made.connect()
    return made


def test_announced_traffic_gets_a_circuit_past_the_hub(world: World) -> None:
    assert world.up() == ["h-a", "h-b", "h-c"]
    commands = world.tell(LEFT)
    assert answer(commands).ok
    told = {"released": [], "requested": ["engineered-a-b"], "dark_s": 0.0, "gain_s": pytest.approx(0.02)}
    assert events(commands, "topology-engineered") == [told]
    assert world.up() == ["engineered-a-b", "h-a", "h-b", "h-c"]
    assert world.way("a", "b") == ("a-1", "a-t2", "ha", "hb", "b-t2", "b-1")


def test_the_next_phase_takes_the_transceiver_over_after_a_drain(world: World) -> None:
    world.tell(LEFT)
    commands = world.tell(RIGHT)
    assert [told["released"] for told in events(commands, "topology-engineered")] == [["engineered-a-b"]]
    assert [told["circuit"] for told in events(commands, "circuit-draining")] == ["engineered-a-b"]
    assert world.up() == ["engineered-b-c", "h-a", "h-b", "h-c"]
    assert len(world.way("a", "b")) == 8  # by the hub's border
    assert events(world.tell(RIGHT), "topology-engineered") == []


def test_what_was_asked_for_is_never_moved(world: World) -> None:
    world.tell(CircuitRequested("mine", ("a", "c")))
    assert answer(world.tell(LEFT)).ok
    assert world.up() == ["h-a", "h-b", "h-c", "mine"]
    world.tell(CircuitReleased("mine"))
    world.tell(LEFT)
    assert world.up() == ["engineered-a-b", "h-a", "h-b", "h-c"]


def test_a_circuit_of_an_earlier_life_is_its_own(star: Plan, world: World) -> None:
    world.tell(LEFT)
    later = World(star, Policy())
    later.network = world.network
    for dpid, table in world.network.tables.items():
        groups = tuple(group for group in world.network.groups.values() if group.dpid == dpid)
        later.tell(SwitchConnected(dpid, flows=tuple(table.values()), groups=groups))
    assert later.up() == ["found-a-t2-b-t2", "h-a", "h-b", "h-c"]
    assert events(later.tell(LEFT), "topology-engineered") == []
    (told,) = events(later.tell(RIGHT), "topology-engineered")
    assert (told["released"], told["requested"]) == (["found-a-t2-b-t2"], ["engineered-b-c"])
    assert later.up() == ["engineered-b-c", "h-a", "h-b", "h-c"]


def test_a_change_that_does_not_repay_its_darkness_is_left(star: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twin.control.engineering.engineer.dark_s", lambda plan: 0.015)
    world = World(star, Policy())
    world.connect()
    world.tell(LEFT)  # beside all others: nothing goes dark
    assert "engineered-a-b" in world.up()
    little = both("bc", "bh", "ch", size=0.7 * GIGA)  # saves 14 ms
    assert events(world.tell(little), "topology-engineered") == []
    assert [told["gain_s"] for told in events(world.tell(RIGHT), "topology-engineered")] == [pytest.approx(0.02)]


@pytest.mark.parametrize(
    ("policy", "event", "reason"),
    [
        (Policy(measures=True), LEFT, "this controller measures its traffic, and takes no announcements"),
        (Policy(), both("ax"), "there is no site 'x'; sites: a, b, c, h"),
    ],
)
def test_announcements_that_cannot_be(star: Plan, policy: Policy, event: TrafficAnnounced, reason: str) -> None:
    brain = Engineer(star, policy)
    for dpid in FakeNetwork(star).tables:
        brain.handle(SwitchConnected(dpid), 0.0)
    assert answer(brain.handle(event, 1.0)) == Answer(False, reason)


def test_an_announcement_before_all_switches_are_there(star: Plan) -> None:
    reason = "not all switches are connected; announce it again when they are"
    assert answer(Engineer(star, Policy()).handle(LEFT, 0.0)) == Answer(False, reason)


def test_a_pair_that_talks_alone_gets_all_transceivers_and_uses_them_at_once(
    plan_of: Callable[..., Plan], make_site: Callable[..., Any]
) -> None:
    plan = plan_of([make_site("a", transceivers=3), make_site("b", transceivers=4)], [("ab", "a", "b", 100)])
    brain, network = Engineer(plan, Policy()), FakeNetwork(plan)
    for dpid in network.tables:
        network.play(brain, SwitchConnected(dpid), 0.0)
    network.play(brain, both("ab"), 1.0)
    assert [circuit.name for circuit in brain.circuits if circuit.carries] == [
        "engineered-a-b",
        "engineered-a-b-2",
        "engineered-a-b-3",
    ]
    (group,) = [group for group in network.groups.values() if group.dpid == 1]
    assert [bucket.port for bucket in group.buckets] == [3, 4, 5]
    assert network.send("a-1", "b-1").lost == ""


def test_the_exact_solver_can_be_asked_for(star: Plan) -> None:
    pytest.importorskip("ortools")
    world = World(star, Policy(solver="exact"))
    world.connect()
    world.tell(LEFT)
    assert world.up() == ["engineered-a-b", "h-a", "h-b", "h-c"]


def test_without_or_tools_the_brain_does_not_start(star: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ortools.sat.python.cp_model", None)
    with pytest.raises(MachineLacks, match=r"^this machine lacks OR-tools; install it with"):
        Engineer(star, Policy(solver="exact"))


steps = st.lists(st.tuples(st.sampled_from(["announce", "cut", "repair", "request", "release"]), st.integers(0, 999)))


@settings(max_examples=60, deadline=None)
@given(steps)
def test_whatever_happens_nobodys_circuit_is_moved_and_no_transceiver_has_two(todo: list[tuple[str, int]]) -> None:
    sites = [Site(name, 1, Port(1e9), SiteFabric(), Optical(), 3 if name == "h" else 2, Port(1e9)) for name in "abch"]
    fibres = [FibrePair(f"h{leaf}", ("h", leaf), 100.0) for leaf in "abc"]
    world = World(build_plan(Topology("star", tuple(sites), tuple(fibres))), Policy())
    world.connect()
    wanted = {"h-a", "h-b", "h-c"}
    for kind, number in todo:
        pairs = [(x, y) for x in "abch" for y in "abch" if x != y]
        if kind == "announce":
            talk = [(*pair, 1e6 * (number * (i + 1) % 97)) for i, pair in enumerate(pairs)]
            assert answer(world.tell(TrafficAnnounced(tuple(talk)))).ok
        elif kind == "request":
            name = f"mine-{number % 3}"
            if answer(world.tell(CircuitRequested(name, pairs[number % len(pairs)]))).ok:
                wanted.add(name)
        elif kind == "release":
            world.tell(CircuitReleased(f"mine-{number % 3}"))
            wanted.discard(f"mine-{number % 3}")
        else:
            (end, _) = world.network.plan.link_by_name[f"h{'abc'[number % 3]}"].ends
            world.tell(PortStatus(world.network.dpid_of[end.node], end.port, kind == "repair"))
        alive = [circuit for circuit in world.brain.circuits if circuit.alive]
        held = Counter(end.name for circuit in alive for end in circuit.ends or ())
        assert set(held.values()) <= {1}
        assert wanted <= {circuit.name for circuit in alive}
        assert all(name.startswith("engineered-") for name in {circuit.name for circuit in alive} - wanted)


# -- measured ---------------------------------------------------------------------------------------------------------

MEASURED = Policy(measures=True, every_s=0.5, horizon_s=10.0)
SITES = {"a": (1, "10.1.0.0/16"), "b": (2, "10.2.0.0/16"), "c": (3, "10.3.0.0/16"), "h": (4, "10.4.0.0/16")}


def to(source: str, target: str) -> FlowKey:
    return FlowKey(SITES[source][0], PREFIX_PRIORITY + 16, Match(eth_type=IPV4, ipv4_dst=SITES[target][1]))


class Measured(World):
    """Counters that the test sets; switches that answer barriers at once."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan, MEASURED)
        self.counters: dict[FlowKey, int] = {}

    def settle(self, commands: list[Command], now_s: float) -> list[Command]:
        told = list(commands)
        todo: list[Any] = list(self.network.apply(commands))
        while todo:
            more = self.brain.handle(todo.pop(0), now_s)
            told += more
            todo += self.network.apply(more)
        return told

    def start(self) -> list[Command]:
        told: list[Command] = []
        for dpid in self.network.tables:
            told += self.settle(self.brain.handle(SwitchConnected(dpid), 0.0), 0.0)
        return told

    def send(self, source: str, target: str, size: float) -> None:
        """Count traffic at every border that it passes; by the hub, unless there is a circuit."""
        direct = {circuit.sites for circuit in self.brain.circuits if circuit.carries}
        passed = [source] if {(source, target), (target, source)} & direct else [source, "h"]
        for here in passed:
            self.counters[to(here, target)] = self.counters.get(to(here, target), 0) + int(size)

    def read(self, now_s: float) -> list[Command]:
        """Wake it, and answer what it asks."""
        told = self.settle(self.brain.handle(Woken(), now_s), now_s)
        for dpid in [command.dpid for command in told if isinstance(command, AskCounters)]:
            counts = tuple((key, count) for key, count in self.counters.items() if key.dpid == dpid)
            told += self.settle(self.brain.handle(CountersRead(dpid, counts), now_s), now_s)
        return told


def test_counters_are_asked_for_once_all_switches_are_there_and_then_every_so_often(star: Plan) -> None:
    world = Measured(star)
    told = world.start()
    assert [c.dpid for c in told if isinstance(c, AskCounters)] == [1, 2, 3, 4]
    assert Wake(0.5) in told
    assert world.brain.handle(Woken(), 0.4) == []
    assert [c.dpid for c in world.brain.handle(Woken(), 0.5) if isinstance(c, AskCounters)] == [1, 2, 3, 4]
    world.brain.handle(SwitchLost(2), 0.6)
    assert [c.dpid for c in world.brain.handle(Woken(), 1.0) if isinstance(c, AskCounters)] == [1, 3, 4]


def test_measured_traffic_moves_circuits_and_what_passes_the_hub_is_not_the_hubs(star: Plan) -> None:
    world = Measured(star)
    world.start()
    for key in [to(x, y) for x in SITES for y in SITES if x != y]:
        world.counters[key] = 0
    for now_s in (0.5, 1.0):
        assert events(world.read(now_s), "topology-engineered") == []
    for source, target in ("ab", "ba", "ah", "ha", "bh", "hb"):
        world.send(source, target, 10**9)
    (told,) = events(world.read(1.5), "topology-engineered")
    # 20 times as much in the horizon: 40 GB over each spoke, and half of it without a and b's own.
    assert told == {"released": [], "requested": ["engineered-a-b"], "dark_s": 0.0, "gain_s": pytest.approx(0.4)}
    for source, target in ("bc", "cb", "ch", "bh"):
        world.send(source, target, 10**9)
    assert events(world.read(2.0), "topology-engineered") == []  # circuits moved since the last reading
    for source, target in ("bc", "cb", "ch", "bh"):
        world.send(source, target, 10**9)
    (told,) = events(world.read(2.5), "topology-engineered")
    assert (told["released"], told["requested"]) == (["engineered-a-b"], ["engineered-b-c"])


def test_an_answer_to_nothing_is_no_harm(star: Plan) -> None:
    world = Measured(star)
    world.start()
    assert world.brain.handle(CountersRead(1, ((to("a", "b"), 5),)), 0.1) == []
    assert world.brain.handle(BarrierAnswered(1, 999), 0.2) == []
