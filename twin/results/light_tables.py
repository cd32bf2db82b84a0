"""The report's tables about light: dark windows, alarms, and what every transceiver and amplifier last read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from twin.results.bundle import Run
from twin.results.dark_windows import dark_windows
from twin.results.event import Event
from twin.results.html_parts import Markup, table
from twin.results.report_tables import NOTHING, cut_short
from twin.results.wording import moment, rounded
from twin.units import show_time

#: Rows of one table.
ROWS_UP_TO = 400


def dark(run: Run) -> Markup:
    """Where the time of each dark window went."""
    found = dark_windows(run.events)
    rows = [
        [
            one.transceiver,
            one.reason,
            (one.switch or "by itself") if one.until_s is not None else NOTHING,
            moment(one.since_s),
            *(time_or_dash(value) for value in (one.waiting_s, one.switching_s, one.locking_s)),
            "never" if one.total_s is None else time_or_dash(one.total_s),
            time_or_dash(one.barrier_s),
        ]
        for one in found[:ROWS_UP_TO]
    ]
    heads = (
        "receiver",
        "dark for",
        "light back by",
        "from",
        "waiting",
        "switching",
        "locking",
        "in all",
        "barrier held",
    )
    return cut_short(table("Dark windows: where the time went", heads, rows, numbers=6), len(found))


def time_or_dash(time_s: float | None) -> str:
    """A time to five digits; parts below a nanosecond are rounding."""
    return NOTHING if time_s is None else show_time(rounded(max(0.0, round(time_s, 9)), 5))


def alarms(run: Run) -> Markup:
    """Every alarm that was raised after zero, and when it was cleared."""
    raised = [event for event in run.events if event.name == "alarm-raised" and event.t_s >= 0]
    rows = [
        [str(event.details["transceiver"]), str(event.details["alarm"]), moment(event.t_s), _cleared(event, run.events)]
        for event in raised[:ROWS_UP_TO]
    ]
    return cut_short(table("Alarms", ("receiver", "alarm", "raised at", "cleared at"), rows, numbers=2), len(raised))


def _cleared(raised: Event, events: Sequence[Event]) -> str:
    for event in events:
        if event.name == "alarm-cleared" and event.t_s >= raised.t_s and event.details == raised.details:
            return moment(event.t_s)
    return "stands"


def last_readings(readings: pa.Table, kind: str) -> Markup:
    """What every ``transceiver`` or ``amplifier`` last read."""
    rows = _last(readings, kind)
    words = "mode" if kind == "transceiver" else "towards"
    numbers = [("input_dbm", 2), ("output_dbm", 2), ("osnr_db", 2), ("gsnr_db", 2)]
    heads = [kind, "state", words, "in, dBm", "out, dBm", "OSNR, dB", "GSNR, dB"]
    if kind == "transceiver":
        numbers.append(("margin_db", 2))
        heads += ["margin, dB", "pre-FEC BER"]
    shown = [
        [
            row["element"],
            row["state"],
            row[words] or NOTHING,
            *(NOTHING if row[name] is None else f"{row[name]:.{digits}f}" for name, digits in numbers),
            *([NOTHING if row["ber"] is None else f"{row['ber']:.2e}"] if kind == "transceiver" else []),
        ]
        for row in rows[:ROWS_UP_TO]
    ]
    return cut_short(table(f"{kind.capitalize()}s, last readings", heads, shown, numbers=len(heads) - 3), len(rows))


def _last(readings: pa.Table, kind: str) -> list[dict[str, Any]]:
    """The last row of each element of ``kind``, in the order of the first sample."""
    mine = readings.filter(pc.equal(readings["kind"], pa.scalar(kind)))
    times: list[Any] = mine["t_s"].to_pylist()
    if not times:
        return []
    # Every element is in a sample, the first one and the latest; after that come those that changed.
    counts = Counter(times)
    latest = times.index(max(t_s for t_s, count in counts.items() if count >= counts[times[0]]))
    found: dict[tuple[str, str | None], dict[str, Any]] = {}
    for row in mine.slice(latest).to_pylist():
        found[row["element"], row["towards"]] = row
    return list(found.values())
