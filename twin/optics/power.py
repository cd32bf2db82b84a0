"""Watts of a plant, and of what could be in its place. Pure.

The table counts what the plan has; a value that the catalogue has not is named as missing and counts nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from twin.plan.catalogue import Catalogue, SwitchType
from twin.plan.model import Plan
from twin.plan.topology import Topology


@dataclass(frozen=True)
class Item:
    """``count`` things of one kind. ``each_w`` and ``price`` None: the catalogue has none. ``source`` is that of the
    power."""

    kind: str
    name: str
    count: int
    each_w: float | None
    source: str
    price: str | None = None

    @property
    def total_w(self) -> float | None:
        return None if self.each_w is None else self.count * self.each_w


@dataclass(frozen=True)
class Alternative:
    """One way to do one job. ``each_w`` is the power of one module, or of one port of a switch; ``per_tbps_w`` that of
    both ends for each Tb/s. ``ports`` and ``switching_s`` are a switch's. ``unfit`` says why it cannot do the job here,
    empty where it can."""

    job: str
    name: str
    each_w: float | None
    per_tbps_w: float | None
    reach_km: float | None
    price: str | None
    source: str
    unfit: str = ""
    ports: int | None = None
    switching_s: float | None = None


#: The jobs of alternatives.
IN_SITE, BETWEEN, SWITCH = "Links in a site", "Transceivers between sites", "Switches"


def items(topology: Topology, plan: Plan) -> tuple[Item, ...]:
    """What draws power in the plant: transceivers, amplifiers, and optical switches: whole ones where the catalogue
    knows their technology's power, other ROADMs by degree. The plan must have light."""
    return tuple(_items(topology, plan))


def _items(topology: Topology, plan: Plan) -> Iterator[Item]:
    catalogue, light = topology.catalogue, plan.light
    assert light is not None
    for name, count in Counter(item.type for item in plan.transceivers).items():
        kind = catalogue.transceivers[name or ""]
        yield Item("transceiver", kind.name, count, kind.power_w, _source(kind.sources), kind.price)
    system = catalogue.line_systems[light.line_system]
    amplifiers = sum(len(line.amplifiers) for line in light.lines)
    source = system.sources.get("amplifier_power", "not stated")
    yield Item("amplifier", f"{system.name} EDFA", amplifiers, system.amplifier_w, source, system.amplifier_price)
    unknown = SwitchType("ocs without a technology", 0)
    switches = {
        item.site: catalogue.switches[item.technology] if item.technology else unknown for item in plan.optical_switches
    }
    kinds = {item.site: item.kind for item in plan.optical_switches}
    whole = {site: switch for site, switch in switches.items() if switch.power_w is not None or kinds[site] == "ocs"}
    degrees = sum(line.source not in whole for line in light.lines)
    if degrees:
        source = system.sources.get("degree_power", "not stated")
        price = system.roadm_degree_price
        yield Item("ROADM degree", f"{system.name} ROADM", degrees, system.roadm_degree_w, source, price)
    counts = Counter(switch.name for switch in whole.values())
    for switch in {switch.name: switch for switch in whole.values()}.values():
        name, count = switch.name, counts[switch.name]
        yield Item("switch", name, count, switch.power_w, _source(switch.sources), switch.price)


def alternatives(topology: Topology, plan: Plan) -> tuple[Alternative, ...]:
    """In the site, between sites, and switches, from the whole catalogue."""
    found = [*_in_site(topology.catalogue), *_between(topology.catalogue, plan), *_switches(topology.catalogue)]
    return tuple(found)


def _in_site(catalogue: Catalogue) -> Iterator[Alternative]:
    for link in catalogue.site_links.values():
        per_tbps_w = None if link.power_w is None else 2 * link.power_w / (link.rate_bps / 1e12)
        yield Alternative(
            IN_SITE, link.name, link.power_w, per_tbps_w, link.reach_km, link.price, _source(link.sources)
        )


def _between(catalogue: Catalogue, plan: Plan) -> Iterator[Alternative]:
    paths = plan.light.lightpaths if plan.light else ()
    lengths_km = [*(fibre.length_km for fibre in plan.fibres), *(path.length_km for path in paths)]
    longest_km = max(lengths_km, default=0.0)
    for kind in catalogue.transceivers.values():
        per_tbps_w = None if kind.power_w is None else 2 * kind.power_w / (kind.rate_bps / 1e12)
        unfit = "" if kind.reaches(longest_km) else f"a route has {longest_km:.4g} km"
        yield Alternative(
            BETWEEN, kind.name, kind.power_w, per_tbps_w, kind.reach_km, kind.price, _source(kind.sources), unfit
        )


def _switches(catalogue: Catalogue) -> Iterator[Alternative]:
    """Per port; a port's rate is whatever the light carries, so nothing is said for each Tb/s."""
    for switch in catalogue.switches.values():
        each_w = None if switch.power_w is None else switch.power_w / switch.ports
        numbers = (switch.ports, switch.switching_s)
        yield Alternative(SWITCH, switch.name, each_w, None, None, switch.price, _source(switch.sources), "", *numbers)


def missing(found: Sequence[Item | Alternative]) -> tuple[str, ...]:
    """What the catalogue has no power and no price of, in a line each."""
    lines = []
    for what, names in (
        ("power", [item.name for item in found if item.each_w is None]),
        ("price", [item.name for item in found if item.price is None]),
    ):
        if names:
            lines.append(f"no {what} in the catalogue: {', '.join(dict.fromkeys(names))}")
    return tuple(lines)


def _source(sources: dict[str, str]) -> str:
    return sources.get("power", "not stated")
