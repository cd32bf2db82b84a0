"""Which interface carries which shaper: pure.

Rate and delay never share an interface, so a direction that has both is given two more interfaces, a *span*::

    A [tbf: rate] ---- x0 . redirect . x1 [netem: delay A->B] ---- B [tbf: rate]
                       x0 [netem: delay B->A]

A direction without a rate (a fibre: channels do not share bandwidth) carries its delay on its own interface.
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.plan.model import End, Link

#: Interface numbers are ours to choose, so that none has to be looked up: four to a link, from here on.
FIRST_INDEX = 1000


@dataclass(frozen=True)
class Span:
    """The two inner interfaces of a link that has both rate and delay; ``near`` faces end a, ``far`` end b."""

    near: str
    far: str


def end_index(link: int, position: int) -> int:
    """The interface number of end ``position`` (0: a, 1: b) of the ``link``-th link of the plan."""
    return FIRST_INDEX + 4 * link + position


def span_index(link: int, position: int) -> int:
    """The interface number of the span's inner interface that faces end ``position`` of the ``link``-th link."""
    return FIRST_INDEX + 4 * link + 2 + position


def needs_span(link: Link) -> bool:
    """Does some direction of ``link`` have a rate and also a delay or a loss?"""
    return any(end.rate_bps is not None and (end.delay_s > 0 or end.loss > 0) for end in link.ends)


def span_of(link: Link, index: int) -> Span | None:
    """The span of the ``index``-th link of the plan, or None."""
    return Span(f"x{index}-a", f"x{index}-b") if needs_span(link) else None


def delays_here(end: End, spanned: bool) -> bool:
    """Does the end's own interface carry the delay of the direction that leaves it?"""
    return not spanned and end.rate_bps is None and (end.delay_s > 0 or end.loss > 0)
