"""Which interface carries which shaper."""

from __future__ import annotations

from twin.emulation.shaping import Span, delays_here, needs_span, span_of
from twin.plan.model import End, Link


def link(rate_bps: float | None, delay_s: float, loss: float = 0.0) -> Link:
    ends = [End(node, 1, f"{node}-eth1", rate_bps, 0, delay_s, None, loss) for node in ("a", "b")]
    return Link("x", "packet", ends[0], ends[1])


def test_rate_and_delay_together_need_a_span() -> None:
    assert needs_span(link(1e9, 1e-3))
    assert needs_span(link(1e9, 0.0, loss=0.1))
    assert span_of(link(1e9, 1e-3), 12) == Span("x12-a", "x12-b")


def test_one_of_them_needs_none() -> None:
    assert span_of(link(1e9, 0.0), 0) is None
    assert span_of(link(None, 1e-3), 0) is None
    assert not delays_here(link(1e9, 0.0).a, spanned=False)


def test_a_fibre_carries_its_delay_itself() -> None:
    assert delays_here(link(None, 1e-3).a, spanned=False)
    assert not delays_here(link(None, 0.0).a, spanned=False)
