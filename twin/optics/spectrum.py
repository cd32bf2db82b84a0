"""Which part of each fibre's band is taken: first fit with continuity, for slots of any width. Pure.

Channel n of a slot width w fills (n - 1) w to n w above the band's lower edge, on every fibre of its route.
"""

from __future__ import annotations

from collections.abc import Sequence

#: Two edges that differ by less are one, Hz.
_EDGE_HZ = 1.0


class Spectrum:
    """The claims on one plant's fibres."""

    def __init__(self) -> None:
        self._taken: dict[str, list[tuple[float, float]]] = {}

    def is_free(self, fibres: Sequence[str], channel: int, slot_hz: float) -> bool:
        """Whether ``channel`` touches nothing on any of ``fibres``."""
        low, high = (channel - 1) * slot_hz + _EDGE_HZ, channel * slot_hz - _EDGE_HZ
        spans = (span for fibre in fibres for span in self._taken.get(fibre, ()))
        return all(high <= taken_low or taken_high <= low for taken_low, taken_high in spans)

    def first_fit(self, fibres: Sequence[str], slot_hz: float, channels: int) -> int | None:
        """The lowest channel that is free on all ``fibres``; None where none of ``channels`` is."""
        return next((n for n in range(1, channels + 1) if self.is_free(fibres, n, slot_hz)), None)

    def claim(self, fibres: Sequence[str], channel: int, slot_hz: float) -> None:
        """Take ``channel`` on all ``fibres``."""
        for fibre in fibres:
            self._taken.setdefault(fibre, []).append(((channel - 1) * slot_hz, channel * slot_hz))
