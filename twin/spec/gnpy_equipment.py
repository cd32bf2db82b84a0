"""A GNPy equipment library as raw catalogue entries: its transceivers' modes, its fibre types, and a line system named
``imported``."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, Final

from twin.errors import BadInput
from twin.optics.gnpy_json import PENALTIES
from twin.plan.topology import G652_DELAY_S_PER_KM
from twin.spec.gnpy_network import read_json

#: What GNPy 3.0.1 knows at the top of a library.
_SECTIONS: Final = {"Edfa", "Fiber", "RamanFiber", "Roadm", "SI", "Span", "Transceiver"}
#: Keys that GNPy 3.0.1 reads; it ignores others, so a misspelt one would change the result unseen.
_KNOWN: Final = {
    "SI": {
        *("f_min", "f_max", "baud_rate", "spacing", "power_dbm", "power_range_db", "roll_off", "tx_osnr"),
        *("sys_margins", "tx_power_dbm", "use_si_channel_count_for_design", "type_variety"),
    },
    "Span": {
        *("power_mode", "delta_power_range_db", "max_fiber_lineic_loss_for_raman", "target_extended_gain"),
        *("max_length", "length_units", "max_loss", "padding", "EOL", "con_in", "con_out", "span_loss_ref"),
        *("power_slope", "voa_margin", "voa_step"),
    },
}
_SI_NEEDED: Final = ("f_min", "f_max", "spacing", "power_dbm")
_MODE_KEYS: Final = ("format", "baud_rate", "OSNR", "bit_rate", "tx_osnr", "min_spacing")
_FIBRE_KEYS: Final = {"type_variety", "dispersion", "effective_area", "pmd_coef"}
#: What ROADMs do to light by the way it takes through them.
_PATHS: Final = "roadm-path-impairments"
#: Gross over net bit rate, to guess the bits per symbol, on which only the bit error rate depends (assumed).
_OVERHEAD: Final = 1.15
#: GNPy's band of an amplifier that states none, Hz.
_AMPLIFIER_HZ: Final = (191.275e12, 196.125e12)
#: The flexible grid of ITU-T G.694.1, Hz.
_GRID_HZ: Final = 12.5e9
#: GNPy's default where a mode states none.
_ROLL_OFF: Final = 0.15


def read(path: Path) -> dict[str, Any]:
    """The catalogue: ``transceivers``, ``fibres`` and ``line_systems``. Raises ``BadInput``."""
    data = read_json(path)
    unknown = sorted(data.keys() - _SECTIONS)
    if unknown:
        raise _bad(path, unknown[0], f"found the unknown key {unknown[0]!r}", ", ".join(sorted(_SECTIONS)))
    for section in ("SI", "Span", "Edfa", "Roadm"):
        if not data.get(section):
            raise _bad(path, section, f"the key {section!r} is missing", "", "take it from GNPy's own library")
    for section, known in _KNOWN.items():
        for key in data[section][0]:
            if key not in known:
                raise _bad(path, key, f"found the unknown key {key!r} in {section}", ", ".join(sorted(known)))
    _check_roadms(path, data["Roadm"])
    band, span = data["SI"][0], data["Span"][0]
    for name, holder, keys in (("SI", band, _SI_NEEDED), ("Span", span, ("max_length", "max_loss"))):
        for key in keys:
            if not isinstance(holder.get(key), (int, float)):
                raise _bad(path, name, f"found no number {key!r}", "", "take it from GNPy's own library")
    half_hz = float(band["spacing"]) / 2
    # GNPy drops channels that its amplifiers do not pass; here the band ends with the narrowest amplifier.
    low_hz = max([band["f_min"] - half_hz, *(amplifier.get("f_min", _AMPLIFIER_HZ[0]) for amplifier in data["Edfa"])])
    high_hz = min([band["f_max"] + half_hz, *(amplifier.get("f_max", _AMPLIFIER_HZ[1]) for amplifier in data["Edfa"])])
    system = {
        "equipment": data,
        "band": [f"{low_hz!r} Hz", f"{high_hz!r} Hz"],
        "power": f"{float(band['power_dbm'])!r} dBm",
        "span": f"{float(span['max_length'])!r} km",
        "span_loss": f"{float(span['max_loss'])!r} dB",
        "sources": {"equipment": path.name},
    }
    kinds = {_entry(item["type_variety"]): _transceiver(path, item) for item in data.get("Transceiver", [])}
    fibres = {_entry(item["type_variety"]): _fibre(path, item) for item in data.get("Fiber", [])}
    return {"transceivers": kinds, "fibres": fibres, "line_systems": {"imported": system}}


def _check_roadms(path: Path, roadms: list[dict[str, Any]]) -> None:
    """All ROADMs are of the type without a name. A line's noise is added up without that of ROADMs on the way."""
    for roadm in roadms:
        if roadm.get("type_variety", "default") == "default" and roadm.get(_PATHS):
            found = f"found {_PATHS!r} of the default ROADM"
            remedy = "leave them out, and write add_drop_osnr, pmd and pdl"
            raise _bad(path, _PATHS, found, "ROADMs that add noise only where light is added and dropped", remedy)


def _fibre(path: Path, item: dict[str, Any]) -> dict[str, Any]:
    """GNPy's types state neither delay nor loss: the delay is that of G.652, the loss each fibre's own."""
    for key in ("dispersion", "effective_area", "pmd_coef"):
        if not isinstance(item.get(key), (int, float)):
            raise _bad(path, item["type_variety"], f"found a fibre type without a number {key!r}")
    for key in sorted(item.keys() - _FIBRE_KEYS):
        raise _bad(path, item["type_variety"], f"found the unknown key {key!r}", ", ".join(sorted(_FIBRE_KEYS)))
    source = path.name
    return {
        "delay": f"{G652_DELAY_S_PER_KM!r} s/km",
        "loss": "0.2 dB/km",
        "dispersion": item["dispersion"] * 1e6,  # s/m/m -> ps/nm/km
        "effective_area": item["effective_area"] * 1e12,
        "pmd": item["pmd_coef"] * 1e12 * math.sqrt(1e3),  # s/sqrt(m) -> ps/sqrt(km)
        "sources": {
            **{"delay": "assumed: as G.652", "loss": "GNPy 3.0.1; fibres of the network state their own"},
            **{"dispersion": source, "effective_area": source, "pmd": source},
        },
    }


def _transceiver(path: Path, item: dict[str, Any]) -> dict[str, Any]:
    modes = {}
    for mode in item["mode"]:
        for key in _MODE_KEYS:
            if key not in mode:
                name = f"{item['type_variety']}.{mode.get('format')}"
                raise _bad(path, str(mode.get("format")), f"the key {key!r} of {name} is missing")
        modes[_entry(mode["format"])] = {
            "rate": f"{float(mode['bit_rate'])!r} b/s",
            "baud": f"{float(mode['baud_rate']) / 1e9!r} GBd",
            "bits": max(2, round(mode["bit_rate"] * _OVERHEAD / mode["baud_rate"])),
            "slot": f"{_slot_hz(mode)!r} Hz",
            "roll_off": mode.get("roll_off") or _ROLL_OFF,
            "osnr": f"{float(mode['OSNR'])!r} dB",
            "tx_osnr": f"{float(mode['tx_osnr'])!r} dB",
            **{key: _points(mode.get("penalties") or [], name) for key, name in PENALTIES.items()},
        }
    return {"modes": modes, "sources": {"modes": path.name}}


def _slot_hz(mode: dict[str, Any]) -> float:
    """The mode's spacing; the next multiple of 12.5 GHz where its spectrum is wider, which GNPy would refuse."""
    width_hz = mode["baud_rate"] * (1 + (mode.get("roll_off") or _ROLL_OFF))
    spacing_hz = float(mode["min_spacing"])
    return spacing_hz if width_hz <= spacing_hz else math.ceil(width_hz / _GRID_HZ) * _GRID_HZ


def _points(penalties: list[dict[str, float]], name: str) -> list[list[float]]:
    points = [[item[name], item["penalty_value"]] for item in penalties if name in item]
    return sorted([float(a), float(b)] for a, b in points if a > 0)


def _entry(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.+-]+", "-", name).strip("-._+")[:40]


def _bad(path: Path, text: str, found: str, allowed: str = "", remedy: str = "") -> BadInput:
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next((i for i, line in enumerate(lines, start=1) if f'"{text}"' in line), 1)
    return BadInput(f"{path}:{number}", text, found, allowed, remedy)
