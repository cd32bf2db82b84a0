"""Every switch's flow table: what it should hold, what it was told, and the commands that make the two alike.

Each flow has one owner (a circuit, the packet routing, the switch's base); an owner replaces all its flows at once.
Commands come out adds first, so that nothing is taken away before its successor is there.
"""

from __future__ import annotations

from collections.abc import Iterable

from twin.control.commands import AddFlow, Command, RemoveFlow
from twin.control.flows import Flow, FlowKey
from twin.errors import RunBroke


class Tables:
    """``flush`` tells only connected switches; the rest is kept until ``connect``. ``cautious``: until ``take_over``,
    what a switch holds is neither replaced nor removed, because whose it is has yet to be found out."""

    def __init__(self, cautious: bool = False) -> None:
        self._cautious = cautious
        self._wanted: dict[FlowKey, Flow] = {}
        self._owner: dict[FlowKey, str] = {}
        self._of_owner: dict[str, dict[FlowKey, Flow]] = {}
        self._told: dict[FlowKey, Flow] = {}
        self._changed: dict[FlowKey, None] = {}
        self._fresh: set[int] = set()
        self._connected: set[int] = set()

    @property
    def connected(self) -> frozenset[int]:
        """The dpids that can be told something now."""
        return frozenset(self._connected)

    def want(self, owner: str, flows: Iterable[Flow]) -> None:
        """``owner`` needs exactly ``flows`` from now on. Raises ``RunBroke`` when another owner holds one of them."""
        self.amend(owner, flows, tuple(self._of_owner.get(owner, ())))

    def amend(self, owner: str, flows: Iterable[Flow], keys: Iterable[FlowKey]) -> None:
        """``owner`` needs ``flows`` from now on, beside those of its own whose key is not among ``keys``. Raises
        ``RunBroke`` when another owner holds one of them."""
        new = {flow.key: flow for flow in flows}
        mine = self._of_owner.setdefault(owner, {})
        for key in keys:
            if key in mine and key not in new:
                del self._wanted[key], self._owner[key], mine[key]
                self._change(key)
        for key, flow in new.items():
            if self._owner.setdefault(key, owner) != owner:
                raise RunBroke(f"{owner} and {self._owner[key]} both want {key} on switch {key.dpid}")
            if mine.get(key) != flow:
                self._wanted[key] = mine[key] = flow
                self._change(key)

    def _change(self, key: FlowKey) -> None:
        self._changed[key] = None
        self._fresh.add(key.dpid)

    def wanted(self, key: FlowKey) -> Flow | None:
        """The flow with that key that some owner needs; None: nobody."""
        return self._wanted.get(key)

    def owner_of(self, key: FlowKey) -> str | None:
        """Who wants the flow; None: nobody."""
        return self._owner.get(key)

    def connect(self, dpid: int, held: Iterable[Flow] = ()) -> None:
        """The switch is there, for the first time or again, and holds ``held``: what it lacks will be sent, and what
        it should not hold will be removed."""
        self._connected.add(dpid)
        self._told = {key: flow for key, flow in self._told.items() if key.dpid != dpid}
        self._changed.update(dict.fromkeys(key for key in self._wanted if key.dpid == dpid))
        for flow in held:
            self._told[flow.key] = flow
            self._changed[flow.key] = None

    def take_over(self) -> None:
        """Everything that was found is owned now, or is nobody's and will be removed."""
        self._cautious = False

    def lose(self, dpid: int) -> None:
        """The switch cannot be told anything now; it keeps what it holds."""
        self._connected.discard(dpid)

    def flush(self) -> tuple[list[Command], set[int]]:
        """The commands that bring connected switches up to date, and the dpids of all switches for which something
        new was wanted since the last flush, connected or not."""
        adds: list[Command] = []
        removes: list[Command] = []
        fresh, self._fresh = self._fresh, set()
        for key in [key for key in self._changed if key.dpid in self._connected]:
            wanted, told = self._wanted.get(key), self._told.get(key)
            if self._cautious and told is not None and wanted != told:
                continue
            del self._changed[key]
            if wanted is not None and wanted != told:
                adds.append(AddFlow(wanted))
                self._told[key] = wanted
            elif wanted is None and told is not None:
                removes.append(RemoveFlow(told))
                del self._told[key]
        return adds + removes, fresh
