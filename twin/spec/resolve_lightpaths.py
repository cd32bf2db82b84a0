"""Lightpaths of a topology file: ends, fibres, modes and channels checked.

One that is regenerated becomes one lightpath for each section, which the packet switches on its way join::

    far: {between: [a, d], regenerate: [b, c]}     ->     far-1 from a to b, far-2 from b to c, far-3 from c to d
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from twin.plan.topology import LightpathOrder, Site, Topology
from twin.spec.document import Document, Path_, nearest
from twin.spec.optics_file import LightpathFile


class LightpathReader:
    """Checks one lightpath after the other, and that no two claim one piece of spectrum by order."""

    def __init__(self, topology: Topology, document: Document) -> None:
        self.document = document
        self.topology = topology
        self.sites: dict[str, Site] = {site.name: site for site in topology.sites}
        self.fibres = {fibre.name: fibre for fibre in topology.fibres}
        self.claims: list[tuple[str, str, float, float]] = []
        self.notes: list[str] = []

    def read(self, name: str, files: Mapping[str, LightpathFile]) -> tuple[LightpathOrder, ...]:
        """The lightpath ``name`` of ``files``, in its sections. Raises ``BadInput``."""
        file, path = files[name], ("lightpaths", name)
        a, b = file.between
        stops = (a, *(file.regenerate or ()), b)
        places: list[Path_] = [(*path, "regenerate", i) for i in range(len(stops) - 2)]
        for stop, place in zip(stops, [(*path, "between", 0), *places, (*path, "between", 1)], strict=True):
            self._check_stop(stop, a, place)
        if a == b:
            raise self.document.bad((*path, "between"), f"found {a!r} at both ends", "two different sites")
        whole = LightpathOrder(name, (a, b), tuple(file.over or ()), file.mode, file.channel)
        self._check_over(whole, path)
        self._check_mode(whole, path)
        return self._sections(whole, stops, files, path) if file.regenerate else (whole,)

    def _check_stop(self, name: str, first: str, place: Path_) -> None:
        """A place at which light ends: with transceivers like those of the ``first``."""
        site = self.sites.get(name)
        if site is None:
            known = ", ".join(list(self.sites)[:12])
            raise self.document.bad(place, f"found the unknown site {name!r}", known, nearest(name, list(self.sites)))
        if site.transceiver is None or not site.transceivers:
            remedy = f"give sites.{name} transceivers, as in '{{count: 2, mode: 400ZR}}'"
            raise self.document.bad(place, f"found {name!r}, which has no transceivers", "", remedy)
        start = self.sites[first]
        if start.transceiver != site.transceiver:
            found = f"found {start.transceiver} at {first!r} and {site.transceiver} at {name!r}"
            raise self.document.bad(place, found, "one type of transceiver at both ends")

    def _sections(
        self, whole: LightpathOrder, stops: tuple[str, ...], files: Mapping[str, LightpathFile], path: Path_
    ) -> tuple[LightpathOrder, ...]:
        """``whole`` cut at its regenerators."""
        place = (*path, "regenerate")
        if len(set(stops)) < len(stops):
            raise self.document.bad(place, "found a site twice on the way", "other sites than the ends, each once")
        cuts = self._cuts(whole, stops, place) if whole.fibres else [0] * len(stops)
        self._note(whole, stops[1:-1])
        sections = []
        for i, (a, b) in enumerate(pairwise(stops)):
            name = f"{whole.name}-{i + 1}"
            if name in files:
                found = f"found a section {name!r}, and a lightpath of that name"
                raise self.document.bad(place, found, "each name once", "rename one of them")
            fibres = whole.fibres[cuts[i] : cuts[i + 1]]
            sections.append(LightpathOrder(name, (a, b), fibres, whole.mode, whole.channel))
        return tuple(sections)

    def _note(self, whole: LightpathOrder, regenerators: tuple[str, ...]) -> None:
        lines = [(name, self.sites[name].line) for name in regenerators]
        quick = ", ".join(name for name, line in lines if line is None or not line.delay_s)
        if quick:
            found = f"{quick} regenerates lightpath {whole.name} in 0 s, its transceivers' delay"
            self.notes.append(f"{found}; vendors' guides have about 100 us for a site")

    def _cuts(self, whole: LightpathOrder, stops: tuple[str, ...], place: Path_) -> list[int]:
        """How many fibres of ``whole`` lie before each stop."""
        passed = [whole.sites[0]]
        for name in whole.fibres:
            a, b = self.fibres[name].sites
            passed.append(b if a == passed[-1] else a)
        cuts = [passed.index(stop) if stop in passed else -1 for stop in stops]
        if -1 in cuts or cuts != sorted(cuts):
            found = f"found {', '.join(stops[1:-1])} on the way {' - '.join(passed)}"
            raise self.document.bad(place, found, "sites of 'over', in its order")
        return cuts

    def _check_over(self, order: LightpathOrder, path: Path_) -> None:
        here = order.sites[0]
        passed = {here}
        for i, name in enumerate(order.fibres):
            fibre = self.fibres.get(name)
            if fibre is None or here not in fibre.sites:
                found = f"found {name!r}, which is not a fibre that starts at {here!r}"
                starting = [fibre.name for fibre in self.topology.fibres if here in fibre.sites]
                raise self.document.bad((*path, "over", i), found, ", ".join(starting), nearest(name, starting))
            there = fibre.sites[1] if fibre.sites[0] == here else fibre.sites[0]
            kinds = [optical.kind for site in (here, there) if (optical := self.sites[site].optical) is not None]
            if kinds[0] != kinds[-1]:
                found = f"found {name!r}, which joins {kinds[0]} and {kinds[-1]}"
                raise self.document.bad((*path, "over", i), found, "fibres between switches of one kind")
            if there in passed:
                found = f"found {name!r}, which leads back to {there!r}"
                raise self.document.bad((*path, "over", i), found, "a way that passes each site once")
            passed.add(there)
            here = there
        if order.fibres and here != order.sites[1]:
            found = f"found fibres that lead to {here!r}"
            raise self.document.bad((*path, "over"), found, f"a way to {order.sites[1]!r}")

    def _check_mode(self, order: LightpathOrder, path: Path_) -> None:
        kind = self.topology.catalogue.transceivers[self.sites[order.sites[0]].transceiver or ""]
        modes = {mode.name: mode for mode in kind.modes}
        if order.mode is not None and order.mode not in modes:
            found = f"found the unknown mode {order.mode!r} of {kind.name}"
            raise self.document.bad((*path, "mode"), found, ", ".join(modes), nearest(order.mode, list(modes)))
        if order.channel is None:
            return
        optical = self.sites[order.sites[0]].optical
        if optical is not None and optical.kind == "ocs":
            found = "found a channel between optical circuit switches, which join whole fibres"
            raise self.document.bad((*path, "channel"), found, "", "leave it out")
        if not order.fibres:
            found = "found a channel, but no fibres for it"
            raise self.document.bad((*path, "channel"), found, "", "name them, as in 'over: [tokyo-osaka]'")
        mode = modes[order.mode] if order.mode else kind.modes[0]
        optics = self.topology.optics
        assert optics is not None
        count = self.topology.catalogue.line_systems[optics.line_system].channels(mode.slot_hz)
        if order.channel > count:
            found = f"found channel {order.channel} of {mode.slot_hz / 1e9:g} GHz"
            raise self.document.bad((*path, "channel"), found, f"1 to {count}, the line system's band")
        self._claim(order, order.channel, mode.slot_hz, path)

    def _claim(self, order: LightpathOrder, channel: int, slot_hz: float, path: Path_) -> None:
        low, high = (channel - 1) * slot_hz, channel * slot_hz
        for other, fibre, other_low, other_high in self.claims:
            if fibre in order.fibres and low < other_high and other_low < high:
                found = f"found channel {channel} on fibre {fibre!r}, where lightpath {other!r} is by order"
                raise self.document.bad((*path, "channel"), found, "each channel of a fibre once", "name another")
        self.claims += [(order.name, fibre, low, high) for fibre in order.fibres]
