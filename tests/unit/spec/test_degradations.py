"""Degradations on the timeline of an experiment whose topology looks at light."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.spec import load_experiment
from twin.workloads.scenario import Action

EXPERIMENTS = Path(__file__).parents[3] / "experiments"
LIT = EXPERIMENTS / "dark-window.yaml"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("amplifier coast.2 by 3 dB", Action(0.2, "degrade", "coast.2", level_db=3.0)),
        ("fibre coast by 0.5 dB", Action(0.2, "attenuate", "coast", level_db=0.5)),
        ("amplifier polder.3 by 0 dB", Action(0.2, "degrade", "polder.3", level_db=0.0)),
    ],
)
def test_a_degradation_names_its_place_and_level(text: str, action: Action) -> None:
    assert load_experiment(LIT, [f"timeline.1.degrade={text}"]).scenario.timeline[1] == action


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("coast by 3 dB", "found 'coast by 3 dB'; allowed: amplifier FIBRE.NUMBER by 3 dB, fibre NAME by 3 dB"),
        ("amplifier coast.5 by 3 dB", "found the amplifier 'coast.5'; allowed: coast.1 to coast.4"),
        ("amplifier coast by 3 dB", "found the amplifier 'coast'; allowed: FIBRE.NUMBER, counted from 1"),
        ("fibre sea by 3 dB", "found the unknown fibre 'sea'; allowed: polder, coast"),
        ("fibre coast by 3", "found '3' without a unit; allowed: dB, as in '3 dB'"),
        ("fibre coast by -1 dB", "found '-1 dB'; allowed: 0 dB (as planned) to 100 dB"),
        ("fibre coast by 5000 dB", "found '5000 dB'; allowed: 0 dB (as planned) to 100 dB"),
    ],
)
def test_wrong_places_and_levels_are_refused(text: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_experiment(LIT, [f"timeline.1.degrade={text}"])
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("amplifier coast.2 by 3 dB over 2 s", Action(0.2, "degrade", "coast.2", level_db=3.0, over_s=2.0)),
        ("fibre coast by 0 dB over 500 ms", Action(0.2, "attenuate", "coast", level_db=0.0, over_s=0.5)),
    ],
)
def test_a_drift_is_a_degradation_that_takes_its_time(text: str, action: Action) -> None:
    sets = [f"timeline.1={{at: 200 ms, drift: {text}}}"]
    assert load_experiment(LIT, sets).scenario.timeline[1] == action


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "fibre coast by 3 dB",
            "found 'fibre coast by 3 dB'; allowed: amplifier FIBRE.NUMBER by 3 dB over 2 s, "
            "fibre NAME by 3 dB over 2 s",
        ),
        ("fibre coast by 3 dB over 2", "found '2' without a unit; allowed: s, ms, us, ns, min, as in '10 ms'"),
        (
            "fibre coast by 3 dB over 0 s",
            "found '0 s'; allowed: more than 0 s and at most 86400 s; for a change at once write 'degrade'",
        ),
        ("amplifier coast.9 by 3 dB over 2 s", "found the amplifier 'coast.9'; allowed: coast.1 to coast.4"),
    ],
)
def test_wrong_drifts_are_refused(text: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_experiment(LIT, [f"timeline.1={{at: 200 ms, drift: {text}}}"])
    assert str(caught.value).partition(".drift: ")[2] == message


def test_without_light_there_is_nothing_to_degrade() -> None:
    with pytest.raises(BadInput) as caught:
        load_experiment(
            EXPERIMENTS / "three-sites-cut.yaml",
            ["timeline=[{at: 1 s, degrade: fibre tokyo-osaka by 3 dB}]"],
        )
    assert str(caught.value).endswith(
        "timeline[0].degrade: found a degradation, but the topology does not look at light; "
        "give the transceivers a 'mode' of the catalogue, not a 'rate'"
    )
