"""Lightpaths of a topology file: ends, fibres, modes and channels checked."""

from __future__ import annotations

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

    def read(self, name: str, file: LightpathFile) -> LightpathOrder:
        """The lightpath ``name``. Raises ``BadInput``."""
        path: Path_ = ("lightpaths", name)
        a, b = file.between
        for i, end in enumerate((a, b)):
            site = self.sites.get(end)
            if site is None:
                found = f"found the unknown site {end!r}"
                names = ", ".join(list(self.sites)[:12])
                raise self.document.bad((*path, "between", i), found, names, nearest(end, list(self.sites)))
            if site.transceiver is None or not site.transceivers:
                raise self.document.bad((*path, "between", i), f"found {end!r}, which has no transceivers")
        if a == b:
            raise self.document.bad((*path, "between"), f"found {a!r} at both ends", "two different sites")
        if self.sites[a].transceiver != self.sites[b].transceiver:
            found = f"found {self.sites[a].transceiver} at {a!r} and {self.sites[b].transceiver} at {b!r}"
            raise self.document.bad((*path, "between"), found, "one type of transceiver at both ends")
        order = LightpathOrder(name, (a, b), tuple(file.over or ()), file.mode, file.channel)
        self._check_over(order, path)
        self._check_mode(order, path)
        return order

    def _check_over(self, order: LightpathOrder, path: Path_) -> None:
        here = order.sites[0]
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
