"""The shape of a topology's ``optics`` and ``lightpaths``."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from twin.spec.base import Model, Name, Pair
from twin.spec.catalogue_file import Entry, Loss
from twin.spec.quantity import Quantity

#: Times a receiver takes to lock after light returns, s: burst-mode receivers, and the mean of commodity network cards
#: (MixNet, SIGCOMM 2025).
LOCKS: Final = {"burst-mode": 8.7e-6, "commodity": 5.67}


class OpticsFile(Model):
    """How light is looked at: the line system, the margin over a mode's need, the receivers' time to lock, and the
    transceiver whose channels the amplifiers are set for (by default that of the first site that has one)."""

    line_system: Entry = "standard"
    margin: Loss = 2.0
    lock: Annotated[float, Quantity("time", 0.0, 3600.0, LOCKS)] = 0.0
    design: Entry | None = None


class LightpathFile(Model):
    """A lightpath: ``over`` names its fibres in order, ``mode`` the mode of its transceiver, ``channel`` counts from
    1; ``regenerate`` names the sites on the way at which it is received and sent again. What is not given is
    chosen."""

    between: Pair = Field(examples=["[tokyo, osaka]"])
    over: list[Name] | None = None
    mode: Entry | None = None
    channel: Annotated[int, Field(ge=1)] | None = None
    regenerate: list[Name] | None = None
