"""Telemetry over time, from what happened to the plant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from twin.errors import BadInput
from twin.physics.events import Connect, Cut, Degrade
from twin.physics.record import to_line
from twin.plan.catalogue import Mode, TransceiverType
from twin.plan.light import Light, Line, Noise
from twin.plan.model import Plan
from twin.results import bundle, report, telemetry
from twin.results.finish import finish

MODE = Mode("400G", 400e9, 62.5e9, 8, 75e9, 0.2, 24.0, 36.0)
SWITCHING_S = 0.015
ZERO_S = 3.0


@pytest.fixture
def plan(plan: Plan) -> Plan:
    """The three sites with light: each line adds 0.008 of noise."""
    lines = tuple(
        Line(
            fibre.name, a, b, (80.0,), (f"{fibre.name}.1", f"{fibre.name}.2"), 1336.0, 0.0, -16.0,
            {MODE.carrier: Noise((0.004, 0.004), (0.0,))}, ((-20.0, 0.0), (-16.0, 0.0)), 0.0, -20.0,
        )
        for fibre in plan.fibres
        for a, b in (fibre.sites, fibre.sites[::-1])
    )  # fmt: skip
    kind = TransceiverType("T", (MODE,))
    light = Light("standard", 1.0, 0.0, 38.0, 191.35e12, (kind,), {MODE.carrier: 51}, lines, {}, (), ())
    switches = tuple(replace(switch, switching_s=SWITCHING_S) for switch in plan.optical_switches)
    transceivers = tuple(replace(one, type="T") for one in plan.transceivers)
    return replace(plan, light=light, optical_switches=switches, transceivers=transceivers)


def happened(plan: Plan) -> list[dict[str, Any]]:
    """t1 of tokyo and of osaka joined before zero; cut at 1 s, harm from 2 s on."""
    from twin.physics.wiring import CrossConnect

    found = []
    for site in ("tokyo", "osaka"):
        switch = next(one.name for one in plan.optical_switches if one.site == site)
        client = plan.link_by_name[f"{site}-t1"].at(switch).port
        line = plan.link_by_name["tokyo-osaka"].at(switch).port
        for cross in (CrossConnect(switch, client, 0, line, 7), CrossConnect(switch, line, 7, client, 0)):
            found.append(to_line(Connect(cross), ZERO_S - 1.0))
    found.append(to_line(Cut("tokyo-osaka"), ZERO_S + 1.005))
    found.append(to_line(Degrade("tokyo-nagoya.1", 6.0, 1.0), ZERO_S + 2.0))
    return found


@pytest.fixture
def lit(plan: Plan, lab_folder: Callable[[str], Path]) -> Path:
    """A lab's folder with light in it."""
    folder = lab_folder("lit")
    lines = [json.dumps(line) + "\n" for line in happened(plan)]
    (folder / telemetry.LIGHT).write_text("".join(lines), encoding="utf-8")
    return folder


def rows_of(folder: Path, element: str, towards: str | None = None) -> list[dict[str, Any]]:
    table = telemetry.read_parquet(folder)
    assert table is not None
    rows: list[dict[str, Any]] = table.to_pylist()
    return [row for row in rows if (row["element"], row["towards"]) == (element, towards)]


def test_every_element_at_every_period_and_what_changes_when_it_does(lit: Path, plan: Plan) -> None:
    finish(lit, lab="uml", clock="virtual", wall_s=1.0)
    states = [(row["t_s"], row["state"]) for row in rows_of(lit, "osaka-t1") if 0.85 < row["t_s"] < 1.25]
    assert states == [(0.9, "up"), (1.0, "up"), (1.005, "dark"), (1.1, "dark"), (1.2, "dark")]
    table = telemetry.read_parquet(lit)
    assert table is not None
    elements = len(plan.transceivers) + 2 * 2 * len(plan.fibres)
    periods = 93  # 0 to 9.2 of 9.25 s
    changes = 2 + 2 + 4  # receivers and amplifiers behind the cut; all that see the drifting amplifier, at its end
    assert table.num_rows == elements * periods + changes
    assert table.schema == telemetry.SCHEMA


def test_a_drift_is_followed(lit: Path) -> None:
    finish(lit, lab="uml", clock="virtual", wall_s=1.0)
    rows = {row["t_s"]: row for row in rows_of(lit, "tokyo-nagoya.1", "nagoya")}
    levels = [rows[t_s]["osnr_db"] - rows[2.0]["osnr_db"] for t_s in (2.5, 3.0, 4.0)]
    assert levels == pytest.approx([-3.0, -6.0, -6.0])
    assert [rows[t_s]["state"] for t_s in (2.0, 2.5, 4.0)] == ["up", "degraded", "degraded"]


def test_one_run_has_one_telemetry(lit: Path, lab_folder: Callable[[str], Path]) -> None:
    other = lab_folder("other")
    (other / telemetry.LIGHT).write_bytes((lit / telemetry.LIGHT).read_bytes())
    for folder, wall_s in ((lit, 1.0), (other, 2.0)):
        finish(folder, lab="uml", clock="virtual", wall_s=wall_s)
    assert (lit / telemetry.TELEMETRY).read_bytes() == (other / telemetry.TELEMETRY).read_bytes()


def test_the_report_shows_the_light(lit: Path) -> None:
    import plotly.graph_objects as go

    finish(lit, lab="uml", clock="virtual", wall_s=1.0)
    page = report.write(lit).read_text(encoding="utf-8")
    assert '<section id="light"' in page
    assert 'id="chart-gsnr"' in page
    found = re.search(r'<script type="application/json" id="figures">(.*?)</script>', page)
    assert found is not None
    (figure,) = [figure for figure in json.loads(found.group(1)) if figure["id"] == "gsnr"]
    coloured = json.loads(re.sub(r"\$[a-z]+", "#123456", json.dumps(figure)))
    assert len(coloured["data"]) == 4  # tokyo-t1 and osaka-t1, each with its need
    for view in coloured["views"].values():
        go.Figure(coloured["data"], coloured["layout"] | view)


def test_a_run_without_light_has_none(lab_folder: Callable[[str], Path]) -> None:
    folder = lab_folder("dark")
    finish(folder, lab="uml", clock="virtual", wall_s=1.0)
    assert telemetry.read_parquet(folder) is None


def test_a_line_that_does_not_fit_is_named(lit: Path) -> None:
    path = lit / telemetry.LIGHT
    path.write_text('{"event": "cut"}\n', encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        telemetry.write(lit, bundle.read_run(lit))
    assert str(caught.value) == (
        f"{path}:1: found a line that is no event of light: "
        "found {'event': 'cut'}; allowed: an event of a plant and its time"
    )
