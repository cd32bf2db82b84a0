"""The report's tables, and the few figures that stand at its head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twin.plan.model import Plan
from twin.results.bundle import Run
from twin.results.document import Metric, Results, Verdict
from twin.results.event_marks import Mark
from twin.results.html_parts import Cell, Markup, join, table, tag
from twin.results.job_tables import KEYS, job_tables
from twin.results.outcome import (
    AllReduceRecord,
    Iperf3Record,
    JobRecord,
    Outcome,
    PacketsRecord,
    QueueRecord,
    TrainingRecord,
    WorkloadRecord,
)
from twin.results.phases import AFTER, BEFORE, DURING
from twin.results.restoration import restorations
from twin.results.wording import (
    CHECKPOINT,
    LANDMARKS,
    PLANT_LANDMARKS,
    TRAINING_LANDMARKS,
    describe,
    moment,
    path,
    rounded,
    show,
    show_bytes,
    show_got,
)
from twin.units import show_length, show_rate, show_size, show_time
from twin.workloads.scenario import Iperf3

NOTHING = "-"
ROWS_UP_TO = 400
_QUEUES_UP_TO = 16


def cell(results: Results, name: str) -> str:
    """A metric as people read it; a dash where the run has none."""
    metric = results.metrics.get(name)
    return NOTHING if metric is None else show(metric)


def key_figures(results: Results, run: Run) -> Markup:
    """The numbers that a reader came for: at most four."""
    found = [*_restoration_keys(run), *_workload_keys(results, run), *_circuit_keys(results, run)][:4]
    items = (join([tag("dt", label), tag("dd", value)]) for label, value in found)
    return tag("dl", join(tag("div", item) for item in items), class_="keys") if found else Markup("")


def _restoration_keys(run: Run) -> Iterator[tuple[str, str]]:
    found = restorations(run.outcome.circuits, run.events)
    if found:
        worst = max(found, key=lambda restoration: (restoration.restored_s is None, restoration.restored_s or 0.0))
        if worst.restored_s is None:
            yield f"did all circuits of fibre {worst.fibre} come back", "never"
        else:
            yield f"until the circuits of fibre {worst.fibre} were back", show_time(rounded(worst.restored_s, 4))


def _workload_keys(results: Results, run: Run) -> Iterator[tuple[str, str]]:
    """One of each kind: what the experiment is about first, its background traffic last."""
    kinds: dict[type, tuple[str, str]] = {}
    for name, record in run.records:
        kinds.setdefault(type(record), _workload_key(results, name, record))
    for kind in (TrainingRecord, AllReduceRecord, JobRecord, PacketsRecord, Iperf3Record):
        if kind in kinds:
            yield kinds[kind]


def _workload_key(results: Results, name: str, record: WorkloadRecord) -> tuple[str, str]:
    if isinstance(record, AllReduceRecord):
        return _allreduce_key(results, name, record.operation)
    if isinstance(record, PacketsRecord):
        lost = cell(results, f"{name}.lost")
        return f"longest outage of {name}; {lost} of {record.sent:,} lost", brief(results.metrics[f"{name}.outage"])
    if isinstance(record, TrainingRecord):
        step = results.metrics.get(f"{name}.step_time")
        return f"training step of {name}", "none done" if step is None else brief(step)
    if isinstance(record, JobRecord):
        what, metric = KEYS[record.kind]
        found = results.metrics.get(f"{name}.{metric}")
        return f"{what} of {name}", "none done" if found is None else brief(found)
    throughput = results.metrics.get(f"{name}.throughput")
    return f"throughput of {name}", "not reported" if throughput is None else brief(throughput)


def _allreduce_key(results: Results, name: str, operation: str) -> tuple[str, str]:
    found = results.metrics
    if f"{name}.time" not in found:
        return f"{operation} of {name}", "none done"
    if f"{name}.time_before" not in found:
        return f"mean {operation} of {name}", brief(found[f"{name}.time"])
    before = brief(found[f"{name}.time_before"])
    during = brief(found[f"{name}.time_during"]) if f"{name}.time_during" in found else ""
    if not during:
        return f"{operation} of {name} before the cut; none ended during it", before
    number, unit = before.split(" ")
    # One unit for both where they share it: 10.2 → 21.4 ms.
    span = f"{number} → {during}" if during.endswith(f" {unit}") else f"{before} → {during}"
    return f"mean {operation} of {name} before and during the fault", span


def brief(metric: Metric) -> str:
    """A metric in three digits."""
    return show(metric) if isinstance(metric.value, int) else show(Metric(rounded(metric.value, 3), metric.unit))


def _circuit_keys(results: Results, run: Run) -> Iterator[tuple[str, str]]:
    names = (f"circuit.{circuit.name}.rtt_error" for circuit in run.outcome.circuits)
    errors = [results.metrics[name] for name in names if name in results.metrics]
    if errors:
        label = f"largest RTT error of {len(errors)} circuit{'' if len(errors) == 1 else 's'} against the plan"
        yield label, show(max(errors, key=lambda metric: metric.value))


def circuits(results: Results, outcome: Outcome) -> Markup:
    """Every circuit as it was at zero: measured by an echo, or predicted."""
    rows = [
        [
            circuit.name,
            path(circuit.fibres),
            NOTHING if circuit.channel is None else str(circuit.channel),
            *(cell(results, f"circuit.{circuit.name}.{what}") for what in ("rtt", "rtt_planned", "rtt_error")),
        ]
        for circuit in outcome.circuits
    ]
    heads = ("circuit", "fibres", "channel", "RTT", "planned", "error")
    return table("Circuits at the experiment's zero", heads, rows, numbers=4)


def plant(plan: Plan) -> Markup:
    """Fibres, and packet links between sites."""
    fibres = [
        [
            fibre.name,
            ", ".join(fibre.sites),
            fibre.kind,
            fibre.length_source,
            show_length(fibre.length_km),
            str(fibre.amplifiers),
            show_time(float(f"{fibre.delay_s:.5g}")),
        ]
        for fibre in plan.fibres
    ]
    heads = ("fibre", "sites", "kind", "length from", "length", "amplifiers", "one way")
    links = [
        [link.name, show_rate(link.a.rate_bps or 0.0), show_time(link.a.delay_s), f"{link.a.loss * 100:g} %"]
        for link in plan.links
        if link.kind == "packet"
    ]
    packet = table("Packet links", ("link", "rate", "one way", "loss"), links, numbers=3)
    return join([table("Fibres", heads, fibres, numbers=3), packet])


def sites(plan: Plan) -> Markup:
    """What stands in each site. Rate and delay are those of the first server's link; the plan has them all."""
    return table(
        "Sites",
        ("site", "servers", "leaves", "spines", "transceivers", "server link", "its delay"),
        [_site_row(plan, site.name) for site in plan.sites],
        numbers=6,
    )


def _site_row(plan: Plan, site: str) -> list[str]:
    servers = plan.servers_of(site)
    roles = [switch.role for switch in plan.packet_switches if switch.site == site]
    optical = [transceiver for transceiver in plan.transceivers if transceiver.site == site]
    port = plan.links_of[servers[0].name][0].at(servers[0].name) if servers else None
    return [
        site,
        str(len(servers)),
        str(roles.count("leaf")),
        str(roles.count("spine")),
        f"{len(optical)} x {show_rate(optical[0].rate_bps)}" if optical else "0",
        show_rate(port.rate_bps) if port and port.rate_bps else NOTHING,
        show_time(port.delay_s) if port else NOTHING,
    ]


def happened(run: Run, marks: Sequence[Mark]) -> Markup:
    """The timeline, what plant and controller made of it, and what befell trainings, with the letters of the plots."""
    letters = {id(event): mark for mark in marks for event in mark.events}
    rows: list[list[Cell]] = []
    for event in run.events:
        told = event.source == "timeline" or (event.source == "controller" and event.name in LANDMARKS)
        told = told or (event.source == "plant" and event.name in PLANT_LANDMARKS)
        told = told or event.name in (*TRAINING_LANDMARKS, CHECKPOINT)
        if event.t_s < 0 or not told:
            continue
        mark = letters.get(id(event))
        badge: Cell = tag("b", mark.letter, class_=f"badge {mark.kind}") if mark else ""
        rows.append([moment(event.t_s), badge, event.source, describe(event)])
    heads = ("at", "mark", "who", "what")
    return cut_short(table("Timeline, plant, controller and trainings", heads, rows[:ROWS_UP_TO]), len(rows))


def restored(run: Run) -> Markup:
    """Every cut of a fibre that carried circuits."""
    rows = [
        [
            restoration.fibre,
            ", ".join(restoration.circuits),
            ", ".join(restoration.lost) or NOTHING,
            moment(restoration.cut_s),
            "never" if restoration.restored_s is None else show_time(float(f"{restoration.restored_s:.5g}")),
        ]
        for restoration in restorations(run.outcome.circuits, run.events)
    ]
    return table("Restoration", ("fibre", "circuits", "not restored", "cut at", "all active after"), rows, numbers=2)


def allreduce(results: Results, name: str, record: AllReduceRecord) -> Markup:
    """One all-reduce: its phases where there was a cut, its bandwidths."""
    names = [f"time_{phase}" for phase in (BEFORE, DURING, AFTER)]
    shown = [what for what in ("time", "time_min", "time_max", *names) if f"{name}.{what}" in results.metrics]
    heads = ["mean", "shortest", "longest", *(f"mean {phase}" for phase in (BEFORE, DURING, AFTER))]
    titles = dict(zip(("time", "time_min", "time_max", *names), heads, strict=True))
    row = [
        f"{len(record.iterations)} of {record.planned}",
        show_size(record.size_bytes),
        str(record.ranks),
        *(cell(results, f"{name}.{what}") for what in (*shown, "algbw", "busbw")),
    ]
    columns = ("iterations", "size", "ranks", *(titles[what] for what in shown), "algorithm bandwidth", "bus bandwidth")
    return table(f"{record.operation.capitalize()} {name}", columns, [row], numbers=len(columns) - 1)


def training(results: Results, run: Run) -> Markup:
    """All training workloads."""
    columns = ("step_time", "step_time_min", "step_time_max", "exposed", "idle", "slowdown", "tokens_rate")
    heads = ("workload", "rounds", "mean step", "shortest", "longest", "exposed communication", "idle", "slowdown")
    rows = [
        [name, f"{len(record.iterations)} of {record.planned}", *(cell(results, f"{name}.{what}") for what in columns)]
        for name, record in run.records
        if isinstance(record, TrainingRecord)
    ]
    return table("Training", (*heads, "tokens/s"), rows, numbers=len(columns)) if rows else Markup("")


def jobs(results: Results, run: Run) -> Iterator[Markup]:
    """All jobs, a training's storage, and who waits for whom."""
    for found in job_tables(results, run):
        yield table(found.title, found.heads, found.rows, numbers=found.numbers)


def probes(results: Results, run: Run) -> Markup:
    """All trains of probes."""
    columns = ("sent", "received", "lost", "reordered", "outage", "delay_min", "delay_mean", "delay_max")
    rows = [
        [name, *(cell(results, f"{name}.{column}") for column in columns)]
        for name, record in run.records
        if isinstance(record, PacketsRecord)
    ]
    heads = ("probes", *(column.replace("_", " ") for column in columns))
    return table("Trains of numbered probes, one way", heads, rows, numbers=len(columns))


def streams(results: Results, run: Run) -> Markup:
    """All iperf3 runs."""
    protocols = {w.name: w.protocol.upper() for w in run.scenario.workloads if isinstance(w, Iperf3)}
    rows = [
        [
            name,
            protocols[name],
            f"{moment(record.start_s)} to {NOTHING if record.end_s is None else moment(record.end_s)}",
            NOTHING if record.received_bytes is None else show_bytes(record.received_bytes),
            *(cell(results, f"{name}.{column}") for column in ("throughput", "retransmits", "loss")),
        ]
        for name, record in run.records
        if isinstance(record, Iperf3Record)
    ]
    heads = ("stream", "protocol", "from, to", "received", "throughput", "retransmits", "loss")
    return table("Streams, as the receiver counts them", heads, rows, numbers=4)


def expectations(results: Results) -> Markup:
    """Every expectation with its mark."""
    rows: list[list[Cell]] = [
        [_mark(verdict), verdict.metric, verdict.wanted, show_got(results.metrics, verdict.metric)]
        for verdict in results.expectations
    ]
    return table("What the experiment expects, and what came", ("", "metric", "wanted", "got"), rows, numbers=1)


def _mark(verdict: Verdict) -> Markup:
    return tag("span", "✓ met", class_="good") if verdict.ok else tag("span", "✗ not met", class_="bad")


def queues(outcome: Outcome) -> Markup:
    """The queues that dropped or held something, the fullest first."""
    busy = [queue for queue in outcome.queues if queue.dropped_packets or queue.max_backlog_bytes]
    busy.sort(key=lambda queue: (-queue.dropped_packets, -queue.max_backlog_bytes))
    rows = [_queue_row(queue) for queue in busy[:_QUEUES_UP_TO]]
    idle = len(outcome.queues) - len(rows)
    heads = ("link", "from", "queue of", "deepest", "dropped")
    words = f"{idle:,} of {len(outcome.queues):,} queues are not listed: they held less or nothing."
    note = tag("p", words, class_="note")
    return join(
        [table("The queues that dropped or held the most", heads, rows, numbers=2), note if idle and rows else ""]
    )


def _queue_row(queue: QueueRecord) -> list[Cell]:
    kind = "shaper" if queue.kind == "rate" else "fibre (in flight)"
    return [queue.link, queue.node, kind, show_size(queue.max_backlog_bytes), f"{queue.dropped_packets:,}"]


def every_event(run: Run) -> Markup:
    """The whole log, as far as a page should go."""
    rows = [[moment(event.t_s), event.source, describe(event)] for event in run.events[:ROWS_UP_TO]]
    return cut_short(table("Event log", ("at", "who", "what"), rows), len(run.events))


def every_metric(results: Results) -> Markup:
    """Every metric by name, in full precision."""
    rows = [[name, repr(metric.value), metric.unit] for name, metric in sorted(results.metrics.items())]
    return table("Metrics", ("name", "value", "unit"), rows, numbers=2)


def cut_short(shown: Markup, rows: int) -> Markup:
    """A table of the first rows, with a note where there are more."""
    if rows <= ROWS_UP_TO:
        return shown
    note = f"The first {ROWS_UP_TO} of {rows:,} rows; events.jsonl has them all."
    return join([shown, tag("p", note, class_="note")])
