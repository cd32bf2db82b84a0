"""Why a lightpath does not close, in words."""

from __future__ import annotations

import pytest

from twin.optics.reasons import why
from twin.optics.routes import Route
from twin.physics.quality import Quality
from twin.plan.catalogue import Mode, TransceiverType

MODE = Mode(
    "400G", 400e9, 60e9, 8, 75e9, 0.2, 24.0, 36.0, ((12000.0, 0.5),), ((10.0, 0.0), (20.0, 0.5)), ((1.0, 0.5), (2.0, 1))
)
ROUTE = Route(("a", "b", "c"), ("ab", "bc"), 200.0, 1e-3)


@pytest.mark.parametrize(
    ("reach_km", "seen", "text"),
    [
        (120.0, Quality(30.0, 30.0, 0.0), "200 km over a - b - c, and T reaches 120 km"),
        (None, Quality(30.0, 30.0, 13000.0), "13000 ps/nm over a - b - c is more than T 400G takes"),
        (None, Quality(30.0, 30.0, 0.0, 20.5), "PMD of 20 ps over a - b - c is more than T 400G takes"),
        (None, Quality(30.0, 30.0, 0.0, 0.0, 2.25), "PDL of 2.2 dB over a - b - c is more than T 400G takes"),
        (
            None,
            Quality(24.0, 25.0, 6000.0, 15.0, 2.0),
            "GSNR 24.00 dB over a - b - c; T 400G needs 25.50 dB and a margin of 2 dB",
        ),
    ],
)
def test_what_keeps_it_from_closing(reach_km: float | None, seen: Quality, text: str) -> None:
    assert why(ROUTE, TransceiverType("T", (MODE,), reach_km), MODE, seen, 2.0) == text
