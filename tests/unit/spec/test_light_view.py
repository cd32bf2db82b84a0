"""A plan's light on a terminal of 80 columns."""

from __future__ import annotations

from io import StringIO

from rich.console import Console, Group

from twin.plan.catalogue import Mode, TransceiverType
from twin.plan.light import Light, Lightpath, Refusal
from twin.spec.light_view import render

MODE = Mode("400G", 400e9, 60e9, 8, 75e9, 0.2, 24.0, 34.0)
PATH = Lightpath(
    name="ac", sites=("a", "b", "c"), fibres=("ab", "bc"), transceiver="400ZR", mode="400G", rate_bps=400e9,
    channel=12, frequency_hz=192e12, length_km=1234.56, delay_s=0.00604536, gsnr_db=26.0, osnr_db=27.0,
    dispersion_ps_nm=2e4, margin_db=2.005, power_dbm=-1.98, pmd_ps=1.4, pdl_db=2.12,
)  # fmt: skip
LIGHT = Light(
    "standard", 2.0, 0.0, 38.0, 191.35e12, (TransceiverType("400ZR", (MODE,)),), {}, (), {}, (PATH,),
    (Refusal("ad", ("a", "d"), "GSNR too low", "mode 300G closes"), Refusal("ae", ("a", "e"), "no", "")),
)  # fmt: skip


def test_lightpaths_routes_and_refusals() -> None:
    stream = StringIO()
    Console(file=stream, width=80).print(Group(*render(LIGHT)))
    shown = [line.rstrip() for line in stream.getvalue().splitlines()]
    assert max(map(len, shown)) <= 80
    assert shown[1:] == [
        "Lightpaths",
        "lightpath  mode      rate     length   one way   GSNR  margin  ch   dBm",
        "─" * 71,
        "ac         400G  400 Gb/s  1234.6 km  6.045 ms  26.00    2.00  12  -2.0",
        "400ZR; line system standard. GSNR in dB in 0.1 nm with every channel of",
        "the band lit; margin over the mode's need, 2 dB or more. ch: channel;",
        "dBm: a channel's power into a span.",
        "",
        "Routes",
        "- ac: a - b - c over ab, bc",
        "",
        "At the receivers",
        "lightpath      frequency      OSNR   dispersion      PMD      PDL",
        "─" * 65,
        "ac         192.00000 THz  27.00 dB  20000 ps/nm  1.40 ps  2.12 dB",
        "",
        "Refused lightpaths",
        "- ad (a - d): GSNR too low; mode 300G closes",
        "- ae (a - e): no; nothing near it closes",
    ]
