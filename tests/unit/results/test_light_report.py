"""The report's part about light."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pyarrow as pa

from twin.results import light_tables
from twin.results.light_figure import PANELS_UP_TO, gsnr_figure
from twin.results.telemetry import SCHEMA
from twin.results.time_figure import TimeAxis

AXIS = TimeAxis(1.0, (), None)
Row = dict[str, Any]


def row(t_s: float, element: str, state: str = "up", **more: Any) -> Row:
    empty: Row = dict.fromkeys(SCHEMA.names)
    kind = "amplifier" if "." in element else "transceiver"
    return {**empty, "t_s": t_s, "element": element, "kind": kind, "state": state, **more}


def lit(t_s: float, element: str, gsnr_db: float, margin_db: float, mode: str = "400G") -> Row:
    level = {"input_dbm": -20.0, "output_dbm": 0.0, "osnr_db": gsnr_db + 0.2}
    return row(t_s, element, mode=mode, gsnr_db=gsnr_db, margin_db=margin_db, ber=1.2e-5, **level)


def table(*rows: Row) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def cells(html: str) -> list[list[str]]:
    lines = re.findall(r"<tr>(.*?)</tr>", html.split("<tbody>")[1], re.S)
    return [[unescape(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<t[hd].*?</t[hd]>", line)] for line in lines]


READINGS = table(
    lit(0.0, "a-t1", 27.0, 3.0),
    row(0.0, "b-t1", "dark", output_dbm=0.0),
    row(0.0, "ab.1", towards="b", input_dbm=-20.0, output_dbm=1.0, osnr_db=31.0, gsnr_db=30.5),
    lit(0.1, "a-t1", 27.0, 3.0),
    row(0.1, "b-t1", "dark", output_dbm=0.0),
    row(0.1, "ab.1", towards="b", input_dbm=-20.0, output_dbm=1.0, osnr_db=31.0, gsnr_db=30.5),
    lit(0.15, "a-t1", 22.0, 1.0, "300G"),
)


def test_the_last_readings_are_those_of_the_latest_change() -> None:
    assert cells(light_tables.last_readings(READINGS, "transceiver").html) == [
        ["a-t1", "up", "300G", "-20.00", "0.00", "22.20", "22.00", "1.00", "1.20e-05"],
        ["b-t1", "dark", "-", "-", "0.00", "-", "-", "-", "-"],
    ]
    assert cells(light_tables.last_readings(READINGS, "amplifier").html) == [
        ["ab.1", "up", "b", "-20.00", "1.00", "31.00", "30.50"]
    ]


def test_the_figure_shows_gsnr_and_need_of_what_was_lit() -> None:
    figure, left_out = gsnr_figure(READINGS, AXIS)
    assert figure is not None
    assert left_out == ()
    (panel,) = figure.panels
    gsnr, need = panel.traces
    assert (gsnr["x"], gsnr["y"]) == ([0.0, 0.15, 1.0], [27.0, 22.0, 22.0])
    assert need["y"] == [24.0, 21.0, 21.0]
    assert "a-t1" in panel.title
    assert "(400G, 300G)" in panel.title


def test_a_level_holds_up_to_the_dark() -> None:
    figure, _ = gsnr_figure(
        table(lit(0.0, "a-t1", 27.0, 3.0), row(0.4, "a-t1", "dark"), lit(0.6, "a-t1", 26.0, 2.0)), AXIS
    )
    assert figure is not None
    gsnr, _need = figure.panels[0].traces
    assert list(zip(gsnr["x"], gsnr["y"], strict=True)) == [
        *[(0.0, 27.0), (0.4, 27.0), (0.4, None)],
        *[(0.6, 26.0), (1.0, 26.0)],
    ]


def test_of_many_receivers_those_are_drawn_to_which_most_happened() -> None:
    many = [lit(0.0, f"n{index:02}-t1", 27.0, 3.0) for index in range(PANELS_UP_TO + 2)]
    figure, left_out = gsnr_figure(table(*many, lit(0.5, "n17-t1", 26.0, 2.0)), AXIS)
    assert figure is not None
    assert len(figure.panels) == PANELS_UP_TO
    assert "n17-t1" in figure.panels[-1].title
    assert left_out == ("n15-t1", "n16-t1")


def test_without_any_light_there_is_no_figure() -> None:
    assert gsnr_figure(table(row(0.0, "b-t1", "dark")), AXIS) == (None, ())
