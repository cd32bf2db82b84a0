"""Quantities with units: the only place where text becomes numbers and numbers become text.

Inside the twin a number carries its unit in its name: ``rate_bps``, ``delay_s``, ``length_km``, ``size_bytes``.

>>> parse("400 Gb/s", "rate"), parse("1.5 ms", "time"), parse("256 MiB", "size"), parse("80 km", "length")
(400000000000.0, 0.0015, 268435456.0, 80.0)
>>> show_rate(400e9), show_time(0.0015), show_size(268435456), show_length(80)
('400 Gb/s', '1.5 ms', '256 MiB', '80 km')
"""

from __future__ import annotations

import re
from typing import Final

_DECIMAL: Final = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_BINARY: Final = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}

#: kind of quantity -> unit as written -> factor to the base unit (b/s, s, B, km, fraction, W, dB, Hz, Bd, B/s, flop/s)
UNITS: Final[dict[str, dict[str, float]]] = {
    "rate": {f"{prefix}b/s": factor for prefix, factor in _DECIMAL.items()},
    "time": {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "min": 60.0},
    "size": {
        **{f"{prefix}B": factor for prefix, factor in _DECIMAL.items()},
        **{f"{prefix}B": factor for prefix, factor in _BINARY.items()},
    },
    "length": {"km": 1.0, "m": 1e-3},
    "ratio": {"%": 1e-2},
    "power": {"W": 1.0, "kW": 1e3, "mW": 1e-3},
    "level": {"dB": 1.0},
    "slowness": {"us/km": 1e-6, "s/km": 1.0},
    "attenuation": {"dB/km": 1.0},
    "carrier power": {"dBm": 1.0},
    "frequency": {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9, "THz": 1e12},
    "symbol rate": {"GBd": 1e9, "MBd": 1e6},
    "memory bandwidth": {"GB/s": 1e9, "TB/s": 1e12, "B/s": 1.0},
    "computing": {"Gflop/s": 1e9, "Tflop/s": 1e12, "Pflop/s": 1e15, "flop/s": 1.0},
}

_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)\s*\Z")


def parse(text: str, kind: str) -> float:
    """Turn ``text`` (``"400 Gb/s"``) into the base unit of ``kind`` (see ``UNITS``).

    Raises ``ValueError`` with a message that names what was found and what is allowed.
    """
    units = UNITS[kind]
    match = _QUANTITY.match(text)
    if match is None:
        raise ValueError(f"found {text!r}; allowed: a number and a unit, as in {_example(kind)!r}")
    number, unit = match.groups()
    if not unit:
        raise ValueError(f"found {text!r} without a unit; allowed: {', '.join(units)}, as in {_example(kind)!r}")
    if unit not in units:
        raise ValueError(f"found the unit {unit!r}; allowed: {', '.join(units)}, as in {_example(kind)!r}")
    # One division for small units keeps 1.5 ms at 0.0015 and not 0.0015000000000000002.
    factor = units[unit]
    return float(number) * factor if factor >= 1 else float(number) / round(1 / factor)


def _example(kind: str) -> str:
    return {
        "rate": "400 Gb/s",
        "time": "10 ms",
        "size": "256 MiB",
        "length": "80 km",
        "ratio": "5 %",
        "power": "17 W",
        "level": "3 dB",
        "slowness": "4.8967 us/km",
        "attenuation": "0.2 dB/km",
        "carrier power": "0 dBm",
        "frequency": "75 GHz",
        "symbol rate": "63.1 GBd",
        "memory bandwidth": "3.35 TB/s",
        "computing": "989 Tflop/s",
    }[kind]


def _show(value: float, steps: list[tuple[float, str]]) -> str:
    factor, unit = next((step for step in steps if abs(value) >= step[0]), steps[-1])
    return f"{value / factor:.6g} {unit}"


def show_rate(rate_bps: float) -> str:
    """``400e9`` -> ``"400 Gb/s"``."""
    return _show(rate_bps, [(1e12, "Tb/s"), (1e9, "Gb/s"), (1e6, "Mb/s"), (1e3, "kb/s"), (1.0, "b/s")])


def show_time(time_s: float) -> str:
    """``0.0015`` -> ``"1.5 ms"``."""
    if time_s == 0:
        return "0 s"
    return _show(time_s, [(1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")])


def show_size(size_bytes: float) -> str:
    """``268435456`` -> ``"256 MiB"``: binary units where they come out whole and short, decimal ones elsewhere."""
    for factor, unit in ((2.0**40, "TiB"), (2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB")):
        if size_bytes >= factor and size_bytes % factor == 0 and size_bytes / factor < 10_000:
            return f"{size_bytes / factor:.0f} {unit}"
    return _show(size_bytes, [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")])


def show_length(length_km: float) -> str:
    """``80.0`` -> ``"80 km"``, ``0.003`` -> ``"3 m"``."""
    return _show(length_km, [(1.0, "km"), (1e-3, "m")]) if length_km else "0 km"
