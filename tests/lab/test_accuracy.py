"""Three rows of the benchmark in the lab, in virtual time: its figures do not depend on how busy this machine is."""

from __future__ import annotations

from typing import Any, Final

import pytest

from bench import accuracy, cases, labs
from twin.plan.codec import to_json

#: Few seconds each: a slow and long line, a common one, and one that only a virtual clock can carry.
ROWS: Final = {row.name: row for row in (cases.ROWS[0], cases.ROWS[3], cases.ROWS[5])}
LOSS_PROBES: Final = 1000


@pytest.fixture(scope="module", params=ROWS, ids=lambda name: name.replace(", ", "-").replace(" ", ""))
def measured(request: pytest.FixtureRequest) -> dict[str, Any]:
    """One row over one switch and over three."""
    row = ROWS[request.param]
    asked = {"row": to_json(row), "switches": [1, 3], "tcp": [1], "probes": 3, "datagrams": 700, "share": 0.2}
    found = labs.ask("accuracy", {**asked, "loss_probes": LOSS_PROBES}, memory_mb=2048).found
    return {"row": to_json(row), "name": row.name, **found}


def test_a_row_holds(measured: dict[str, Any]) -> None:
    assert accuracy.failures({"rows": [measured], "loss_probes": LOSS_PROBES}) == []


def test_delays_are_the_plan_s_to_some_nanoseconds(measured: dict[str, Any]) -> None:
    delay_s = measured["row"]["delay_s"]
    for chain in measured["chains"]:
        assert chain["delays_s"] == pytest.approx([delay_s] * 3, abs=20e-9)
        assert chain["rtts_s"] == pytest.approx([2 * delay_s] * 3, abs=40e-9)


def test_tcp_carries_what_headers_leave_and_drops_nothing(measured: dict[str, Any]) -> None:
    chain = measured["chains"][0]
    assert chain["tcp_bps"] == pytest.approx(accuracy.tcp_expected_bps(measured["row"]), rel=2e-3)
    assert chain["dropped"] == 0


def test_a_queue_drops_exactly_what_it_cannot_hold(measured: dict[str, Any]) -> None:
    overrun = measured["overrun"]
    assert 0 < overrun["expected"] == overrun["counted"] == overrun["sent"] - overrun["arrived"]
