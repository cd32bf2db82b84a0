"""What a transceiver and an amplifier report. Pure; standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from twin.physics.ber import pre_fec_ber
from twin.physics.plant import State
from twin.physics.quality import Harm, decibel, line_noise, linear
from twin.plan.light import Light, Line


@dataclass(frozen=True)
class TransceiverReading:
    """``gsnr_db`` and ``osnr_db`` are dB in 0.1 nm, None in the dark; ``ber`` is that before correction."""

    name: str
    state: str
    mode: str | None
    gsnr_db: float | None
    osnr_db: float | None
    ber: float | None


@dataclass(frozen=True)
class LineReading:
    """One direction of a fibre: a channel's power into the first span and out of the last, and the noise over signal
    that the line adds, as OSNR and GSNR in the carrier's bandwidth."""

    fibre: str
    source: str
    launch_dbm: float
    received_dbm: float
    osnr_db: float
    gsnr_db: float


def transceivers(state: State) -> tuple[TransceiverReading, ...]:
    """All transceivers, by name."""
    found = []
    for name, receiver in sorted(state.receivers.items()):
        seen, mode = receiver.seen, receiver.mode
        ber = pre_fec_ber(mode, seen.gsnr_db) if seen is not None and mode is not None else None
        gsnr_db, osnr_db = (seen.gsnr_db, seen.osnr_db) if seen is not None else (None, None)
        shown = mode.name if mode is not None else None
        found.append(TransceiverReading(name, receiver.state, shown, gsnr_db, osnr_db, ber))
    return tuple(found)


def lines(light: Light, state: State) -> tuple[LineReading, ...]:
    """All lines that are not cut, in the plan's order, by the carrier of the first transceiver's best mode."""
    carrier = light.transceivers[0].modes[0].carrier
    whole = [line for line in light.lines if line.fibre not in state.cuts]
    return tuple(_line(line, carrier, state.harm) for line in whole)


def _line(line: Line, carrier: str, harm: Harm) -> LineReading:
    """What the fibre loses more is lost in its first span; what arrives at the end is less only where that is the
    last one, because an amplifier behind a span makes up for it."""
    ase, nli = line_noise(line, carrier, harm)
    lost_db = harm.fibres.get(line.fibre, 0.0) if len(line.spans_km) == 1 else 0.0
    levels = (-decibel(max(ase, linear(-100.0))), -decibel(max(ase + nli, linear(-100.0))))
    return LineReading(line.fibre, line.source, line.launch_dbm, line.received_dbm - lost_db, *levels)
