"""Lightpaths: a route, the best mode that closes on it, and a channel; or a refusal with the nearest thing that works.

Quality is that of a band full of channels: whatever else is lit later, a lightpath of the plan still closes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from twin.errors import BadInput
from twin.optics.lines import Lines, survey, types_of
from twin.optics.power import items
from twin.optics.reasons import over, why
from twin.optics.routes import Map, Route
from twin.optics.spectrum import Spectrum
from twin.physics import modes as closing
from twin.physics.quality import Quality
from twin.plan.catalogue import LineSystem, Mode, TransceiverType
from twin.plan.light import Light, Lightpath, Line, Refusal
from twin.plan.model import Plan
from twin.plan.topology import LightpathOrder, Topology
from twin.units import show_length, show_time

#: Delay of one regenerator, s: vendors' latency guides.
REGENERATION_S = 100e-6
#: What works where fibres are full, and no other way is free.
MORE = "add a fibre, or ask for fewer lightpaths"
#: So many routes are looked at for another one that closes.
OTHER_ROUTES = 5


def plan_light(topology: Topology, plan: Plan) -> Plan:
    """``plan`` with its light; unchanged where the topology has no optics. Raises ``BadInput``."""
    if topology.optics is None:
        return plan
    light = light_of(topology, survey(topology))
    parts = [item.total_w for item in items(topology, replace(plan, light=light))]
    known = [part_w for part_w in parts if part_w is not None]
    power_w = sum(known) if len(known) == len(parts) else None
    return replace(plan, light=replace(light, power_w=power_w))


def light_of(topology: Topology, lines: Lines) -> Light:
    """The light of a surveyed plant: lightpaths in the order of the file, those with a channel by order first."""
    optics = topology.optics
    assert optics is not None
    system = topology.catalogue.line_systems[optics.line_system]
    planner = _Planner(topology, lines)
    answers = {order.name: planner.answer(order) for order in _ordered_first(topology.lightpaths)}
    found = [answers[order.name] for order in topology.lightpaths]
    types = types_of(topology)
    return Light(
        line_system=system.name,
        margin_db=optics.margin_db,
        lock_s=optics.lock_s,
        add_drop_db=lines.add_drop_db,
        low_hz=system.low_hz,
        transceivers=tuple(types),
        channels=_channels_in_a_run(system, types),
        lines=lines.lines,
        shared_risks=_shared_risks(topology),
        lightpaths=tuple(answer for answer in found if isinstance(answer, Lightpath)),
        refusals=tuple(answer for answer in found if isinstance(answer, Refusal)),
    )


def _channels_in_a_run(system: LineSystem, types: Sequence[TransceiverType]) -> dict[str, int]:
    """By carrier. A controller knows a channel by its number alone, so all are as wide as the widest mode's slot: were
    each as wide as its own mode's, channel 2 of 75 GHz would lie within channel 1 of 150 GHz."""
    modes = [mode for kind in types for mode in kind.modes]
    return {mode.carrier: system.channels(max(mode.slot_hz for mode in modes)) for mode in modes}


def refuse_dark(topology: Topology, plan: Plan, circuits: Iterable[str], where: str) -> None:
    """Raise ``BadInput`` for the first of ``circuits``, asked for in the file ``where``, that is a lightpath by order
    and cannot be."""
    ordered = {order.name for order in topology.lightpaths if not order.automatic} & set(circuits)
    for refusal in plan.light.refusals if plan.light else ():
        if refusal.name in ordered:
            found = f"found a lightpath that cannot be: {refusal.reason}"
            raise BadInput(where, f"topology {topology.name}, lightpaths.{refusal.name}", found, "", refusal.remedy)


def _ordered_first(orders: Sequence[LightpathOrder]) -> list[LightpathOrder]:
    return sorted(orders, key=lambda order: order.channel is None)


def _shared_risks(topology: Topology) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for fibre in topology.fibres:
        for group in fibre.shared_risks:
            groups[group] = (*groups.get(group, ()), fibre.name)
    return groups


@dataclass
class _Planner:
    topology: Topology
    lines: Lines
    spectrum: Spectrum = field(default_factory=Spectrum)
    used: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._map = Map(self.topology)
        self._site = {site.name: site for site in self.topology.sites}
        ordered = [order for order in self.topology.lightpaths if not order.automatic]
        self._wanted = Counter(site for order in ordered for site in order.sites)
        self._line: dict[tuple[str, str], Line] = {(line.fibre, line.source): line for line in self.lines.lines}
        assert self.topology.optics is not None
        self._optics = self.topology.optics
        self._system = self.topology.catalogue.line_systems[self._optics.line_system]

    def answer(self, order: LightpathOrder) -> Lightpath | Refusal:
        """The lightpath, its transceivers and its channel claimed; or why not."""
        lacking = next((site for site in order.sites if not self._is_free(site)), None)
        if lacking is not None and not order.automatic:
            count = self._site[lacking].transceivers
            reason = f"the {count} transceivers of {lacking} are taken by the lightpaths before it"
            remedy = f"raise sites.{lacking}.transceivers.count to {self._wanted[lacking]}"
            return Refusal(order.name, order.sites, reason, remedy)
        answer = self._answer(order)
        if isinstance(answer, Lightpath):
            self.used.update(order.sites)
        return answer

    def _is_free(self, site: str) -> bool:
        return self.used[site] < self._site[site].transceivers

    def _answer(self, order: LightpathOrder) -> Lightpath | Refusal:
        kind = self.topology.catalogue.transceivers[self._site[order.sites[0]].transceiver or ""]
        routes = self._routes(order)
        if not routes:
            return Refusal(order.name, order.sites, "no fibres lead from end to end", "add a fibre")
        modes = [mode for mode in kind.modes if order.mode in (None, mode.name)]
        mode = self._best(routes[0], kind, modes)
        if mode is None:
            seen = self._see(routes[0], modes[-1])
            reason = why(routes[0], kind, modes[-1], seen, self._optics.margin_db)
            return Refusal(order.name, order.sites, reason, self._nearest(order, routes[0], kind, modes))
        if self._whole_fibres(order):
            return self._claim_whole(order, routes[0], kind, mode)
        channels = self._system.channels(mode.slot_hz)
        if order.channel is not None and self.spectrum.is_free(routes[0].fibres, order.channel, mode.slot_hz):
            return self._claim(order, routes[0], kind, mode, order.channel)
        channel = None if order.channel else self.spectrum.first_fit(routes[0].fibres, mode.slot_hz, channels)
        if channel is None:
            reason = f"no channel of {channels} is free on all of {', '.join(routes[0].fibres)}"
            return Refusal(order.name, order.sites, reason, self._other_route(order, routes[0], kind, modes) or MORE)
        return self._claim(order, routes[0], kind, mode, channel)

    def _whole_fibres(self, order: LightpathOrder) -> bool:
        optical = self._site[order.sites[0]].optical
        return optical is not None and optical.kind == "ocs"

    def _claim_whole(
        self, order: LightpathOrder, route: Route, kind: TransceiverType, mode: Mode
    ) -> Lightpath | Refusal:
        """Optical circuit switches join fibres, not channels: a lightpath takes its fibres whole."""
        band_hz = self._system.high_hz - self._system.low_hz
        if not self.spectrum.is_free(route.fibres, 1, band_hz):
            reason = f"another lightpath takes a fibre of {', '.join(route.fibres)} whole"
            return Refusal(order.name, order.sites, reason, self._other_route(order, route, kind, [mode]) or MORE)
        self.spectrum.claim(route.fibres, 1, band_hz)
        return replace(self._lightpath(order, route, kind, mode, 1), channel=0)

    def _routes(self, order: LightpathOrder) -> list[Route]:
        """The route by order, or the quickest."""
        if order.fibres:
            return [self._map.route(order.sites[0], order.fibres)]
        return list(self._map.routes(*order.sites, most=1))

    def _see(self, route: Route, mode: Mode) -> Quality:
        """The worse of both directions."""
        ways = (zip(route.fibres, route.sites, strict=False), zip(route.fibres, route.sites[1:], strict=True))
        return closing.worse_way(mode, ([self._line[step] for step in way] for way in ways), self.lines.add_drop_db)

    def _best(self, route: Route, kind: TransceiverType, modes: Sequence[Mode]) -> Mode | None:
        if not kind.reaches(route.length_km):
            return None
        return closing.best_mode(modes, lambda mode: self._see(route, mode), self._optics.margin_db)

    def _claim(self, order: LightpathOrder, route: Route, kind: TransceiverType, mode: Mode, channel: int) -> Lightpath:
        self.spectrum.claim(route.fibres, channel, mode.slot_hz)
        return self._lightpath(order, route, kind, mode, channel)

    def _lightpath(
        self, order: LightpathOrder, route: Route, kind: TransceiverType, mode: Mode, channel: int
    ) -> Lightpath:
        seen = self._see(route, mode)
        return Lightpath(
            name=order.name,
            sites=route.sites,
            fibres=route.fibres,
            transceiver=kind.name,
            mode=mode.name,
            rate_bps=mode.rate_bps,
            channel=channel,
            frequency_hz=self._system.centre_hz(channel, mode.slot_hz),
            length_km=route.length_km,
            delay_s=route.delay_s,
            gsnr_db=seen.gsnr_db,
            osnr_db=seen.osnr_db,
            dispersion_ps_nm=seen.dispersion_ps_nm,
            margin_db=closing.margin_db(mode, seen),
            power_dbm=self._line[route.fibres[0], route.sites[0]].launch_dbm,
            pmd_ps=seen.pmd_ps,
            pdl_db=seen.pdl_db,
        )

    def _nearest(self, order: LightpathOrder, route: Route, kind: TransceiverType, modes: Sequence[Mode]) -> str:
        """A lower mode, another route, another transceiver or a regenerator, in this order; empty without any."""
        lower = self._best(route, kind, kind.modes)
        if lower is not None:
            return f"mode {lower.name} closes"
        return (
            self._other_route(order, route, kind, modes)
            or self._other_type(route, kind)
            or self._regenerator(route, kind, modes)
        )

    def _other_route(self, order: LightpathOrder, route: Route, kind: TransceiverType, modes: Sequence[Mode]) -> str:
        for other in self._map.routes(*order.sites, most=OTHER_ROUTES):
            mode = self._best(other, kind, modes) if other.fibres != route.fibres else None
            if mode and self.spectrum.first_fit(other.fibres, mode.slot_hz, self._system.channels(mode.slot_hz)):
                return f"the route {over(other)} ({show_length(other.length_km)}) closes with {mode.name}"
        return ""

    def _other_type(self, route: Route, kind: TransceiverType) -> str:
        """A transceiver of the catalogue whose carriers the lines are known for."""
        known = self.lines.lines[0].noise
        for other in self.topology.catalogue.transceivers.values():
            modes = [mode for mode in other.modes if mode.carrier in known]
            mode = self._best(route, other, modes) if other.name != kind.name and modes else None
            if mode is not None:
                return f"{other.name} closes with {mode.name}"
        return ""

    def _regenerator(self, route: Route, kind: TransceiverType, modes: Sequence[Mode]) -> str:
        """The site nearest to the route's middle at which both sections close; or several."""
        if self._best(Route(route.sites[:1], (), 0.0, 0.0), kind, modes) is None:
            return ""  # not even over no fibre at all: sections, however short, will not do
        if len(route.fibres) == 1:
            return f"a regenerator needs a site on the way: divide fibre {route.fibres[0]} at one"
        places = []
        for cut in range(1, len(route.fibres)):
            if not self._can_regenerate(route.sites[cut], kind):
                continue
            sections = [
                self._map.route(route.sites[0], route.fibres[:cut]),
                self._map.route(route.sites[cut], route.fibres[cut:]),
            ]
            if all(self._best(section, kind, modes) for section in sections):
                places.append((max(section.length_km for section in sections), route.sites[cut]))
        if places:
            longest_km, site = min(places)
            sections_km = f"(sections of {show_length(longest_km)} at most)"
            return f"a regenerator at {site} closes {sections_km}: {self._order([site], kind)}"
        return self._regenerators(route, kind, modes)

    def _regenerators(self, route: Route, kind: TransceiverType, modes: Sequence[Mode]) -> str:
        """As few as will do: each section as long as closes."""
        chosen, start = [], 0
        while start < len(route.fibres):
            last = len(route.fibres)
            ends = [end for end in range(last, start, -1) if self._can_regenerate(route.sites[end], kind)]
            sections = ((end, self._map.route(route.sites[start], route.fibres[start:end])) for end in ends)
            end = next((end for end, section in sections if self._best(section, kind, modes)), None)
            if end is None:
                return ""
            chosen.append(route.sites[end])
            start = end
        return f"regenerators at {', '.join(chosen[:-1])} close: {self._order(chosen[:-1], kind)}"

    def _can_regenerate(self, site: str, kind: TransceiverType) -> bool:
        """Whether the transceivers there are, or can be, of the lightpath's type."""
        return self._site[site].transceiver in (None, kind.name)

    def _order(self, sites: Sequence[str], kind: TransceiverType) -> str:
        """What to write in the topology for regenerators at ``sites``: two transceivers more at each."""
        parts = [f"write 'regenerate: [{', '.join(sites)}]'"]
        for name in sites:
            site, wanted = self._site[name], self._wanted[name] + 2
            if not site.transceivers:
                delay = f"delay: {show_time(REGENERATION_S)}"
                parts.append(f"give {name} 'transceivers: {{count: {wanted}, mode: {kind.name}, {delay}}}'")
            elif site.transceivers < wanted:
                parts.append(f"raise sites.{name}.transceivers.count to {wanted}")
        return ", ".join(parts)
