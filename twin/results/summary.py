"""What the terminal shows after a run: circuits, workloads, timeline and consequences, expectations, fidelity."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from twin.results.bundle import Run
from twin.results.dark_windows import dark_windows
from twin.results.document import Fidelity, Metric, Results
from twin.results.job_tables import TextTable, job_tables
from twin.results.outcome import AllReduceRecord, CircuitRecord, Iperf3Record, PacketsRecord, TrainingRecord
from twin.results.phases import AFTER, BEFORE, DURING
from twin.results.restoration import restorations
from twin.results.wording import (
    LANDMARKS,
    PLANT_LANDMARKS,
    TRAINING_LANDMARKS,
    describe,
    moment,
    path,
    rounded,
    show,
    show_got,
)
from twin.units import show_time

NOTHING = "-"


def render(results: Results, run: Run) -> RenderableType:
    """The summary of a run, readable from 80 columns up. The last line is the fidelity."""
    parts: list[RenderableType] = [_headline(results)]
    for table in (
        _circuits(results, run.outcome.circuits),
        _allreduces(results, run),
        _training(results, run),
        *(_text_table(found) for found in job_tables(results, run)),
        _probes(results, run),
        _streams(results, run),
        _timeline(run),
        _dark(run),
        _restored(run),
        _plant(results),
        _expectations(results),
    ):
        if table is not None and table.row_count:
            parts += [Text(), table]
    return Group(*parts, Text(), _fidelity(results.fidelity))


def _headline(results: Results) -> Text:
    text = Text(results.experiment, style="bold")
    parts = [
        results.engine,
        f"lab {results.lab}",
        f"{results.clock} clock",
        f"{results.virtual_s:.3f} s of lab time in {results.wall_s:.1f} s",
        f"seed {results.seed}",
    ]
    return text.append("\n" + " · ".join(parts), style="not bold dim")


def _table(title: str, *columns: str, numbers: int = 0) -> Table:
    """A table whose last ``numbers`` columns are numbers: to the right, never folded."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.show_edge = False
    for index, column in enumerate(columns):
        number = index >= len(columns) - numbers
        table.add_column(column, justify="right" if number else "left", no_wrap=number, overflow="fold")
    return table


def _text_table(found: TextTable) -> Table:
    table = _table(found.title, *found.heads, numbers=found.numbers)
    for row in found.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _plant(results: Results) -> Table:
    """What the optical plant drew; empty without light, or where the catalogue lacks a part's power."""
    table = _table("Optical plant", "", "", numbers=1)
    table.show_header = False
    for name, text in (("optics.power", "power"), ("optics.energy_per_bit", "energy per delivered bit")):
        if name in results.metrics:
            table.add_row(text, show(results.metrics[name]))
    return table


def _circuits(results: Results, circuits: tuple[CircuitRecord, ...]) -> Table:
    table = _table("Circuits", "name", "fibres", "channel", "RTT", "planned", "error", numbers=4)
    for circuit in circuits:
        cells = [_cell(results, f"circuit.{circuit.name}.{what}") for what in ("rtt", "rtt_planned", "rtt_error")]
        channel = NOTHING if circuit.channel is None else str(circuit.channel)
        table.add_row(Text(circuit.name), Text(path(circuit.fibres)), channel, *cells)
    return table


def _allreduces(results: Results, run: Run) -> Table:
    phases = (BEFORE, DURING, AFTER)
    cut = any(event.is_cut for event in run.events)
    names = [f"time_{phase}" for phase in phases] if cut else ["time", "time_min", "time_max"]
    heads = phases if cut else ("mean", "min", "max")
    others = any(isinstance(record, AllReduceRecord) and record.operation != "all-reduce" for _, record in run.records)
    table = _table("Collectives" if others else "All-reduce", "workload", "done", *heads, "bus bandwidth", numbers=5)
    for name, record in run.records:
        if isinstance(record, AllReduceRecord):
            cells = [_cell(results, f"{name}.{metric}") for metric in (*names, "busbw")]
            table.add_row(Text(name), f"{len(record.iterations)} of {record.planned}", *cells)
    return table


def _training(results: Results, run: Run) -> Table:
    metrics = ("step_time", "exposed", "idle", "slowdown", "tokens_rate")
    heads = ("per step", "exposed", "idle", "slowdown", "tokens/s")
    table = _table("Training", "workload", "rounds", *heads, numbers=len(heads) + 1)
    for name, record in run.records:
        if isinstance(record, TrainingRecord):
            cells = [_cell(results, f"{name}.{metric}") for metric in metrics]
            table.add_row(Text(name), f"{len(record.iterations)} of {record.planned}", *cells)
    return table


def _probes(results: Results, run: Run) -> Table:
    metrics = ("sent", "lost", "outage", "reordered", "delay_mean", "delay_max")
    heads = ("sent", "lost", "outage", "reordered", "mean delay", "longest")
    table = _table("Probes", "workload", *heads, numbers=len(heads))
    for name, record in run.records:
        if isinstance(record, PacketsRecord):
            table.add_row(Text(name), *(_cell(results, f"{name}.{metric}") for metric in metrics))
    return table


def _streams(results: Results, run: Run) -> Table:
    metrics = ("throughput", "retransmits", "loss")
    table = _table("iperf3", "workload", *metrics, numbers=len(metrics))
    for name, record in run.records:
        if isinstance(record, Iperf3Record):
            table.add_row(Text(name), *(_cell(results, f"{name}.{metric}") for metric in metrics))
    return table


#: Dark windows in the summary; the report has more.
_DARK_UP_TO = 16


def _timeline(run: Run) -> Table | None:
    """What the timeline did and what the controller made of it; None where the timeline did nothing."""
    table = _table("Timeline", "at", "who", "what")
    first_s = min((event.t_s for event in run.events if event.source == "timeline"), default=None)
    if first_s is None:
        return None
    whole = len(str(int(run.events[-1].t_s)))
    for event in run.events:
        named = event.name in LANDMARKS or event.source == "timeline" or event.name in PLANT_LANDMARKS
        named = named and event.source in ("timeline", "controller", "plant")
        if (named or event.name in TRAINING_LANDMARKS) and event.t_s >= first_s:
            style = "red" if event.is_cut else "green" if event.is_repair else ""
            table.add_row(Text(_aligned(event.t_s, whole)), Text(event.source), Text(describe(event), style=style))
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    return table


def _dark(run: Run) -> Table:
    """Where the time of the dark windows went, as far as a terminal should go."""
    table = _table("Dark windows", "receiver", "at", "waiting", "switching", "locking", "in all", numbers=5)
    for dark in dark_windows(run.events)[:_DARK_UP_TO]:
        times = (dark.waiting_s, dark.switching_s, dark.locking_s)
        parts = [NOTHING if part is None else show_time(rounded(max(0.0, round(part, 9)), 5)) for part in times]
        total = "never" if dark.total_s is None else show_time(rounded(dark.total_s, 5))
        table.add_row(Text(dark.transceiver), moment(dark.since_s), *parts, total)
    return table


def _aligned(t_s: float, whole: int) -> str:
    """A moment with its decimal point below the others'."""
    return " " * (whole - len(str(int(t_s)))) + moment(t_s)


def _restored(run: Run) -> Table:
    table = _table("Restoration", "fibre cut", "circuits", "at", "restored after", numbers=2)
    for restoration in restorations(run.outcome.circuits, run.events):
        after = "never" if restoration.restored_s is None else show_time(restoration.restored_s)
        style = "red" if restoration.restored_s is None else "green"
        circuits = Text(", ".join(restoration.circuits))
        table.add_row(Text(restoration.fibre), circuits, moment(restoration.cut_s), Text(after, style=style))
    return table


def _expectations(results: Results) -> Table:
    table = _table("Expectations", "", "metric", "wanted", "got", numbers=1)
    for verdict in results.expectations:
        mark = Text("✓", style="green") if verdict.ok else Text("✗", style="bold red")
        table.add_row(mark, Text(verdict.metric), Text(verdict.wanted), show_got(results.metrics, verdict.metric))
    return table


def _cell(results: Results, name: str) -> str:
    metric: Metric | None = results.metrics.get(name)
    return NOTHING if metric is None else show(metric)


def _fidelity(fidelity: Fidelity) -> Text:
    if fidelity.ok:
        return Text("fidelity: ok", style="green")
    return Text("fidelity: broken: " + "; ".join(fidelity.reasons), style="bold red")
