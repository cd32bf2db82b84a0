"""What an experiment says of its control plane: how good the channel to the controller is, and a load of requests."""

from __future__ import annotations

import re
from itertools import combinations, islice
from typing import Annotated, Final

from pydantic import Field

from twin.control.arrivals import moments, poisson_arrivals
from twin.plan.topology import Topology
from twin.spec.base import Model, Moment
from twin.spec.document import Document
from twin.spec.quantity import Quantity
from twin.workloads.scenario import Action, Circuit, ControlChannel

_LOAD_NAME: Final = re.compile(r"load-\d+\Z")


class ControlChannelFile(Model):
    """Between every switch and the controller: ``delay`` one way, ``loss`` the share of messages that TCP repeats."""

    delay: Annotated[float, Quantity("time", 0.0, 10.0)] = 0.0
    loss: Annotated[float, Quantity("ratio", 0.0, 0.5)] = 0.0


class CircuitLoadFile(Model):
    """Requests for circuits at random: Poisson arrivals, between all pairs of sites alike, held for a time that is
    exponentially distributed. ``erlangs`` is how many would be up if none were refused."""

    erlangs: float = Field(gt=0, le=1e4, examples=[3.0])
    holding: Annotated[float, Quantity("time", 1e-3, 86400.0)] = Field(examples=["1 s"])
    requests: int = Field(ge=1, le=10_000, examples=[100])
    start: Moment = 0.0


def channel_of(file: ControlChannelFile | None) -> ControlChannel | None:
    """The channel, where the file says something of it."""
    return None if file is None else ControlChannel(file.delay, file.loss)


def load_of(
    file: CircuitLoadFile, seed: int, topology: Topology, circuits: tuple[Circuit, ...], document: Document
) -> list[Action]:
    """The load as entries of the timeline. Raises ``BadInput`` where nobody can be joined, or a name is taken."""
    sites = [site.name for site in topology.sites if site.optical is not None and site.transceivers]
    if len(sites) < 2:
        found = f"found {len(sites)} sites with transceivers"
        raise document.bad(("circuit_load",), found, "2 or more", "give sites 'optical' and 'transceivers'")
    for circuit in circuits:
        if _LOAD_NAME.match(circuit.name):
            found = f"found the circuit {circuit.name!r}, a name that the load takes"
            raise document.bad(("circuits",), found, "", "call it otherwise")
    arrivals = poisson_arrivals(tuple(combinations(sites, 2)), file.erlangs, file.holding, seed)
    return [
        Action(
            file.start + moment.at_s,
            "request" if moment.asks else "release",
            moment.arrival.name,
            Circuit(moment.arrival.name, moment.arrival.sites),
        )
        for moment in moments(islice(arrivals, file.requests))
    ]
