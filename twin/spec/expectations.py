"""Expectations: one bound, two bounds, or a value and a tolerance."""

from __future__ import annotations

from twin.spec.document import Document, Path_
from twin.spec.experiment_file import ExpectationFile
from twin.workloads.scenario import Expectation

_BOUNDS = ("below", "above", "within", "equals")


def read(file: ExpectationFile, document: Document, path: Path_) -> Expectation:
    """The expectation at ``path``. Raises ``BadInput``."""
    given = [name for name in _BOUNDS if getattr(file, name) is not None]
    if len(given) != 1:
        found = f"found {' and '.join(given)}" if given else "found no bound"
        raise document.bad(path, found, f"one of {', '.join(_BOUNDS)}")
    if file.tolerance is not None and file.equals is None:
        found = f"found a tolerance with {given[0]!r}"
        raise document.bad((*path, "tolerance"), found, "", "remove it, or write 'equals'")
    if file.below is not None:
        return Expectation(file.metric, f"below {file.below.written}", maximum=file.below.value)
    if file.above is not None:
        return Expectation(file.metric, f"above {file.above.written}", minimum=file.above.value)
    if file.within is not None:
        return _within(file, document, path)
    assert file.equals is not None
    share = file.tolerance or 0.0
    margin = abs(file.equals.value) * share
    text = f"equals {file.equals.written}" + (f" within {share * 100:g} %" if file.tolerance is not None else "")
    return Expectation(file.metric, text, file.equals.value - margin, file.equals.value + margin)


def _within(file: ExpectationFile, document: Document, path: Path_) -> Expectation:
    bounds = file.within or []
    if len(bounds) != 2 or bounds[0].value > bounds[1].value:
        found = f"found {', '.join(str(bound.written) for bound in bounds) or 'nothing'}"
        raise document.bad((*path, "within"), found, "[LOWEST, HIGHEST]")
    text = f"within {bounds[0].written} and {bounds[1].written}"
    return Expectation(file.metric, text, bounds[0].value, bounds[1].value)
