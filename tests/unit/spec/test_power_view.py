"""Power on a terminal of 80 columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin import cli

REPOSITORY = Path(__file__).resolve().parents[3]


def test_the_whole_page(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    status = cli.main(["plan", "--power", str(REPOSITORY / "topologies/metro-ring.yaml")])
    out = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert status == 0
    assert max(map(len, out)) <= 80
    assert out[:8] == [
        "Power of the optical plant",
        "what           type             count   W each     W   source of the power",
        "─" * 80,
        "transceiver    OpenZR+              8     22.5   180   vendors' design guides,",
        "                                                       21-22.5 W",
        "amplifier      standard EDFA       18       40   720   assumed",
        "ROADM degree   standard ROADM       6      100   600   assumed",
        "1500 W",
    ]
    assert "DR8           500 m       17         42.5   US$699-3067   vendors' data sheets" in out
    assert "packet-136            136    packets      22.06       ?   secondary, about 3 kW" in out
    assert "- no power in the catalogue: piezo, robotic, rotor, silicon-photonics, PLZT, WSS" in out


def test_prices_of_ones_own_are_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    text = (REPOSITORY / "topologies/metro-ring.yaml").read_text()
    own = "equipment: eqpt_config.json, band: [191.3125 THz, 195.1375 THz], power: 0 dBm, amplifier_power: 30 W"
    text += f"catalogue: {{line_systems: {{standard: {{{own}, amplifier_price: EUR 8000}}}}}}\n"
    (tmp_path / "x.yaml").write_text(text)
    assert cli.main(["plan", "--power", str(tmp_path / "x.yaml")]) == 0
    out = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert out[1] == "what type count W each W price each source of the power"
    assert out[4:7] == [
        "amplifier standard EDFA 18 30 540 EUR 8000 not stated",
        "ROADM degree standard ROADM 6 ? ? ? not stated",
        "720 W and what is missing",
    ]


def test_a_topology_without_light_has_no_power_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plan", "--power", str(REPOSITORY / "topologies/three-sites.yaml")]) == 2
    assert capsys.readouterr().err == (
        "--power: sites: found no transceivers by mode; give the topology's transceivers one, as in 'mode: 400ZR'\n"
    )
