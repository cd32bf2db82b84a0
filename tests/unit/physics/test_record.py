"""What happened to a plant, written down and played again."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from twin.physics.events import Attenuate, Connect, Cut, Degrade, Disconnect, Repair
from twin.physics.record import from_line, play, to_line
from twin.physics.wiring import CrossConnect

CROSS = CrossConnect("a-roadm", 1, 0, 2, 7)


@pytest.mark.parametrize(
    "event",
    [Connect(CROSS), Disconnect(CROSS), Cut("ab"), Repair("ab"), Degrade("ab.1", 3.0, 2.0), Attenuate("ab", 1.5)],
)
def test_events_survive_their_lines(event: Any) -> None:
    assert from_line(json.loads(json.dumps(to_line(event, 12.123456789)))) == (12.123456789, event)


def test_a_line_that_is_none_is_refused() -> None:
    message = re.escape("found {'event': 'cut'}; allowed: an event of a plant and its time")
    with pytest.raises(ValueError, match=f"^{message}$"):
        from_line({"event": "cut"})


def test_playing_again_shows_what_was_there(kit: Any) -> None:
    plan = kit.plan()
    crosses = [cross for site in "ab" for cross in kit.add(plan, site, 1, "ab", 7)]
    happened = [*((1.0, Connect(cross)) for cross in crosses), (2.0, Cut("ab")), (9.0, Repair("ab"))]
    moments = list(play(plan, happened, [0.5, 1.5, 2.0]))
    seen = [(moment.at_s, moment.sampled, moment.state.receivers["a-t1"].state) for moment in moments]
    assert seen == [
        (0.5, True, "dark"),
        *[(1.0, False, "dark")] * 4,
        (pytest.approx(1.015), False, "up"),
        (1.5, True, "up"),
        (2.0, False, "dark"),
        (2.0, True, "dark"),
    ]


def test_a_drift_is_read_between_its_changes(kit: Any) -> None:
    plan = kit.plan()
    crosses = [cross for site in "ab" for cross in kit.add(plan, site, 1, "ab", 7)]
    happened = [*((0.0, Connect(cross)) for cross in crosses), (1.0, Degrade("ab.1", 2.0, 2.0))]
    moments = list(play(plan, happened, [1.0, 2.0, 3.0]))
    levels = [moment.state.harm.amplifiers["ab.1"] for moment in moments if moment.sampled]
    assert levels == [0.0, 1.0, 2.0]
