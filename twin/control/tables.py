"""Every switch's flows and groups: what it should hold, what it was told, and the commands that make the two alike.

Each entry has one owner (a circuit, the packet routing, the switch's base); an owner replaces all its own at once.
Commands come out adds first, so that nothing is taken away before its successor is there; groups come before the flows
that lead into them, and go after them. Only what turns packets back goes before all: it hides the flow below it, which
is right again.
"""

from __future__ import annotations

from collections.abc import Iterable

from twin.control.commands import AddFlow, AddGroup, Command, RemoveFlow, RemoveGroup
from twin.control.flows import Choice, Entry, EntryKey, Flow, TurnBack
from twin.errors import RunBroke


class Tables:
    """``flush`` tells only connected switches; the rest is kept until ``connect``. ``cautious``: until ``take_over``,
    what a switch holds is neither replaced nor removed, because whose it is has yet to be found out."""

    def __init__(self, cautious: bool = False) -> None:
        self._cautious = cautious
        self._wanted: dict[int, dict[EntryKey, Entry]] = {}
        self._owner: dict[EntryKey, str] = {}
        self._of_owner: dict[str, dict[EntryKey, Entry]] = {}
        self._told: dict[int, dict[EntryKey, Entry]] = {}
        #: dpid -> key -> how many changes of any switch came before
        self._changed: dict[int, dict[EntryKey, int]] = {}
        self._changes = 0
        self._fresh: set[int] = set()
        self._connected: set[int] = set()

    @property
    def connected(self) -> frozenset[int]:
        """The dpids that can be told something now."""
        return frozenset(self._connected)

    def want(self, owner: str, entries: Iterable[Entry]) -> None:
        """``owner`` needs exactly ``entries`` from now on. Raises ``RunBroke`` when another owner holds one of them."""
        self.amend(owner, entries, tuple(self._of_owner.get(owner, ())))

    def amend(self, owner: str, entries: Iterable[Entry], keys: Iterable[EntryKey]) -> None:
        """``owner`` needs ``entries`` from now on, beside those of its own whose key is not among ``keys``. Raises
        ``RunBroke`` when another owner holds one of them."""
        new = {entry.key: entry for entry in entries}
        mine = self._of_owner.setdefault(owner, {})
        for key in keys:
            if key in mine and key not in new:
                del self._wanted[key.dpid][key], self._owner[key], mine[key]
                self._change(key)
        for key, entry in new.items():
            if self._owner.setdefault(key, owner) != owner:
                raise RunBroke(f"{owner} and {self._owner[key]} both want {key} on switch {key.dpid}")
            if mine.get(key) != entry:
                self._wanted.setdefault(key.dpid, {})[key] = mine[key] = entry
                self._change(key)
        if not mine:
            del self._of_owner[owner]

    def _change(self, key: EntryKey) -> None:
        self._compare(key)
        self._fresh.add(key.dpid)

    def _compare(self, key: EntryKey) -> None:
        """The next flush is to compare what is wanted with what was told."""
        self._changes += 1
        self._changed.setdefault(key.dpid, {}).setdefault(key, self._changes)

    def _compared(self, key: EntryKey) -> None:
        changed = self._changed[key.dpid]
        del changed[key]
        if not changed:
            del self._changed[key.dpid]

    def wanted(self, key: EntryKey) -> Entry | None:
        """The flow or group with that key that some owner needs; None: nobody."""
        return self._wanted.get(key.dpid, {}).get(key)

    def owner_of(self, key: EntryKey) -> str | None:
        """Who wants the flow or group; None: nobody."""
        return self._owner.get(key)

    def connect(self, dpid: int, held: Iterable[Entry] = ()) -> None:
        """The switch is there, for the first time or again, and holds ``held``: what it lacks will be sent, and what
        it should not hold will be removed."""
        self._connected.add(dpid)
        self._told[dpid] = {}
        for key in self._wanted.get(dpid, ()):
            self._compare(key)
        for entry in held:
            self._told.setdefault(entry.dpid, {})[entry.key] = entry
            self._compare(entry.key)

    def take_over(self) -> None:
        """Everything that was found is owned now, or is nobody's and will be removed."""
        self._cautious = False

    def lose(self, dpid: int) -> None:
        """The switch cannot be told anything now; it keeps what it holds."""
        self._connected.discard(dpid)

    def flush(self) -> tuple[list[Command], set[int]]:
        """The commands that bring connected switches up to date, and the dpids of all switches for which something
        new was wanted since the last flush, connected or not."""
        adds: list[tuple[int, Command]] = []
        removes: list[tuple[int, Command]] = []
        fresh, self._fresh = self._fresh, set()
        for key in self._to_compare():
            wanted, known = self.wanted(key), self._told[key.dpid]
            told = known.get(key)
            if self._cautious and told is not None and wanted != told:
                continue
            self._compared(key)
            if wanted is not None and wanted != told:
                add = AddFlow(wanted) if isinstance(wanted, Flow) else AddGroup(wanted, known=told is not None)
                adds.append((_depth(wanted), add))
                known[key] = wanted
            elif wanted is None and told is not None:
                remove = RemoveFlow(told) if isinstance(told, Flow) else RemoveGroup(told)
                (adds if _turns_back(told) else removes).append((-_depth(told), remove))
                del known[key]
        ordered = [*sorted(adds, key=lambda item: item[0]), *sorted(removes, key=lambda item: item[0])]
        return [command for _, command in ordered], fresh

    def _to_compare(self) -> list[EntryKey]:
        """What has changed on connected switches, in the order of the changes."""
        found = [item for dpid in self._changed.keys() & self._connected for item in self._changed[dpid].items()]
        return [key for key, _ in sorted(found, key=lambda item: item[1])]


def _turns_back(entry: Entry) -> bool:
    return isinstance(entry, Flow) and TurnBack() in entry.actions


def _depth(entry: Entry) -> int:
    """What leads into others comes later: groups that fail over, groups that select, flows."""
    if isinstance(entry, Flow):
        return 2
    return 0 if entry.choice is Choice.FAST_FAILOVER else 1
