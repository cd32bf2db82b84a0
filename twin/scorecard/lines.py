"""The lines of the card: for each, what is done to the controller, as an experiment's content.

All send probes from site a to site b every half millisecond. A cut lasts until ``REPAIR_S``: then a controller that
never reacts is back as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from twin.scorecard.subject import Subject

PROBE_EVERY_S: Final = 0.5e-3
CUT_S: Final = 0.5
REPAIR_S: Final = 3.5
#: When each of three circuits is asked for, s.
REQUESTS_S: Final = {"a-b": 0.1, "a-c": 0.7, "b-c": 1.3}
KILL_S: Final = 0.5
START_S: Final = 1.0
#: By then a controller that was started again has its switches back: they try every second.
CUT_AFTER_START_S: Final = 6.0
FLAPS: Final = 5
FLAP_S: Final = 0.4
CHANNEL_DELAY: Final = "50 ms"
CHANNEL_LOSS: Final = "10 %"
#: So many cuts under a lossy channel, each mended after ``LOSSY_S`` and as long before the next: luck evens out.
LOSSY_CUTS: Final = 5
LOSSY_S: Final = 1.5
ERLANGS: Final = 3.0
REQUESTS: Final = 60

Content = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """``title`` is its row's head, ``means`` what is done and measured; ``content`` the experiment's keys beside its
    name, topology and controller. ``of_circuits``: it applies only where circuits can be asked for."""

    name: str
    title: str
    means: str
    content: Callable[[Subject], Content]
    of_circuits: bool = False

    def why_not(self, subject: Subject) -> str:
        """Why the line does not apply; empty: it does."""
        return subject.no_circuits if self.of_circuits else ""


def _probes(end_s: float) -> Content:
    """Until ``end_s``. Some packets go back as well, so that a switch can learn where b is."""
    count = round(end_s / PROBE_EVERY_S)
    back = {"kind": "packets", "from": "b-1", "to": "a-1", "count": count // 100, "every": "50 ms"}
    return {"probe": {"kind": "packets", "from": "a-1", "to": "b-1", "count": count, "every": "0.5 ms"}, "back": back}


def _at(at_s: float, **what: Any) -> Content:
    return {"at": f"{at_s:g} s", **what}


def _victim(subject: Subject) -> str:
    return "fibre a-b" if subject.plant == "optical" else "link a-b"


def _circuits(subject: Subject) -> list[str]:
    return ["a-b"] if subject.takes_requests else []


def _set_up(_subject: Subject) -> Content:
    asked = [_at(at_s, reconfigure={"request": [name]}) for name, at_s in REQUESTS_S.items()]
    return {"circuits": [], "workloads": _probes(1.0), "timeline": asked, "end": "2 s"}


def _cut(subject: Subject) -> Content:
    timeline = [_at(CUT_S, cut=_victim(subject)), _at(REPAIR_S, repair=_victim(subject))]
    return {"circuits": _circuits(subject), "workloads": _probes(REPAIR_S + 1.5), "timeline": timeline}


def _planned(_subject: Subject) -> Content:
    change = [{"name": "a-b", "avoid": ["a-b"]}]
    return {"circuits": ["a-b"], "workloads": _probes(2.0), "timeline": [_at(CUT_S, reconfigure={"change": change})]}


def _blocking(_subject: Subject) -> Content:
    load = {"erlangs": ERLANGS, "holding": "1 s", "requests": REQUESTS}
    return {"circuits": [], "circuit_load": load, "end": "40 s"}


def _restart(subject: Subject) -> Content:
    timeline = [
        _at(KILL_S, controller="kill"),
        _at(START_S, controller="start"),
        _at(CUT_AFTER_START_S, cut=_victim(subject)),
        _at(CUT_AFTER_START_S + 1.0, repair=_victim(subject)),
    ]
    workloads = _probes(CUT_AFTER_START_S + 2.5)
    return {"circuits": _circuits(subject), "workloads": workloads, "timeline": timeline}


def _flapping(subject: Subject) -> Content:
    timeline = []
    for flap in range(FLAPS):
        timeline.append(_at(CUT_S + flap * FLAP_S, cut=_victim(subject)))
        timeline.append(_at(CUT_S + (flap + 0.5) * FLAP_S, repair=_victim(subject)))
    workloads = _probes(CUT_S + FLAPS * FLAP_S + 1.5)
    return {"circuits": _circuits(subject), "workloads": workloads, "timeline": timeline}


def _slow(subject: Subject) -> Content:
    return {**_cut(subject), "control_channel": {"delay": CHANNEL_DELAY}}


def _lossy(subject: Subject) -> Content:
    timeline = []
    for cut in range(LOSSY_CUTS):
        timeline.append(_at(CUT_S + 2 * cut * LOSSY_S, cut=_victim(subject)))
        timeline.append(_at(CUT_S + (2 * cut + 1) * LOSSY_S, repair=_victim(subject)))
    workloads = _probes(CUT_S + 2 * LOSSY_CUTS * LOSSY_S)
    channel = {"loss": CHANNEL_LOSS}
    return {"circuits": _circuits(subject), "workloads": workloads, "timeline": timeline, "control_channel": channel}


LINES: Final = {
    line.name: line
    for line in (
        Line(
            "set-up", "set-up of a circuit",
            "three circuits, one after the other: from the request to carrier at both ends, in the mean", _set_up, True,
        ),
        Line("cut", "outage after a cut", "the longest run of lost probes; the cut is repaired after 3 s", _cut),
        Line(
            "planned", "lost in a planned change",
            "a circuit is to avoid its fibre: probes lost while it moves", _planned, True,
        ),
        Line(
            "blocking", "blocking under load",
            f"{REQUESTS} requests at random between three sites, {ERLANGS:g} erlangs: the share that is refused",
            _blocking, True,
        ),
        Line(
            "restart", "killed and started again",
            "probes lost while it is gone for half a second and after, and the outage of a cut 5 s later", _restart,
        ),
        Line(
            "flapping", "flapping fibre",
            f"cut and repaired {FLAPS} times, {FLAP_S / 2 * 1e3:g} ms each: probes lost, and the longest outage",
            _flapping,
        ),
        Line("slow", "control channel of 50 ms", "the cut once more, every message 50 ms late each way", _slow),
        Line(
            "lossy", "control channel that loses 10 %",
            f"{LOSSY_CUTS} cuts of {LOSSY_S:g} s, with a tenth of the messages sent again by TCP and all behind them "
            "waiting: the mean outage, and the longest", _lossy,
        ),
    )
}  # fmt: skip
