"""The only user of GNPy: designs the plant's amplifiers, sends a full spectrum over each line and reads what it adds.

GNPy is imported when a plant is designed, because it brings numpy, scipy and pandas along and takes a second. Its
errors become ``BadInput``, its warnings and log lines are dropped.
"""

from __future__ import annotations

import copy
import importlib.resources
import json
import logging
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from twin.errors import BadInput
from twin.optics.gnpy_json import last_hz, roadm_uid, span_uid, trx_uid
from twin.plan.catalogue import LineSystem, Mode
from twin.plan.light import Noise


def library(system: LineSystem) -> dict[str, Any]:
    """The equipment library of the line system: its own, or one that GNPy brings."""
    if isinstance(system.equipment, dict):
        return system.equipment
    file = importlib.resources.files("gnpy") / "example-data" / system.equipment
    if "/" in system.equipment or not file.is_file():
        found = f"found the equipment {system.equipment!r}, which GNPy does not bring"
        raise BadInput(f"line system {system.name}", "equipment", found, "a file of GNPy's example-data")
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


@dataclass(frozen=True)
class Passage:
    """What a line does to a carrier, the mean over a full band: the noise it adds, dispersion in ps/nm, and the power
    of a channel in dBm: as sent, at the first span's start, into and out of each amplifier, at the last span's end, and
    as the last ROADM drops it. ``polarisation`` is PMD in ps and PDL in dB, of the line with the ROADM that it leaves;
    ``drop`` the same of the ROADM at its end."""

    noise: Noise
    dispersion_ps_nm: float
    sent_dbm: float
    launch_dbm: float
    levels_dbm: tuple[tuple[float, float], ...]
    received_dbm: float
    dropped_dbm: float
    polarisation: tuple[float, float]
    drop: tuple[float, float]

    @property
    def is_finite(self) -> bool:
        """Whether GNPy's model could follow the light."""
        numbers = (*self.noise.ase, *self.noise.nli, self.dispersion_ps_nm, self.launch_dbm, self.received_dbm)
        return all(map(math.isfinite, numbers))


class DesignedPlant:
    """A network with its amplifiers chosen by GNPy for a band full of the design's channels.

    Raises ``BadInput`` for what GNPy refuses."""

    def __init__(self, network: dict[str, Any], equipment: dict[str, Any], system: LineSystem) -> None:
        self._system = system
        with _gnpy_speaks(system):
            from gnpy.tools.json_io import DEFAULT_EXTRA_CONFIG, _equipment_from_json, network_from_json
            from gnpy.tools.worker_utils import designed_network

            # Both readers change what they are given.
            try:
                self._equipment = _equipment_from_json(copy.deepcopy(equipment), DEFAULT_EXTRA_CONFIG)
                graph = network_from_json(copy.deepcopy(network), self._equipment)
            except (KeyError, TypeError, ValueError, AttributeError) as problem:
                found = f"found equipment that GNPy cannot read ({type(problem).__name__}: {problem})"
                raise BadInput(
                    f"line system {system.name}", "equipment", found, "a GNPy equipment library"
                ) from problem
            self._graph, self._request, _ = designed_network(self._equipment, graph)
            self._nodes = {node.uid: node for node in self._graph.nodes()}

    def add_drop_db(self, source: str, target: str, fibre: str) -> float:
        """The OSNR in dB in 0.1 nm that adding at ``source`` and dropping at ``target`` leave together."""
        import numpy

        path = self._path(fibre, source, target)
        noise = 0.0
        for before, roadm, after in ((path[0], path[1], path[2]), (path[-3], path[-2], path[-1])):
            frequencies = numpy.array([(self._system.low_hz + self._system.high_hz) / 2])
            osnr = roadm.get_impairment("roadm-osnr", frequencies, from_degree=before.uid, degree=after.uid)
            noise += 0.0 if osnr is None else float(numpy.mean(10 ** (-numpy.array(osnr, dtype=float) / 10)))
        return float(-10 * numpy.log10(noise)) if noise else 1000.0

    def line(self, fibre: str, source: str, target: str, mode: Mode) -> Passage:
        """What the line does to ``mode``'s carrier."""
        with _gnpy_speaks(self._system):
            found = self._propagate(self._path(fibre, source, target), mode)
        if not found.is_finite:
            raise BadInput(
                f"fibre {fibre}", "", "found light that GNPy's model cannot follow", "", "check its type and spans"
            )
        return found

    def _path(self, fibre: str, source: str, target: str) -> list[Any]:
        """The elements from transceiver to transceiver over one fibre."""
        from gnpy.core.elements import Roadm

        first_span = self._nodes[span_uid(fibre, source, target, 1)]
        node = first_span
        before: list[Any] = []
        while not isinstance(node := next(iter(self._graph.predecessors(node))), Roadm):
            before.insert(0, node)
        after: list[Any] = []
        node = first_span
        while not isinstance(node := next(iter(self._graph.successors(node))), Roadm):
            after.append(node)
        ends = [[self._nodes[trx_uid(source)], self._nodes[roadm_uid(source)]]]
        ends += [[self._nodes[roadm_uid(target)], self._nodes[trx_uid(target)]]]
        return [*ends[0], *before, first_span, *after, *ends[1]]

    def _propagate(self, path: list[Any], mode: Mode) -> Passage:
        import numpy
        from gnpy.core.elements import Edfa, Fiber, Roadm
        from gnpy.core.parameters import TransceiverRole

        light = path[0](self._spectrum(path, mode), role=TransceiverRole.EMITTER)
        ase: list[float] = []
        nli: list[float] = []
        spans_dbm: list[float] = []
        levels_dbm: list[tuple[float, float]] = []
        sent_dbm = float(numpy.mean(light.pch_dbm))
        polarisation = [(0.0, 0.0)]
        for before, element, after in zip(path, path[1:-1], path[2:], strict=False):
            ase_before, nli_before = light.ase / light.signal, light.nli / light.signal
            into_dbm = float(numpy.mean(light.pch_dbm))
            if isinstance(element, Roadm):
                light = element(light, degree=after.uid, from_degree=before.uid)
            else:
                light = element(light)
            if isinstance(element, Edfa):
                ase.append(float(numpy.mean(light.ase / light.signal - ase_before)))
                levels_dbm.append((into_dbm, float(numpy.mean(light.pch_dbm))))
            elif isinstance(element, Fiber):
                nli.append(float(numpy.mean(light.nli / light.signal - nli_before)))
                spans_dbm += [into_dbm, float(numpy.mean(light.pch_dbm))]
            polarisation.append((float(numpy.mean(light.pmd)) * 1e12, float(numpy.mean(light.pdl))))
        return Passage(
            noise=Noise(tuple(ase), tuple(nli)),
            dispersion_ps_nm=float(numpy.mean(light.chromatic_dispersion)) * 1e3,
            sent_dbm=sent_dbm,
            launch_dbm=spans_dbm[0],
            levels_dbm=tuple(levels_dbm),
            received_dbm=spans_dbm[-1],
            dropped_dbm=float(numpy.mean(light.pch_dbm)),
            polarisation=polarisation[-2],
            drop=_added(*polarisation[-2:]),
        )

    def _spectrum(self, path: list[Any], mode: Mode) -> Any:
        """A band full of the mode's channels; refused where an amplifier would drop some of them."""
        from gnpy.core.info import create_input_spectral_information
        from gnpy.topology.request import filter_si

        request = self._request
        spectrum = create_input_spectral_information(
            f_min=self._system.centre_hz(1, mode.slot_hz),
            f_max=last_hz(self._system, mode.slot_hz),
            roll_off=mode.roll_off,
            baud_rate=mode.baud_hz,
            spacing=mode.slot_hz,
            tx_osnr=mode.tx_osnr_db,
            tx_power=request.tx_power,
        )
        kept = filter_si(path, self._equipment, spectrum)
        if kept.number_of_channels != spectrum.number_of_channels:
            found = f"found a band whose amplifiers pass {kept.number_of_channels} of {spectrum.number_of_channels}"
            remedy = "keep the band within the amplifiers'"
            raise BadInput(f"line system {self._system.name}", "band", f"{found} channels", "", remedy)
        return kept


def _added(before: tuple[float, float], after: tuple[float, float]) -> tuple[float, float]:
    """What came on top, where squares add up."""
    pmd, pdl = (math.sqrt(max(b * b - a * a, 0.0)) for a, b in zip(before, after, strict=True))
    return pmd, pdl


@contextmanager
def _gnpy_speaks(system: LineSystem) -> Iterator[None]:
    """GNPy's errors as ``BadInput``; its warnings and log lines are for its own developers."""
    log = logging.getLogger("gnpy")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from gnpy.core import exceptions

            kinds = (exceptions.ConfigurationError, exceptions.ServiceError, exceptions.SpectrumError)
            try:
                yield
            except kinds as problem:
                found = f"GNPy refuses the plant: {' '.join(str(problem).split())}"
                remedy = "check its band, its power and its equipment against the fibres' spans"
                raise BadInput(f"line system {system.name}", "", found, "", remedy) from problem
    finally:
        log.setLevel(level)
