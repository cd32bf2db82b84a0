"""Requests of an inference workload from a file: a trace of a real service.

A CSV file with a heading, or a JSON list of objects, with ``arrival_s`` (seconds), ``prompt_tokens`` and
``output_tokens``; or, as the Azure LLM inference traces, ``TIMESTAMP`` (date and time), ``ContextTokens`` and
``GeneratedTokens``. Time counts from the first request, in whole microseconds.
"""

from __future__ import annotations

import csv
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from twin.errors import BadInput
from twin.workloads.inference import Request

#: What a request's fields are called: ours, and Azure's.
NAMES: Final = (("arrival_s", "prompt_tokens", "output_tokens"), ("TIMESTAMP", "ContextTokens", "GeneratedTokens"))
_ALLOWED: Final = " or ".join(", ".join(names) for names in NAMES)


def read(path: Path, most: int | None) -> tuple[Request, ...]:
    """The requests in ``path``, the first ``most`` of them, in order of arrival. Raises ``BadInput``."""
    rows = _rows(path)[:most]
    if not rows:
        raise BadInput(str(path), "", "found no requests", "1 or more")
    found = [_request(row, f"{path}, request {number}") for number, row in enumerate(rows, start=1)]
    zero_s = min(arrival_s for arrival_s, _prompt, _output in found)
    requests = (Request(round(at_s - zero_s, 6), prompt, output) for at_s, prompt, output in found)
    return tuple(sorted(requests, key=lambda request: request.at_s))


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = json.loads(text) if path.suffix == ".json" else list(csv.DictReader(text.splitlines()))
    except (OSError, UnicodeDecodeError) as problem:
        raise BadInput(str(path), "", f"found no readable file ({type(problem).__name__})") from problem
    except ValueError as problem:
        raise BadInput(str(path), "", f"found a file that is not JSON: {problem}") from problem
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput(str(path), "", "found no list of requests", f"objects with {_ALLOWED}")
    return rows


def _request(row: dict[str, Any], where: str) -> tuple[float, int, int]:
    names = next((names for names in NAMES if all(name in row for name in names)), None)
    if names is None:
        raise BadInput(where, "", f"found {', '.join(str(key) for key in row) or 'nothing'}", _ALLOWED)
    when, prompt, output = (row[name] for name in names)
    try:
        at_s = float(when) if names == NAMES[0] else _timestamp_s(when)
    except (TypeError, ValueError):
        at_s = math.nan
    if not math.isfinite(at_s):
        raise BadInput(where, names[0], f"found {when!r}", "seconds" if names == NAMES[0] else "a date and time")
    return at_s, _count(prompt, where, names[1]), _count(output, where, names[2])


def _timestamp_s(text: str) -> float:
    """A date and time; of universal time where it does not say."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _count(value: Any, where: str, name: str) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if not 1 <= number <= 10**7:
        raise BadInput(where, name, f"found {value!r}", "a whole number from 1 to 10000000")
    return number
