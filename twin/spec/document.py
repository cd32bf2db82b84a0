"""A YAML file as plain values, with the line of every one of them.

The reader is stricter than YAML: one document, no aliases, no tags, no double keys, nothing deeper than 30 levels or
larger than 1 MiB. So a hostile or broken file is refused at once, with its line, and never expanded.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from twin.errors import BadInput

#: The largest file that is read, bytes: twenty times what 250 sites need.
MAX_BYTES: Final = 2**20
MAX_DEPTH: Final = 30
MAX_VALUES: Final = 50_000

#: A place in a document: ``("sites", "tokyo", "servers", "count")`` or ``("timeline", 0, "at")``.
Path_ = tuple[str | int, ...]


@dataclass
class Document:
    """``data`` as read from ``source``; ``marks`` holds the ``FILE:LINE`` of every value by its path."""

    source: str
    data: Any
    marks: dict[Path_, str] = field(default_factory=dict)

    def where(self, path: Path_) -> str:
        """``FILE:LINE`` of the value at ``path``, or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.marks:
                return self.marks[path[:length]]
        return self.source

    def bad(self, path: Path_, found: str, allowed: str = "", remedy: str = "") -> BadInput:
        """The error for the value at ``path``."""
        return BadInput(self.where(path), show_path(path), found, allowed, remedy)


def show_path(path: Path_) -> str:
    """``("timeline", 0, "at")`` -> ``timeline[0].at``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def read(path: Path) -> Document:
    """Read the YAML file ``path``, whose top must be a mapping. Raises ``BadInput``."""
    source = str(path)
    document = parse(source, _text(path))
    if not isinstance(document.data, dict):
        kind = {list: "a list", type(None): "nothing"}.get(type(document.data), f"the text {show(document.data)}")
        remedy = "see the folders topologies/ and experiments/"
        raise document.bad((), f"found {kind}", "a mapping (KEY: VALUE lines)", remedy)
    return document


def _text(path: Path) -> str:
    source = str(path)
    if path.is_dir():
        raise BadInput(source, "", "found a folder", "a YAML file", "name the file in it")
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise BadInput(source, "", "found no such file", "", "check the name") from None
    except OSError as problem:
        raise BadInput(source, "", f"cannot be read ({problem.strerror})", "a readable YAML file") from None
    if len(raw) > MAX_BYTES:
        raise BadInput(source, "", "found a file of more than 1 MiB", "1 MiB or less", "split it, or write less")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        raise BadInput(f"{source}:{line}", "", "found bytes that are not UTF-8", "YAML text") from None


def parse(source: str, text: str, numbered: bool = True) -> Document:
    """Parse YAML ``text``. ``source`` names it in errors, with line numbers where ``numbered``. Raises ``BadInput``."""
    reader = _Reader(source, numbered)
    try:
        return reader.read(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = f"{source}:{mark.line + 1}" if mark and numbered else source
        found = f"found text that is not YAML ({_plain(problem.problem or problem.context or 'no reason given')})"
        raise BadInput(where, "", found, "YAML", "check quotes, brackets and indentation") from None
    except yaml.reader.ReaderError as problem:
        line = text[: problem.position].count("\n") + 1
        where = f"{source}:{line}" if numbered else source
        code = problem.character if isinstance(problem.character, int) else ord(problem.character)
        found = f"found the character U+{code:04X}, which YAML forbids"
        raise BadInput(where, "", found, "YAML text") from None


def show(value: Any, longest: int = 60) -> str:
    """A found value for an error message: one line, shortened."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= longest else f"{text[:longest]}..."


def nearest(word: str, allowed: list[str]) -> str:
    """The remedy "did you mean ...?", or nothing where no allowed word is near."""
    close = difflib.get_close_matches(word, allowed, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else ""


def _plain(text: str) -> str:
    return " ".join(text.split())


class _Reader:
    """Builds plain values from PyYAML's events; scalars get the types of PyYAML's safe loader."""

    def __init__(self, source: str, numbered: bool) -> None:
        self.document = Document(source, None)
        self.numbered = numbered
        self.count = 0
        # A loader without input: only its tables for the types of plain scalars are wanted.
        self.types = yaml.SafeLoader("")

    def read(self, events: Iterator[yaml.Event]) -> Document:
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._bad(event, (), "found a second document", "one document", "remove the '---' line")
                self.document.data = self._value(next(events), events, ())
        return self.document

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path_) -> Any:
        self.count += 1
        if self.count > MAX_VALUES:
            raise self._bad(event, (), f"found more than {MAX_VALUES} values", "fewer", "split the file")
        if len(path) > MAX_DEPTH:
            raise self._bad(event, (), f"found more than {MAX_DEPTH} levels of nesting", f"{MAX_DEPTH} levels or fewer")
        self._refuse_extras(event, path)
        self.document.marks.setdefault(path, self._where(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(events, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path)
        assert isinstance(event, yaml.ScalarEvent)
        return self._scalar(event, path)

    def _refuse_extras(self, event: yaml.Event, path: Path_) -> None:
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.AliasEvent):
            raise self._bad(event, path, f"found the alias *{anchor}", "plain values", "write the value out")
        if anchor:
            raise self._bad(event, path, f"found the anchor &{anchor}", "plain values", "remove it")
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            raise self._bad(event, path, f"found the tag {show(tag)}", "plain values", "remove it")

    def _list(self, events: Iterator[yaml.Event], path: Path_) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._value(event, events, (*path, len(items))))
        return items

    def _mapping(self, events: Iterator[yaml.Event], path: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse_extras(event, path)
                raise self._bad(event, path, "found a key that is not text", "text before the ':'")
            key = event.value
            if key in found:
                first = self.document.where((*path, key)).rpartition(":")[2]
                found_text = f"found the key {show(key)} a second time (first in line {first})"
                raise self._bad(event, path, found_text, "each key once", "remove one of the two")
            self.document.marks[(*path, key)] = self._where(event)
            found[key] = None
            found[key] = self._value(next(events), events, (*path, key))
        return found

    def _scalar(self, event: yaml.ScalarEvent, path: Path_) -> Any:
        tag = self.types.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        # YAML 1.1 reads 1:30 as the number 90, and dates, '=' and '<<' as something else: here they are text.
        if tag.rpartition(":")[2] not in ("null", "bool", "int", "float") or ":" in event.value:
            return event.value
        try:
            value = self.types.construct_object(yaml.ScalarNode(tag, event.value))
        except (ValueError, OverflowError):
            raise self._bad(event, path, f"found {show(event.value)}", "a value", "put it in quotes") from None
        return event.value if isinstance(value, float) and not math.isfinite(value) else value

    def _where(self, event: yaml.Event) -> str:
        if not self.numbered or event.start_mark is None:
            return self.document.source
        return f"{self.document.source}:{event.start_mark.line + 1}"

    def _bad(self, event: yaml.Event, path: Path_, found: str, allowed: str = "", remedy: str = "") -> BadInput:
        return BadInput(self._where(event), show_path(path), found, allowed, remedy)
