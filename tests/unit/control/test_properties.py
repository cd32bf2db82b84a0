"""What must hold whatever happens: random plants, random sequences of requests, cuts, repairs and lost switches."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.control.brain import Brain, optical_circuit
from twin.control.circuit import Circuit, State, Step
from twin.control.commands import Command, Wake
from twin.control.events import (
    CircuitChanged,
    CircuitReleased,
    CircuitRequested,
    Event,
    FlowRefused,
    PortStatus,
    RewireRequested,
    SwitchConnected,
    SwitchLost,
    Woken,
)
from twin.control.fake_network import FakeNetwork
from twin.control.flows import CROSS_CONNECT_PRIORITY
from twin.control.route import CHANNELS
from twin.control.routing import shortest_path
from twin.control.service import Protection, Service
from twin.plan.build import build_plan
from twin.plan.catalogue import Mode, TransceiverType
from twin.plan.light import Light, Line, Noise
from twin.plan.model import Plan
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology

WEIGHTS = {"cut": 3, "repair": 3, "request": 1, "release": 1, "lose": 1, "find": 3, "answer": 2, "wait": 1}
#: Where a circuit may end. A degraded one is active, on one path where two were asked for.
RESTING = (State.ACTIVE, State.DEGRADED, State.FAILED, State.RELEASED)
KINDS = [kind for kind, weight in WEIGHTS.items() for _ in range(weight)]
SERVICES = list(Protection)
Step_ = tuple[str, int, int]


def steps_of(kinds: list[str]) -> st.SearchStrategy[list[Step_]]:
    """Things to happen, each with two numbers that choose to what."""
    return st.lists(st.tuples(st.sampled_from(kinds), st.integers(0, 99), st.integers(0, 99)), min_size=8, max_size=40)


steps = steps_of(KINDS)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Two to four sites, ROADMs or OCSs, on a ring of fibres, with up to three more fibres across or in parallel."""
    kind = draw(st.sampled_from(["roadm", "roadm", "ocs"]))
    names = [f"s{i}" for i in range(draw(st.integers(2, 4)))]
    more = draw(st.lists(st.permutations(names).map(lambda order: (order[0], order[1])), max_size=3))
    pairs = [*zip(names, [*names[1:], names[0]], strict=True), *more]
    fibres = [FibrePair(f"f{i}", pair, 10.0 * draw(st.integers(1, 9))) for i, pair in enumerate(pairs)]
    sites = [
        Site(
            name,
            1,
            Port(1e9),
            SiteFabric(),
            Optical(kind, draw(st.integers(0, 2)) * 1e-6),
            draw(st.integers(1, 3)),
            Port(1e9),
        )
        for name in names
    ]
    return build_plan(Topology("random", tuple(sites), tuple(fibres)))


MODE = Mode("400G", 400e9, 62.5e9, 8, 75e9, 0.2, 24.0, 36.0)


@st.composite
def lit_plans(draw: st.DrawFn) -> Plan:
    """Such a plant of ROADMs with up to four transceivers a site, whose light is looked at and closes everywhere."""
    names = [f"s{i}" for i in range(draw(st.integers(2, 4)))]
    more = draw(st.lists(st.permutations(names).map(lambda order: (order[0], order[1])), max_size=3))
    pairs = [*zip(names, [*names[1:], names[0]], strict=True), *more]
    fibres = [FibrePair(f"f{i}", pair, 10.0 * draw(st.integers(1, 9))) for i, pair in enumerate(pairs)]
    optical, port = Optical("roadm", 0.0, "3D-MEMS", 15e-3), Port(400e9)
    counts = [draw(st.integers(2, 4)) for _ in names]
    sites = [
        Site(name, 1, Port(1e9), SiteFabric(), optical, count, port, None, "T")
        for name, count in zip(names, counts, strict=True)
    ]
    noise = {MODE.carrier: Noise((0.0001,), (0.0,))}
    lines = tuple(
        Line(fibre.name, a, b, (80.0,), (f"{fibre.name}.1",), 0.0, 0.0, 0.0, noise)
        for fibre in fibres
        for a, b in (fibre.sites, fibre.sites[::-1])
    )
    kind = TransceiverType("T", (MODE,))
    light = Light("standard", 1.0, 0.0, 38.0, 191e12, (kind,), {MODE.carrier: 51}, lines, {}, (), ())
    return replace(build_plan(Topology("lit", tuple(sites), tuple(fibres))), light=light)


@dataclass
class World:
    """A brain and its switches. Barriers are answered, and time passes, only when a step says so."""

    plan: Plan
    brain: Brain
    network: FakeNetwork
    now_s: float = 0.0
    answers: list[Event] = field(default_factory=list)
    wakes: list[float] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)

    def tell(self, event: Event) -> None:
        commands: list[Command] = self.brain.handle(event, self.now_s)
        self.answers += self.network.apply(commands)
        self.wakes += [command.at_s for command in commands if isinstance(command, Wake)]

    def flip(self, fibre: str, up: bool) -> None:
        self.network.cut = self.network.cut - {fibre} if up else self.network.cut | {fibre}
        self.answers += self.network.changed_light()
        for end in self.plan.link_by_name[fibre].ends:
            dpid = self.network.dpid_of[end.node]
            if dpid not in self.lost:
                self.tell(PortStatus(dpid, end.port, up))

    def connect(self, dpid: int) -> None:
        self.lost.discard(dpid)
        self.tell(self.network.hello(dpid))

    def restart(self) -> None:
        """The controller is killed and started again: it is asked for the same circuits, and all switches come."""
        wanted = [(circuit.name, circuit.sites, circuit.service) for circuit in self.brain.circuits if circuit.alive]
        self.answers, self.wakes = [], []
        self.brain = optical_circuit(self.plan)
        for each in wanted:
            self.tell(CircuitRequested(*each))
        for dpid in sorted(self.network.tables):
            self.connect(dpid)

    def refuse(self, dpid: int, number: int) -> None:
        """A switch says that it did not take one of the flows it holds."""
        flows = list(self.network.tables[dpid].values())
        if flows and dpid not in self.lost:
            flow = flows[number % len(flows)]
            del self.network.tables[dpid][flow.key]
            self.tell(FlowRefused(flow, "table full"))

    def lose(self, dpid: int, forgets: bool) -> None:
        self.lost.add(dpid)
        self.answers = [answer for answer in self.answers if getattr(answer, "dpid", None) != dpid]
        if forgets:
            self.network.tables[dpid].clear()
            for group in self.network.groups_of(dpid):
                del self.network.groups[group.key]
            self.network.changed_light()
        self.tell(SwitchLost(dpid))

    def step(self, step: Step_) -> None:
        """One random thing; ``x`` and ``y`` choose what it happens to."""
        kind, x, y = step
        fibres = [fibre.name for fibre in self.plan.fibres]
        sites = [site.name for site in self.plan.sites]
        dpids = sorted(self.network.tables)
        dpid = dpids[x % len(dpids)]
        if kind in ("cut", "repair") and fibres:
            self.flip(fibres[x % len(fibres)], kind == "repair")
        elif kind == "request":
            self.tell(CircuitRequested(f"c{y % 6}", (sites[x % len(sites)], sites[y % len(sites)])))
        elif kind == "request one":
            service = Service(SERVICES[x % len(SERVICES)], wait_to_restore_s=float(y % 2), restore_within_s=1.0 + y)
            self.tell(CircuitRequested(f"c{y % 6}", (sites[x % len(sites)], sites[y % len(sites)]), service))
        elif kind == "change":
            avoid = frozenset({fibres[y % len(fibres)]} if fibres and y % 3 else ())
            known = next((circuit for circuit in self.brain.circuits if circuit.name == f"c{x % 6}"), None)
            service = known.service if known is not None else Service()
            self.tell(CircuitChanged(f"c{x % 6}", replace(service, avoid=avoid)))
        elif kind == "rewire":
            names = [circuit.name for circuit in self.brain.circuits if circuit.alive]
            gone = tuple(name for i, name in enumerate(names) if x >> i & 1)
            asked = CircuitRequested(f"c{y % 6}", (sites[x % len(sites)], sites[y % len(sites)]))
            self.tell(RewireRequested(gone, (asked,) if y % 2 else ()))
        elif kind == "release":
            self.tell(CircuitReleased(f"c{x % 6}"))
        elif kind == "lose" and dpid not in self.lost:
            self.lose(dpid, forgets=bool(y % 2))
        elif kind == "find" and dpid in self.lost:
            self.connect(dpid)
        elif kind == "restart":
            self.restart()
        elif kind == "refuse":
            self.refuse(dpid, y)
        elif kind == "answer":
            self.answer(1 + y % 4)
        elif kind == "wait":
            self.wait()

    def answer(self, count: int) -> None:
        for _ in range(min(count, len(self.answers))):
            self.tell(self.answers.pop(0))

    def wait(self) -> None:
        if self.wakes:
            self.wakes.sort()
            self.now_s = max(self.now_s, self.wakes.pop(0))
            self.tell(Woken())

    def rest(self) -> None:
        """All switches are there and answer, all fibres have light, all timers ring."""
        for dpid in sorted(self.lost):
            self.connect(dpid)
        for fibre in sorted(self.network.cut):
            self.flip(fibre, up=True)
        while self.answers or self.wakes:
            self.answer(len(self.answers))
            self.wait()


def start(plan: Plan) -> World:
    """A world at rest, with circuits from each site to the next."""
    world = World(plan, optical_circuit(plan), FakeNetwork(plan))
    for dpid in world.network.tables:
        world.tell(world.network.hello(dpid))
    request_neighbours(world)
    return world


def request_neighbours(world: World) -> None:
    """Ask for a circuit from each site to the next, and wait for them."""
    sites = [site.name for site in world.plan.sites]
    for i, pair in enumerate(pairwise(sites)):
        world.tell(CircuitRequested(f"c{i}", pair))
    world.rest()


def check(world: World) -> None:
    """What holds after every single event."""
    circuits = world.brain.circuits
    ends = Counter(end.name for circuit in circuits for end in circuit.ends or ())
    assert set(ends.values()) <= {1}, "a transceiver carries two circuits"
    routes = [(c, route) for c in circuits for route in c.routes]
    channels = Counter((fibre, route.channel) for _, route in routes for fibre in route.fibres)
    assert set(channels.values()) <= {1}, "a channel of a fibre carries two routes"
    living = {f"circuit {circuit.name}" for circuit in circuits if circuit.alive}
    for dpid in set(world.network.tables) - world.lost:
        for key in world.network.tables[dpid]:
            if key.priority == CROSS_CONNECT_PRIORITY:
                assert world.brain.tables.owner_of(key) in living, "a cross-connect without a circuit"
    owned = {world.brain.tables.owner_of(key) for key in world.network.groups if key.dpid not in world.lost}
    assert owned <= living, "a group without a circuit"
    if not world.lost:
        for circuit in circuits:
            if circuit.carries:
                check_light(world, circuit)
        check_packets(world)


def check_light(world: World, circuit: Circuit) -> None:
    assert circuit.ends is not None
    assert circuit.route is not None
    for here, there in (circuit.ends, circuit.ends[::-1]):
        journey = world.network.shine(here)
        assert (journey.lost, journey.end, journey.links[-1]) == ("", there.switch, there.link)
        assert set(journey.links[1:-1]) <= {fibre for route in circuit.routes for fibre in route.fibres}


def check_packets(world: World) -> None:
    joined: dict[str, set[str]] = {site.name: {site.name} for site in world.plan.sites}
    for circuit in world.brain.circuits:
        if circuit.carries:
            merged = joined[circuit.sites[0]] | joined[circuit.sites[1]]
            joined.update(dict.fromkeys(merged, merged))
    for source in world.plan.servers:
        for target in world.plan.servers:
            if source is not target:
                lost = world.network.send(source.name, target.name).lost
                assert lost != "loop"
                if target.site in joined[source.site] and not any(c.step is Step.JOINING for c in world.brain.circuits):
                    assert lost == ""


def live_through(world: World, todo: list[Step_]) -> None:
    """Check the world at every step, and that every circuit comes to rest."""
    for step in todo:
        world.step(step)
        check(world)
    world.rest()
    check(world)
    for circuit in world.brain.circuits:
        assert circuit.step is Step.SETTLED
        assert circuit.state in RESTING
    check_nothing_leaked(world)


@settings(max_examples=150, deadline=None)
@given(plans(), steps_of([*KINDS, "request one", "request one", "change", "rewire", "restart"]), st.integers(1, 2))
def test_whatever_happens_nothing_is_shared_orphaned_or_looped(plan: Plan, todo: list[Step_], channels: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CHANNELS, "roadm", range(1, channels + 1))
        live_through(start(plan), todo)


@settings(max_examples=100, deadline=None)
@given(plans(), steps_of([*KINDS, "request one", "request one", "change", "refuse"]))
def test_every_circuit_ends_though_no_switch_and_no_light_comes_back(plan: Plan, todo: list[Step_]) -> None:
    world = start(plan)
    for step in todo:
        world.step(step)
    while world.answers or world.wakes:
        world.answer(len(world.answers))
        world.wait()
    assert {circuit.state for circuit in world.brain.circuits} <= set(RESTING)


@settings(max_examples=60, deadline=None)
@given(plans(), steps_of([*KINDS, "restart", "refuse"]))
def test_a_refused_cross_connect_ends_its_circuit_and_no_other(plan: Plan, todo: list[Step_]) -> None:
    world = start(plan)
    for kind, x, y in todo:
        before = {circuit.name for circuit in world.brain.circuits if circuit.state is State.FAILED}
        world.step((kind, x, y))
        failed = {c.name for c in world.brain.circuits if c.state is State.FAILED and "refused" in c.reason} - before
        assert len(failed) <= int(kind == "refuse")
    world.rest()
    assert all(circuit.step is Step.SETTLED for circuit in world.brain.circuits)


@settings(max_examples=60, deadline=None)
@given(plans(), steps)
def test_a_restarted_controller_changes_nothing_that_is_at_rest(plan: Plan, todo: list[Step_]) -> None:
    world = start(plan)
    for step in todo:
        world.step(step)
    world.rest()
    tables = {dpid: dict(table) for dpid, table in world.network.tables.items()}
    carried = sorted(str(circuit.route) for circuit in world.brain.circuits if circuit.route)
    world.restart()
    assert world.network.tables == tables
    assert sorted(str(circuit.route) for circuit in world.brain.circuits if circuit.route) == carried


def check_nothing_leaked(world: World) -> None:
    """With everything released, a plant is as good as new."""
    for circuit in world.brain.circuits:
        world.tell(CircuitReleased(circuit.name))
    world.rest()
    request_neighbours(world)
    new = start(world.plan)
    shown = {circuit.name: (circuit.fibres, circuit.channel) for circuit in world.brain.circuits if circuit.alive}
    assert shown == {circuit.name: (circuit.fibres, circuit.channel) for circuit in new.brain.circuits if circuit.alive}
    assert world.network.tables == new.network.tables
    assert world.network.groups == new.network.groups


@settings(max_examples=80, deadline=None)
@given(lit_plans(), steps_of([*KINDS, "request one", "request one", "request one", "change", "rewire", "restart"]))
def test_the_same_where_light_is_looked_at(plan: Plan, todo: list[Step_]) -> None:
    live_through(start(plan), todo)


@settings(max_examples=150, deadline=None)
@given(plans(), steps)
def test_after_all_repairs_every_circuit_is_active_on_its_shortest_path(plan: Plan, todo: list[Step_]) -> None:
    world = start(plan)
    for step in todo:
        world.step(step)
    world.rest()
    graph = world.brain.plant.fibre_graph
    for circuit in world.brain.circuits:
        if circuit.alive and plan.optical_switches[0].kind == "roadm":
            assert circuit.state is State.ACTIVE
            assert circuit.route is not None
            best = shortest_path(graph, circuit.route.switches[0], circuit.route.switches[-1])
            assert best is not None
            assert circuit.route.cost == (sum(edge.delay_ps for edge in best), len(best))


@settings(max_examples=60, deadline=None)
@given(plans(), st.integers(0, 2**32))
def test_the_order_of_connections_changes_nothing(plan: Plan, seed: int) -> None:
    tables = []
    sites = [site.name for site in plan.sites]
    for shuffled in (False, True):
        network, brain = FakeNetwork(plan), optical_circuit(plan)
        for i, pair in enumerate(pairwise(sites)):
            network.play(brain, CircuitRequested(f"c{i}", pair), 0.0)
        dpids = list(network.tables)
        if shuffled:
            random.Random(seed).shuffle(dpids)
        for dpid in dpids:
            network.play(brain, SwitchConnected(dpid), 0.0)
        tables.append((network.tables, [circuit.show() for circuit in brain.circuits]))
    assert tables[0] == tables[1]
