"""``report.html``: one page that explains one run, from its bundle alone and without the network.

The page is the same, byte for byte, for two bundles that differ only in wall time and folder: it shows neither.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from twin.results import bundle, light_tables, report_prose, report_tables, samples, telemetry
from twin.results.bundle import Run
from twin.results.document import Results
from twin.results.html_parts import Markup, join, section, tag
from twin.results.light_figure import gsnr_figure
from twin.results.outcome import AllReduceRecord, JobRecord, PacketsRecord, TrainingRecord
from twin.results.span_figure import span_figure
from twin.results.throughput_figure import fibre_throughput, line_throughput, server_throughput
from twin.results.time_figure import Figure, TimeAxis, time_axis, to_plotly
from twin.results.topology_figure import topology_figure
from twin.results.workload_figures import allreduce_figure, probes_figure

#: The page may load nothing: not a font, not an image, not a script.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:"
_NAMED_UP_TO = 12


def write(folder: Path) -> Path:
    """Write ``report.html`` into a finished bundle and return its path. Raises ``BadInput`` where it is no bundle."""
    results = bundle.read_results(folder)
    table = samples.read_parquet(folder / bundle.SAMPLES)
    last_s = pc.max(table.column("t_s")).as_py() if table.num_rows else 0.0
    path = folder / bundle.REPORT
    light = telemetry.read_parquet(folder)
    path.write_text(page(results, bundle.read_run(folder), samples.rates(table), last_s, light), encoding="utf-8")
    return path


def page(
    results: Results,
    run: Run,
    rates: dict[samples.Direction, samples.RateSeries],
    last_sample_s: float,
    light: pa.Table | None = None,
) -> str:
    """The whole page as HTML; ``light`` is the run's telemetry. Pure."""
    axis = time_axis(run, last_sample_s)
    figures: list[Figure] = []
    sections = [
        section(
            "network",
            "The network",
            topology_figure(run),
            report_tables.circuits(results, run.outcome),
            report_tables.sites(run.plan),
            report_tables.plant(run.plan),
        ),
        section("timeline", "What happened", report_tables.happened(run, axis.marks), report_tables.restored(run)),
        *_light(run, light, axis, figures),
        *_throughput(run, rates, axis, figures),
        *_workloads(results, run, axis, figures),
        section("expectations", "Expectations", report_tables.expectations(results)),
        section("queues", "Queues", report_tables.queues(run.outcome)),
        section("details", "In full", *_details(results, run)),
        section("reading", "How to read this", report_prose.reading(), report_prose.not_shown(results)),
        section("fidelity", "Fidelity", report_prose.fidelity(results)),
    ]
    body = join([_header(results), report_tables.key_figures(results, run), *sections], "\n")
    return _document(results.experiment, tag("main", body), figures)


def _header(results: Results) -> Markup:
    facts = [
        results.engine,
        f"lab {results.lab}",
        f"{results.clock} clock",
        f"seed {results.seed}",
        f"{results.virtual_s:.3f} s of lab time",
        f"twin {results.version}",
    ]
    met = sum(verdict.ok for verdict in results.expectations)
    badges = [_badge(results.fidelity.ok, f"fidelity {'ok' if results.fidelity.ok else 'broken'}", "fidelity")]
    if results.expectations:
        badges.append(_badge(results.met, f"{met} of {len(results.expectations)} expectations met", "expectations"))
    head = [tag("h1", results.experiment), tag("p", " · ".join(facts), class_="facts")]
    return tag("header", join([*head, tag("p", join(badges, " "), class_="badges")], "\n"))


def _badge(good: bool, text: str, target: str) -> Markup:
    look, mark = ("verdict good", "✓") if good else ("verdict bad", "✗")
    return tag("a", f"{mark} {text}", class_=look, href=f"#{target}")


def _throughput(
    run: Run, rates: dict[samples.Direction, samples.RateSeries], axis: TimeAxis, figures: list[Figure]
) -> Iterator[Markup]:
    parts: list[Markup] = []
    found_all = [
        ("Fibres and packet links, Gb/s", fibre_throughput(run.plan, rates, axis)),
        ("Transceivers, Gb/s", line_throughput(run.plan, rates, axis)),
    ]
    if all(found.figure is None for _, found in found_all):
        # Nothing went between sites: the servers' own links are what there is to see.
        found_all = [("Servers, Gb/s", server_throughput(run.plan, rates, axis))]
    for title, found in found_all:
        if found.figure is not None:
            note = _left_out(found.left_out, "idle or less busy than these")
            parts += [tag("h3", title), _chart(found.figure, figures), note]
    yield section("throughput", "Throughput", *parts)


def _light(run: Run, light: pa.Table | None, axis: TimeAxis, figures: list[Figure]) -> Iterator[Markup]:
    """Nothing where the plan does not look at light, or where nobody did (a prediction)."""
    if light is None:
        return
    figure, left_out = gsnr_figure(light, axis)
    yield section(
        "light",
        "Light",
        light_tables.dark(run),
        _chart(figure, figures),
        _left_out(left_out, "less happened to them"),
        light_tables.alarms(run),
        light_tables.last_readings(light, "transceiver"),
        tag("details", join([tag("summary", "Every amplifier"), light_tables.last_readings(light, "amplifier")])),
    )


def _left_out(names: Sequence[str], why: str) -> Markup:
    if not names:
        return Markup("")
    named = ", ".join(names[:_NAMED_UP_TO])
    more = len(names) - _NAMED_UP_TO
    rest = f" and {more} more" if more > 0 else ""
    return tag("p", f"Not drawn, because {why}: {named}{rest}.", class_="note")


def _workloads(results: Results, run: Run, axis: TimeAxis, figures: list[Figure]) -> Iterator[Markup]:
    collective: list[Markup] = []
    probing: list[Markup] = [report_tables.probes(results, run)]
    jobs = list(report_tables.jobs(results, run))
    for number, (name, record) in enumerate(run.records):
        if isinstance(record, AllReduceRecord):
            collective.append(report_tables.allreduce(results, name, record))
            collective.append(_chart(allreduce_figure(name, record, axis, number), figures))
        elif isinstance(record, PacketsRecord):
            probing.append(_chart(probes_figure(name, record, axis, number), figures))
        elif isinstance(record, (JobRecord, TrainingRecord)):
            jobs.append(_chart(span_figure(name, record, axis, number), figures))
    yield section("training", "Training", report_tables.training(results, run))
    yield section("jobs", "Jobs, storage and stragglers", *jobs)
    operations = {record.operation for _, record in run.records if isinstance(record, AllReduceRecord)}
    heading = "All-reduce" if operations <= {"all-reduce"} else "Collectives"
    yield section("allreduce", heading, *collective)
    yield section("probes", "Probes", *probing)
    yield section("streams", "iperf3", report_tables.streams(results, run))


def _chart(figure: Figure | None, figures: list[Figure]) -> Markup:
    """The place where the page's script draws ``figure``; the script finds the figure by the place's id."""
    if figure is None:
        return Markup("")
    figures.append(figure)
    return tag("div", "", id=f"chart-{figure.identity}", class_="chart", role="img", aria_label=figure.alternative)


def _details(results: Results, run: Run) -> Iterator[Markup]:
    for summary, table in (
        ("Every metric, in full precision", report_tables.every_metric(results)),
        ("Every event", report_tables.every_event(run)),
    ):
        if table.html:
            yield tag("details", join([tag("summary", summary), table]))


def _document(title: str, body: Markup, figures: list[Figure]) -> str:
    room = files("twin.results").joinpath("page")
    style = room.joinpath("report.css").read_text(encoding="utf-8")
    head = [
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        tag("title", f"{title}: result of a twin run"),
        tag("style", Markup(style)),
    ]
    whole = [tag("head", join(head, "\n")), tag("body", join([body, *_scripts(figures)], "\n"))]
    return f"<!doctype html>\n{tag('html', join(whole, chr(10)), lang='en').html}\n"


def _scripts(figures: list[Figure]) -> list[Markup]:
    """The figures as data, plotly once, and the script that draws. Nothing where there is nothing to draw."""
    if not figures:
        return []
    plotly = files("plotly").joinpath("package_data/plotly.min.js").read_text(encoding="utf-8")
    draw = files("twin.results").joinpath("page/report.js").read_text(encoding="utf-8")
    data = json.dumps([to_plotly(figure) for figure in figures], sort_keys=True, allow_nan=False, separators=(",", ":"))
    hint = "The charts need JavaScript; the tables have their numbers."
    return [
        tag("noscript", tag("p", hint, class_="note")),
        # No "<" in the data: a name can then not end the element.
        tag("script", Markup(data.replace("<", "\\u003c")), type="application/json", id="figures"),
        tag("script", Markup(plotly)),
        tag("script", Markup(draw)),
    ]
