from __future__ import annotations

from twin.predict.pace import Pace


def test_what_was_sent_counts_on_at_another_rate() -> None:
    pace = Pace(rate_bps=10.0)
    pace.change(4.0, 2.0)
    assert (pace.sent_by(2.0), pace.sent_by(5.0), pace.rate_bps) == (20.0, 32.0, 4.0)
