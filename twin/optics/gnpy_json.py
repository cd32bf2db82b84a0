"""The plant as GNPy's own JSON: a network and an equipment library. Pure.

::

    trx A - roadm A - [span 1 - span 2 - ...] - roadm B - trx B           and the same from B to A

Amplifiers are left out: GNPy's automatic design puts a booster behind each ROADM, one between every two spans and a
preamplifier before the next ROADM. An ``ocs`` is a ROADM too, which passes on what arrives less the switch's loss: the
amplifier behind it makes up for that.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Final

from twin.plan.catalogue import Catalogue, FibreType, LineSystem, Mode, TransceiverType
from twin.plan.topology import FibrePair, Site, Topology

#: What a receiver is penalised for: our name -> GNPy's.
PENALTIES: Final = {"dispersion": "chromatic_dispersion", "pmd": "pmd", "pdl": "pdl"}


def network(topology: Topology, catalogue: Catalogue) -> dict[str, Any]:
    """The network of GNPy: everything between the line ports of the sites' optical switches."""
    elements: list[dict[str, Any]] = []
    connections: list[dict[str, str]] = []
    for site in topology.sites:
        if site.optical is None:
            continue
        place = {"metadata": {"location": _location(site)}}
        elements.append({"uid": trx_uid(site.name), "type": "Transceiver", **place})
        elements.append({"uid": roadm_uid(site.name), "type": "Roadm", **place, **_loss(topology, site)})
        _chain(connections, [trx_uid(site.name), roadm_uid(site.name), trx_uid(site.name)])
    for fibre in topology.fibres:
        kind = catalogue.fibres[fibre.kind]
        for a, b in (fibre.sites, fibre.sites[::-1]):
            uids = [span_uid(fibre.name, a, b, k) for k in range(1, len(spans_km(fibre)) + 1)]
            lengths = spans_km(fibre) if a == fibre.sites[0] else spans_km(fibre)[::-1]
            elements += [_span(uid, fibre, kind, length) for uid, length in zip(uids, lengths, strict=True)]
            _chain(connections, [roadm_uid(a), *uids, roadm_uid(b)])
    return {"network_name": topology.name, "elements": elements, "connections": connections}


def equipment(
    base: dict[str, Any],
    system: LineSystem,
    design: Mode,
    margin_db: float,
    fibres: Iterable[FibreType],
    types: Iterable[TransceiverType],
) -> dict[str, Any]:
    """GNPy's equipment library ``base`` with the line system's spectrum, full of ``design``, our fibres and modes."""
    library = copy.deepcopy(base)
    for key in ("f_min", "f_max", "baud_rate", "spacing", "roll_off", "tx_osnr", "power_dbm", "sys_margins"):
        library["SI"][0].pop(key, None)
    library["SI"][0] |= {
        "f_min": system.centre_hz(1, design.slot_hz),
        "f_max": last_hz(system, design.slot_hz),
        "baud_rate": design.baud_hz,
        "spacing": design.slot_hz,
        "roll_off": design.roll_off,
        "tx_osnr": design.tx_osnr_db,
        "power_dbm": system.power_dbm,
        "power_range_db": [0, 0, 1],
        "sys_margins": margin_db,
    }
    own = {fibre.name: _fibre_type(fibre) for fibre in fibres}
    library["Fiber"] = [*(item for item in library["Fiber"] if item.get("type_variety") not in own), *own.values()]
    library["Transceiver"] = [_transceiver(kind, system) for kind in types]
    return library


def last_hz(system: LineSystem, slot_hz: float) -> float:
    """The centre of the last channel, and a MHz more, so that rounding in GNPy loses no channel."""
    return system.centre_hz(system.channels(slot_hz), slot_hz) + 1e6


def trx_uid(site: str) -> str:
    """The uid of a site's transceivers."""
    return f"trx {site}"


def roadm_uid(site: str) -> str:
    """The uid of a site's ROADM."""
    return f"roadm {site}"


def span_uid(fibre: str, source: str, target: str, number: int) -> str:
    """The uid of one span, counted in the direction of the light."""
    return f"fibre {fibre} ({source} to {target}) {number}"


def spans_km(fibre: FibrePair) -> tuple[float, ...]:
    """The lengths of the fibre's spans, from its first site: as stated, or equal ones between the amplifiers."""
    if fibre.spans_km:
        return fibre.spans_km
    count = fibre.amplifiers + 1
    return (fibre.length_km / count,) * count


def _loss(topology: Topology, site: Site) -> dict[str, Any]:
    """What goes on from an optical circuit switch: a channel's power on the line, less the switch's loss."""
    assert site.optical is not None
    optics, catalogue, optical = topology.optics, topology.catalogue, site.optical
    loss_db = catalogue.switches[optical.technology].loss_db if optical.technology else None
    if optical.kind != "ocs" or loss_db is None or optics is None:
        return {}
    return {"params": {"target_pch_out_db": catalogue.line_systems[optics.line_system].power_dbm - loss_db}}


def _location(site: Site) -> dict[str, Any]:
    latitude, longitude = site.location or (0.0, 0.0)
    return {"city": site.name, "region": "", "latitude": latitude, "longitude": longitude}


def _chain(connections: list[dict[str, str]], uids: list[str]) -> None:
    connections += [{"from_node": a, "to_node": b} for a, b in pairwise(uids)]


def _span(uid: str, fibre: FibrePair, kind: FibreType, length_km: float) -> dict[str, Any]:
    loss = kind.loss_db_per_km if fibre.loss_db_per_km is None else fibre.loss_db_per_km
    params = {
        "length": length_km,
        "length_units": "km",
        "loss_coef": loss,
        "con_in": fibre.connector_db,
        "con_out": fibre.connector_db,
    }
    return {"uid": uid, "type": "Fiber", "type_variety": kind.name, "params": params}


def _fibre_type(fibre: FibreType) -> dict[str, Any]:
    return {
        "type_variety": fibre.name,
        "dispersion": fibre.dispersion_ps_nm_km * 1e-6,  # ps/nm/km -> s/m/m
        "effective_area": fibre.effective_area_um2 * 1e-12,
        "pmd_coef": fibre.pmd_ps_per_sqrt_km * 1e-12 / math.sqrt(1e3),  # ps/sqrt(km) -> s/sqrt(m)
    }


def _penalties(mode: Mode) -> list[dict[str, float]]:
    return [
        {name: value, "penalty_value": penalty_db}
        for key, name in PENALTIES.items()
        for value, penalty_db in getattr(mode, key)
    ]


def _transceiver(kind: TransceiverType, system: LineSystem) -> dict[str, Any]:
    modes = [
        {
            "format": mode.name,
            "baud_rate": mode.baud_hz,
            "OSNR": mode.osnr_db,
            "bit_rate": mode.rate_bps,
            "roll_off": mode.roll_off,
            "tx_osnr": mode.tx_osnr_db,
            "min_spacing": mode.slot_hz,
            "cost": 1,
        }
        | ({"penalties": penalties} if (penalties := _penalties(mode)) else {})
        for mode in kind.modes
    ]
    return {
        "type_variety": kind.name,
        "frequency": {"min": system.low_hz, "max": system.high_hz},
        "mode": modes,
    }
