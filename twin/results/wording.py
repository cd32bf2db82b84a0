"""Events and numbers in words, the same in the summary and in the report."""

from __future__ import annotations

from collections.abc import Iterable

from twin.results.document import Metric, Metrics
from twin.results.event import Event
from twin.units import show_rate, show_time

#: the moments that a reader looks for in every plot
LANDMARKS = (
    "fibre-cut",
    "fibre-repaired",
    "link-cut",
    "link-repaired",
    "amplifier-degraded",
    "amplifier-drifts",
    "amplifier-restored",
    "fibre-degraded",
    "fibre-drifts",
    "fibre-restored",
    "circuit-requested",
    "circuit-down",
    "circuit-active",
    "circuit-failed",
    "circuit-released",
    "topology-engineered",
    "controller-ended",
)
#: What befalls a training; plots mark these, and tables name the checkpoints as well.
TRAINING_LANDMARKS = ("failure", "restarted")
CHECKPOINT = "checkpoint-written"
#: What the plant says that belongs beside the timeline: where a dark time begins and ends, and rates.
PLANT_LANDMARKS = frozenset(("carrier-down", "carrier-up", "rate-changed"))


def describe(event: Event) -> str:
    """One event as a sentence without its time: ``fibre tokyo-osaka cut``."""
    details = event.details
    if event.victim is not None:
        kind, name = event.victim
        return f"{kind} {name} {'cut' if event.is_cut else 'repaired'}"
    if "circuit" in details:
        return _describe_circuit(event)
    if event.name == "topology-engineered":
        return _describe_change(event)
    if event.name in (*TRAINING_LANDMARKS, CHECKPOINT):
        return _describe_training(event)
    if event.name.startswith("workload-"):
        return f"workload {details.get('workload', event.source)} {event.name.removeprefix('workload-')}"
    if event.source == "plant" and "transceiver" in details:
        return _describe_transceiver(event)
    if event.source == "plant" and "switch" in details:
        return _describe_switch(event)
    if "level_db" in details:
        return _describe_harm(event)
    rest = ", ".join(f"{key} {_value(value)}" for key, value in details.items())
    return event.name.replace("-", " ") + (f": {rest}" if rest else "")


def _describe_change(event: Event) -> str:
    """``topology engineered: a-b in place of a-c, 20 ms sooner for 15 ms of darkness``."""
    details = event.details
    text = f"topology engineered: {path(details['requested'])}"
    if details["released"]:
        text += f" in place of {path(details['released'])}"
    gain_s = details["gain_s"]
    text += ", which serves what had no way" if gain_s is None else f", {_time(event, 'gain_s')} sooner"
    return f"{text} for {_time(event, 'dark_s')} of darkness" if details["released"] else text


def _describe_training(event: Event) -> str:
    """``failure: 152 ms of work lost, back to round 6``, ``restarted after round 6, down for 223 ms``."""
    details = event.details
    if event.name == CHECKPOINT:
        size = show_bytes(int(details["size_bytes"]))
        return f"checkpoint after round {details['round']} written: {size} in {_time(event, 'took_s')}"
    done = details["back_to" if event.name == "failure" else "round"]
    where = f"round {done}" if done else "the beginning"
    if event.name == "failure":
        return f"failure: {_time(event, 'lost_s')} of work lost, back to {where}"
    return f"restarted {'after' if done else 'from'} {where}, down for {_time(event, 'down_s')}"


def _describe_circuit(event: Event) -> str:
    text = f"circuit {event.details['circuit']} {event.name.removeprefix('circuit-')}"
    fibres = event.details.get("fibres")
    if fibres:
        text += f" over {path(fibres)}"
    if event.details.get("channel") is not None:
        text += f", channel {event.details['channel']}"
    if event.details.get("reason"):
        text += f": {event.details['reason']}"
    return text


def _describe_transceiver(event: Event) -> str:
    """``tokyo-t1 carrier down: no light``, ``tokyo-t1 rate changed: 100G, 100 Gb/s``."""
    text = f"{event.details['transceiver']} {event.name.replace('-', ' ')}"
    if "rate_bps" in event.details:
        return f"{text}: {event.details['mode']}, {show_rate(float(event.details['rate_bps']))}"
    if "lock_s" in event.details:
        return f"{event.details['transceiver']} sees light again and locks on to it, {_time(event, 'lock_s')}"
    return f"{text}: {event.details.get('reason') or event.details.get('alarm')}"


def _describe_switch(event: Event) -> str:
    """``osaka-roadm port 1 to 3 switching, 15 ms``, ``osaka-roadm barrier passed, held 15 ms``."""
    details = event.details
    if "held_s" in details:
        return f"{details['switch']} barrier passed, held {_time(event, 'held_s')}"
    text = f"{details['switch']} port {details['port']} to {details['to']} {event.name.removeprefix('cross-connect-')}"
    return f"{text}, {_time(event, 'switching_s')}" if "switching_s" in details else text


def _describe_harm(event: Event) -> str:
    """``amplifier a-b.2 degraded: 3 dB more noise than planned``, ``fibre a-b drifts: to ..., over 2 s``."""
    kind, _, what = event.name.partition("-")
    level_db = float(event.details["level_db"])
    harm = "noise" if kind == "amplifier" else "loss"
    more = f"{level_db:g} dB more {harm} than planned" if level_db else "as planned"
    if "over_s" in event.details:
        more = f"{more}, over {_time(event, 'over_s')}"
    return f"{kind} {event.details[kind]} {what}: {more}"


def _time(event: Event, key: str) -> str:
    return show_time(rounded(float(event.details[key]), 5))


def short(event: Event) -> str:
    """The event in as few words as a label in a plot may have."""
    if event.victim is not None:
        return f"{event.victim[1]} {'cut' if event.is_cut else 'repaired'}"
    if "level_db" in event.details:
        kind, _, what = event.name.partition("-")
        return f"{event.details[kind]} {what}"
    if event.name == "topology-engineered":
        return "topology engineered"
    if event.name in TRAINING_LANDMARKS:
        return f"{event.source} {event.name}"
    return f"{event.details.get('circuit', '')} {event.name.removeprefix('circuit-')}".strip()


def path(fibres: Iterable[str]) -> str:
    """The fibres of a circuit in order: ``tokyo-nagoya + nagoya-osaka``."""
    return " + ".join(str(fibre) for fibre in fibres)


def _value(value: object) -> str:
    return path(value) if isinstance(value, (list, tuple)) else str(value)


def show(metric: Metric) -> str:
    """A metric as people read it: ``12.1 ms``, ``400 Gb/s``, ``0.003 %``, ``37``."""
    if metric.unit == "s":
        return show_time(rounded(metric.value, 5))
    if metric.unit == "b/s":
        return show_rate(rounded(metric.value, 4))
    if metric.unit == "ratio":
        return show_ratio(metric.value)
    if metric.unit == "W":
        return f"{metric.value:.4g} W"
    if metric.unit == "J":
        return f"{metric.value:.4g} J"
    if metric.unit == "J/b":
        return _show_energy(metric.value)
    return f"{int(metric.value):,}" if float(metric.value).is_integer() else f"{metric.value:.6g}"


def _show_energy(joules: float) -> str:
    """Per bit, in the prefix that leaves one to three digits before the point."""
    prefixes = ((1.0, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n"))
    scale, prefix = next((one for one in prefixes if joules >= one[0]), (1e-12, "p"))
    return f"{joules / scale:.4g} {prefix}J/b"


def show_got(metrics: Metrics, name: str) -> str:
    """What came of the metric ``name``; where there is none, why."""
    metric = metrics.get(name)
    if metric is not None:
        return show(metric)
    fibre, _, what = name.rpartition(".")
    lost = metrics.get(f"{fibre}.lost_circuits") if what == "restoration" else None
    if lost is None:
        return "no such metric"
    return f"never: {lost.value} circuit{'s' if lost.value != 1 else ''} lost"


def show_ratio(value: float) -> str:
    """A fraction in percent, small ones in parts per million: ``0.5 %``, ``3.2 ppm``."""
    if 0 < abs(value) < 1e-4:
        return f"{value * 1e6:.3g} ppm"
    return f"{value * 100:.3g} %"


def show_bytes(count: int) -> str:
    """A measured number of bytes, in decimal units to four digits: ``20 GB``."""
    for factor, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= factor:
            return f"{count / factor:.4g} {unit}"
    return f"{count} B"


def rounded(value: float, digits: int) -> float:
    """``value`` to ``digits`` significant digits."""
    return float(f"{value:.{digits}g}")


def moment(t_s: float) -> str:
    """A time after zero, to the microsecond where it needs it: ``2.000 s``, ``2.012345 s``."""
    text = f"{t_s:.6f}"
    while text.endswith("0") and len(text.rpartition(".")[2]) > 3:
        text = text[:-1]
    return f"{text} s"
