"""``--set KEY=VALUE``: a document's values replaced before they are checked, so that the checks see them too."""

from __future__ import annotations

from typing import Any

from twin.errors import BadInput
from twin.spec.document import Document, Path_, nearest, parse, show, show_path


def split(text: str) -> tuple[list[str], str]:
    """``"a.b=1"`` -> ``(["a", "b"], "1")``. Raises ``BadInput``."""
    key, equals, value = text.partition("=")
    steps = key.strip().split(".")
    if not equals or not all(steps):
        raise BadInput(f"--set {text}", "", f"found {show(text)}", "KEY=VALUE, as in workloads.train.size='32 MiB'")
    return steps, value


def apply(document: Document, text: str, steps: list[str], value: str) -> None:
    """Set the value at ``steps`` in ``document`` to the YAML ``value``; ``text`` is the option as given.

    Missing mappings on the way are made; a number selects a list's item. Raises ``BadInput``.
    """
    where = f"--set {text}"
    parsed = parse(where, value, numbered=False)
    path: Path_ = ()
    holder: Any = document.data
    for step in steps[:-1]:
        key = _key(where, holder, step, path)
        if isinstance(holder, dict) and holder.get(step) is None:
            if remedy := nearest(step, list(holder)):
                raise BadInput(where, show_path((*path, step)), f"found no {show(step)}", ", ".join(holder), remedy)
            holder[step] = {}
            document.marks[(*path, step)] = where
        holder = holder[key]
        path = (*path, key)
    key = _key(where, holder, steps[-1], path)
    holder[key] = parsed.data
    path = (*path, key)
    for old in [mark for mark in document.marks if mark[: len(path)] == path]:
        del document.marks[old]
    document.marks[path] = where
    document.marks.update({(*path, *mark): place for mark, place in parsed.marks.items()})


def _key(where: str, holder: Any, step: str, path: Path_) -> str | int:
    """``step`` as a key of the mapping or an index of the list ``holder``, which stands at ``path``."""
    if isinstance(holder, dict):
        return step
    place = show_path(path)
    if isinstance(holder, list):
        if step.isdecimal() and int(step) < len(holder):
            return int(step)
        raise BadInput(where, place, f"found the index {show(step)}", f"0 to {len(holder) - 1}" if holder else "")
    found = f"found {show(holder)}, which has no {show(step)} in it"
    raise BadInput(where, place, found, "", f"set {place} as a whole")
