"""The timeline: what happens when, refused where it contradicts itself."""

from __future__ import annotations

import re
from dataclasses import replace

from twin.plan.topology import Topology
from twin.spec import engineered
from twin.spec.circuits import CircuitBook
from twin.spec.document import Document, Path_, nearest
from twin.spec.experiment_file import ON_REQUEST, WHEN_DONE, EntryFile, ReconfigureFile
from twin.units import parse, show_time
from twin.workloads.scenario import Action, Circuit, Workload

_VERBS = ("cut", "repair", "degrade", "drift", "reconfigure", "rewire", "start", "stop", "controller", "announce")

_DEGRADE = re.compile(r"(amplifier|fibre) (\S+) by (.+)\Z")
_OVER = re.compile(r"(.+) over (.+)\Z")
#: How much worse anything may get, dB: light is long gone then.
_MOST_DB = 100.0
#: How long a drift may take, s.
_LONGEST_S = 86400.0


class TimelineReader:
    """Plays the timeline through on paper: fibres cut or whole, workloads waiting, running or stopped, circuits wanted.

    Its errors are ``BadInput``. ``requested`` remembers the circuits that each entry asks for.
    """

    def __init__(self, topology: Topology, document: Document, book: CircuitBook, workloads: tuple[Workload, ...]):
        self.document = document
        self.book = book
        self.kinds = {fibre.name: "fibre" for fibre in topology.fibres} | {link.name: "link" for link in topology.links}
        self.cut: dict[str, float] = {}
        self.workloads = {workload.name: workload for workload in workloads}
        self.starts = {workload.name: workload.start_s for workload in workloads}
        self.stopped: dict[str, float] = {}
        self.requested: dict[int, tuple[Circuit, ...]] = {}
        self.killed = False
        self.optics = topology.optics
        # A booster before the first span and a preamplifier behind the last, besides those in line.
        self.amplifiers = {fibre.name: fibre.amplifiers + 2 for fibre in topology.fibres}

    def read(self, entries: list[EntryFile], end_s: float) -> tuple[Action, ...]:
        """The actions of ``entries``, in order; ``end_s`` is the experiment's end or ``WHEN_DONE``."""
        actions: list[Action] = []
        before_s = 0.0
        for i, entry in enumerate(entries):
            path: Path_ = ("timeline", i)
            if entry.at < before_s:
                found = f"found {show_time(entry.at)} after {show_time(before_s)}"
                raise self.document.bad((*path, "at"), found, "times that do not go back", "move the entry up")
            if end_s not in (WHEN_DONE,) and entry.at > end_s:
                found = f"found {show_time(entry.at)}, after the experiment's end"
                raise self.document.bad((*path, "at"), found, f"{show_time(end_s)} or less", "raise 'end'")
            before_s = entry.at
            actions += self._entry(i, entry, path)
        for name, start_s in self.starts.items():
            if start_s == ON_REQUEST:
                found = f"found 'on-request', but nothing in the timeline starts {name!r}"
                raise self.document.bad(("workloads", name, "start"), found, "", f"add 'start: {name}' to the timeline")
        return engineered.until_the_next(actions)

    def _entry(self, index: int, entry: EntryFile, path: Path_) -> list[Action]:
        given = [verb for verb in _VERBS if getattr(entry, verb) is not None]
        if len(given) != 1:
            found = f"found {' and '.join(given)}" if given else "found nothing to do"
            remedy = "write two entries with the same time" if given else ""
            raise self.document.bad(path, found, f"one of {', '.join(_VERBS)}", remedy)
        if entry.reconfigure is not None:
            return self._reconfigure(index, entry.at, entry.reconfigure, (*path, "reconfigure"))
        if entry.rewire is not None:
            steps = self._reconfigure(index, entry.at, entry.rewire, (*path, "rewire"))
            wanted = tuple(step.circuit for step in steps if step.circuit is not None and step.do != "release")
            release = tuple(step.target for step in steps if step.do != "request")
            return [Action(entry.at, "rewire", "", release=release, circuits=wanted)]
        if entry.degrade is not None:
            return [self._degrade(entry.degrade, entry.at, (*path, "degrade"))]
        if entry.drift is not None:
            return [self._drift(entry.drift, entry.at, (*path, "drift"))]
        if entry.announce is not None:
            return [self._announce(entry.announce, entry.at, (*path, "announce"))]
        verb = given[0]
        text = str(getattr(entry, verb))
        place = (*path, verb)
        readers = {"cut": self._cut, "repair": self._repair, "start": self._start, "stop": self._stop}
        readers["controller"] = self._controller
        return [Action(entry.at, verb, readers[verb](text, entry.at, place))]

    def _controller(self, text: str, at_s: float, path: Path_) -> str:
        """``kill`` and ``start`` take turns; the controller runs at first."""
        if self.killed is (text == "kill"):
            state = "was killed before" if self.killed else "runs"
            raise self.document.bad(path, f"found {text!r}, but the controller {state} at {show_time(at_s)}", "")
        self.killed = text == "kill"
        return text

    def _announce(self, names: list[str], at_s: float, path: Path_) -> Action:
        if self.killed:
            found = f"found an announcement at {show_time(at_s)}, when the controller is killed"
            raise self.document.bad(path, found, "", "start it before: 'controller: start'")
        engineered.check_names(names, self.workloads, self.document, path)
        return Action(at_s, "announce", ", ".join(names), workloads=tuple(names))

    def _join(self, text: str, path: Path_) -> str:
        """``fibre NAME`` or ``link NAME`` -> NAME."""
        kind, _, name = text.partition(" ")
        name = name.strip()
        if kind not in ("fibre", "link") or not name:
            known = self.kinds.get(text)
            remedy = f"did you mean '{known} {text}'?" if known else ""
            raise self.document.bad(path, f"found {text!r}", "fibre NAME, link NAME", remedy)
        if self.kinds.get(name) != kind:
            names = [other for other, its in self.kinds.items() if its == kind]
            found = f"found the unknown {kind} {name!r}"
            raise self.document.bad(path, found, ", ".join(names) or f"none: there is no {kind}", nearest(name, names))
        return name

    def _cut(self, text: str, at_s: float, path: Path_) -> str:
        name = self._join(text, path)
        if name in self.cut:
            found = f"found {text!r}, which has been cut since {show_time(self.cut[name])}"
            raise self.document.bad(path, found, "", "repair it first")
        self.cut[name] = at_s
        return name

    def _repair(self, text: str, at_s: float, path: Path_) -> str:
        name = self._join(text, path)
        if name not in self.cut:
            raise self.document.bad(path, f"found {text!r}, which is not cut at {show_time(at_s)}", "", "cut it first")
        del self.cut[name]
        return name

    def _drift(self, text: str, at_s: float, path: Path_) -> Action:
        """A degradation that comes steadily within a time: ``amplifier FIBRE.NUMBER by LEVEL over TIME``."""
        match = _OVER.match(text)
        if match is None:
            allowed = "amplifier FIBRE.NUMBER by 3 dB over 2 s, fibre NAME by 3 dB over 2 s"
            raise self.document.bad(path, f"found {text!r}", allowed)
        action = self._degrade(match[1], at_s, path)
        try:
            over_s = parse(match[2], "time")
        except ValueError as problem:
            raise self.document.bad(path, str(problem)) from None
        if not 0 < over_s <= _LONGEST_S:
            allowed = f"more than 0 s and at most {show_time(_LONGEST_S)}"
            raise self.document.bad(path, f"found {match[2]!r}", allowed, "for a change at once write 'degrade'")
        return replace(action, over_s=over_s)

    def _degrade(self, text: str, at_s: float, path: Path_) -> Action:
        """``amplifier FIBRE.NUMBER by LEVEL`` or ``fibre NAME by LEVEL``; the level counts from what was planned."""
        match = _DEGRADE.match(text)
        if match is None:
            raise self.document.bad(path, f"found {text!r}", "amplifier FIBRE.NUMBER by 3 dB, fibre NAME by 3 dB")
        if self.optics is None:
            found = "found a degradation, but the topology does not look at light"
            raise self.document.bad(path, found, "", "give the transceivers a 'mode' of the catalogue, not a 'rate'")
        kind, name, level = match.groups()
        fibre, _, number = name.rpartition(".") if kind == "amplifier" else (name, "", "")
        if not fibre:
            raise self.document.bad(path, f"found the amplifier {name!r}", "FIBRE.NUMBER, counted from 1")
        self._join(f"fibre {fibre}", path)
        most = self.amplifiers[fibre]
        if kind == "amplifier" and not (number.isdigit() and 1 <= int(number) <= most):
            raise self.document.bad(path, f"found the amplifier {name!r}", f"{fibre}.1 to {fibre}.{most}")
        try:
            level_db = parse(level, "level")
        except ValueError as problem:
            raise self.document.bad(path, str(problem)) from None
        if not 0 <= level_db <= _MOST_DB:
            raise self.document.bad(path, f"found {level!r}", f"0 dB (as planned) to {_MOST_DB:g} dB")
        return Action(at_s, "degrade" if kind == "amplifier" else "attenuate", name, level_db=level_db)

    def _start(self, name: str, at_s: float, path: Path_) -> str:
        self._check_workload(name, path)
        if self.starts[name] != ON_REQUEST:
            found = f"found {name!r}, which starts at {show_time(self.starts[name])} already; a workload runs once"
            raise self.document.bad(path, found, "", f"write 'start: on-request' in workloads.{name}, or remove this")
        self.starts[name] = at_s
        return name

    def _stop(self, name: str, at_s: float, path: Path_) -> str:
        self._check_workload(name, path)
        if self.starts[name] == ON_REQUEST or self.starts[name] > at_s:
            found = f"found {name!r}, which has not started at {show_time(at_s)}"
            raise self.document.bad(path, found, "", "start it first")
        if name in self.stopped:
            found = f"found {name!r}, which was stopped at {show_time(self.stopped[name])}"
            raise self.document.bad(path, found, "", "remove one of the two")
        self.stopped[name] = at_s
        return name

    def _check_workload(self, name: str, path: Path_) -> None:
        if name not in self.starts:
            known = list(self.starts)
            found = f"found the unknown workload {name!r}"
            raise self.document.bad(path, found, ", ".join(known) or "none: there is no workload", nearest(name, known))

    def _reconfigure(self, index: int, at_s: float, file: ReconfigureFile, path: Path_) -> list[Action]:
        """First what is given back, then what changes, then what is asked for: what is set free can be used again."""
        if self.killed:
            found = f"found a reconfiguration at {show_time(at_s)}, when the controller is killed"
            raise self.document.bad(path, found, "", "start it before: 'controller: start'")
        if not file.release and not file.change and not file.request:
            allowed = "release: [NAMES], change: [CIRCUITS], request: [CIRCUITS]"
            raise self.document.bad(path, "found nothing to do", allowed)
        released = {name: self.book.wanted.get(name) for name in file.release}
        for i, name in enumerate(file.release):
            self.book.release(name, (*path, "release", i))
        changed = [self.book.change(circuit, (*path, "change", i)) for i, circuit in enumerate(file.change)]
        requested = self.book.read(file.request, (*path, "request"))
        self.requested[index] = requested
        actions = [Action(at_s, "release", name, circuit) for name, circuit in released.items()]
        actions += [Action(at_s, "change", circuit.name, circuit) for circuit in changed]
        return actions + [Action(at_s, "request", circuit.name, circuit) for circuit in requested]
