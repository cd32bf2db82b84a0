"""Where the time of a dark window went."""

from __future__ import annotations

import pytest

from twin.results.dark_windows import DarkWindow, dark_windows
from twin.results.event import Event


def told(t_s: float, name: str, **details: object) -> Event:
    return Event(t_s, "plant", name, dict(details))


CROSS = {"switch": "b-roadm", "port": 3, "to": 1}
CUT = [told(1.0, "carrier-down", transceiver="b-t1", reason="no light")]
ORDER = [
    told(1.002, "cross-connect-switching", switching_s=0.015, **CROSS),
    told(1.002, "cross-connect-switching", switch="b-roadm", port=1, to=3, switching_s=0.015),
]
LIT = [told(1.017, "cross-connect-lit", **CROSS)]
BARRIER = [told(1.017000003, "barrier-passed", switch="b-roadm", held_s=0.0149)]


def test_waiting_switching_and_locking() -> None:
    locking = [told(1.0170000020, "receiver-locking", transceiver="b-t1", lock_s=5.67)]
    up = [told(6.687000002, "carrier-up", transceiver="b-t1", mode="400G", rate_bps=4e11)]
    (found,) = dark_windows([*CUT, *ORDER, *LIT, *locking, *BARRIER, *up])
    assert (found.transceiver, found.reason, found.switch) == ("b-t1", "no light", "b-roadm")
    assert (found.waiting_s, found.switching_s, found.locking_s) == pytest.approx((0.002, 0.015000002, 5.67))
    assert found.total_s == pytest.approx(5.687000002)
    assert found.barrier_s == 0.0149


def test_without_a_lock_time_and_without_a_barrier() -> None:
    up = [told(1.017000002, "carrier-up", transceiver="b-t1", mode="400G", rate_bps=4e11)]
    (found,) = dark_windows([*CUT, *ORDER, *LIT, *up])
    assert (found.waiting_s, found.switching_s, found.locking_s) == pytest.approx((0.002, 0.015000002, 0.0))
    assert found.barrier_s is None


def test_light_that_comes_back_by_itself() -> None:
    up = [told(2.5, "carrier-up", transceiver="b-t1", mode="400G", rate_bps=4e11)]
    (found,) = dark_windows([*CUT, *up])
    assert (found.switch, found.waiting_s, found.switching_s) == (None, 1.5, 0.0)


def test_what_stays_dark_has_no_parts_and_what_was_before_zero_does_not_count() -> None:
    before = told(-1.0, "carrier-down", transceiver="a-t1", reason="no light")
    assert dark_windows([before, *CUT, *ORDER]) == [DarkWindow("b-t1", "no light", 1.0)]
