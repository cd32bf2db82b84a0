"""The northbound of a plan whose switches are in memory and answer at once: for clients to be tried without a lab."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from fastapi import FastAPI

from twin.control.brain import optical_circuit
from twin.control.commands import Answer, Command, Record, Wake
from twin.control.desk import Desk, DeskEvent
from twin.control.events import SwitchConnected, Woken
from twin.control.fake_network import FakeNetwork
from twin.northbound.datastore import Datastore
from twin.plan.model import Plan
from twin.restconf.app import create
from twin.restconf.notices import Notices


class Memory:
    """All switches of ``plan``, connected. ``quotas``: tenant -> capacity, bit/s; ``clock`` and ``now`` tell the time
    since any moment and since 1970, s. What the brain asks to be woken for happens while an event loop runs."""

    def __init__(
        self, plan: Plan, quotas: Mapping[str, float | None], clock: Callable[[], float], now: Callable[[], float]
    ) -> None:
        self._clock = clock
        self._desk = Desk(optical_circuit(plan), quotas)
        self._network = FakeNetwork(plan)
        self._wakes: list[float] = []
        epoch = now() - clock()
        self.store = Datastore(plan, self.ask, lambda moment: moment - epoch)
        self.notices = Notices(self.store.uuid_by_name, now)
        for dpid in self._network.tables:
            self._feed(SwitchConnected(dpid))

    def ask(self, event: DeskEvent) -> Answer:
        """Give an event to the desk, and the switches' answers after it."""
        return next(command for command in self._feed(event) if isinstance(command, Answer))

    def _feed(self, event: DeskEvent) -> list[Command]:
        events, done = [event], list[Command]()
        while events:
            commands = self._desk.handle(events.pop(0), self._clock())
            events += self._network.apply(commands)
            done += commands
        for command in done:
            if isinstance(command, Record):
                self.notices.publish(command)
            elif isinstance(command, Wake):
                self._wakes.append(command.at_s)
        self._wait()
        return done

    def _wait(self) -> None:
        """Have the brain woken at its times, as soon as there is a loop that can wait."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        for at_s in self._wakes:
            loop.call_later(max(0.0, at_s - self._clock()), self._feed, Woken())
        self._wakes.clear()


def application(
    plan: Plan,
    tokens: Mapping[str, str],
    quotas: Mapping[str, float | None],
    clock: Callable[[], float],
    now: Callable[[], float],
) -> FastAPI:
    """The whole northbound over ``plan``; ``tokens`` and ``quotas`` are by tenant."""
    memory = Memory(plan, quotas, clock, now)
    return create(memory.store, tokens, memory.notices)
