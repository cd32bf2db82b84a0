"""What transceivers and amplifiers report. Pure; standard library only.

Powers are those of one channel, in dBm. An amplifier is read once for each direction, at its output: OSNR and GSNR are
those of a channel that enters its line without noise, so that they say what the line has done so far. Lines are full
of channels whatever a run has lit (see ``twin.plan.light``), so an amplifier has input until its fibre is cut.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from twin.physics.ber import pre_fec_ber
from twin.physics.modes import margin_db
from twin.physics.plant import Receiver, State
from twin.physics.quality import NO_HARM, REFERENCE_HZ, Harm, amplifier_noise, decibel
from twin.plan.catalogue import Mode
from twin.plan.light import Light, Line
from twin.plan.model import Plan


@dataclass(frozen=True)
class Reading:
    """One ``element`` at one moment; ``kind`` is ``transceiver`` or ``amplifier``, ``towards`` the site to which the
    amplifier's light goes.

    ``state``: a receiver's (``dark``, ``low``, ``locking``, ``up``); an amplifier's ``up``, ``degraded`` (noisier than
    planned, or with less input) or ``dark``. OSNR and GSNR are dB in 0.1 nm, ``margin_db`` is GSNR over the mode's
    need, ``ber`` the bit errors before correction. None: there is nothing to read."""

    element: str
    kind: str
    towards: str | None
    state: str
    mode: str | None = None
    input_dbm: float | None = None
    output_dbm: float | None = None
    osnr_db: float | None = None
    gsnr_db: float | None = None
    margin_db: float | None = None
    ber: float | None = None


def read(plan: Plan, state: State) -> tuple[Reading, ...]:
    """All transceivers by name, then all amplifiers, line by line; the plan must have light."""
    assert plan.light is not None
    sites = {item.name: item.site for item in plan.transceivers}
    # All of a site's lines are alike in this: its ROADM levels what it adds and what it drops.
    sent_dbm = {line.source: line.sent_dbm for line in plan.light.lines}
    dropped_dbm = {line.target: line.dropped_dbm for line in plan.light.lines}
    found = []
    for name, receiver in sorted(state.receivers.items()):
        site = sites[name]
        found.append(_transceiver(name, receiver, sent_dbm.get(site), dropped_dbm.get(site)))
    return (*found, *_amplifiers(plan.light, state))


def _transceiver(name: str, receiver: Receiver, sent_dbm: float | None, dropped_dbm: float | None) -> Reading:
    seen, mode = receiver.seen, receiver.mode
    margin = margin_db(mode, seen) if mode is not None and seen is not None else None
    return Reading(
        element=name,
        kind="transceiver",
        towards=None,
        state=receiver.state,
        mode=mode.name if mode is not None else None,
        input_dbm=dropped_dbm if seen is not None else None,
        output_dbm=sent_dbm,
        osnr_db=seen.osnr_db if seen is not None else None,
        gsnr_db=seen.gsnr_db if seen is not None else None,
        margin_db=margin if margin is not None and math.isfinite(margin) else None,
        ber=pre_fec_ber(mode, seen.gsnr_db) if mode is not None and seen is not None else None,
    )


def _amplifiers(light: Light, state: State) -> Iterator[Reading]:
    for line in light.lines:
        # One carrier stands for all: the first transceiver's, in its best mode.
        yield from _line(line, light.transceivers[0].modes[0], state.harm, line.fibre in state.cuts)


def _line(line: Line, mode: Mode, harm: Harm, cut: bool) -> Iterator[Reading]:
    """The amplifiers of one line, in the light's direction. Behind a cut, which is in the first span, they are dark."""
    ase = nli = 0.0
    share = REFERENCE_HZ / mode.baud_hz
    planned = amplifier_noise(line, mode.carrier, NO_HARM)
    for i, part in enumerate(amplifier_noise(line, mode.carrier, harm)):
        input_dbm, output_dbm = line.levels_dbm[i] if line.levels_dbm else (None, None)
        if i:
            nli += line.noise[mode.carrier].nli[i - 1]
        if cut and i:
            yield Reading(line.amplifiers[i], "amplifier", line.target, "dark")
            continue
        ase += part
        if input_dbm is not None and i == 1:
            input_dbm -= harm.fibres.get(line.fibre, 0.0)
        yield Reading(
            element=line.amplifiers[i],
            kind="amplifier",
            towards=line.target,
            state="degraded" if part > planned[i] else "up",
            input_dbm=input_dbm,
            output_dbm=output_dbm,
            osnr_db=_level(ase * share),
            gsnr_db=_level((ase + nli) * share),
        )


def _level(noise: float) -> float | None:
    """Noise over signal as signal over noise, dB; None where there is no noise at all."""
    return -decibel(noise) if noise > 0 else None
