"""Pydantic's errors as ``BadInput``: where in the file, what was found, what is allowed, what to do."""

from __future__ import annotations

import types
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from twin.errors import BadInput
from twin.spec.document import Document, Path_, nearest, show

M = TypeVar("M", bound=BaseModel)

#: Pydantic's type of error -> what is allowed.
_WANTED: Final = {
    "string_type": "text (in quotes where YAML would read a number or a word such as 'no')",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true, false",
    "list_type": "a list",
    "dict_type": "a mapping (KEY: VALUE lines)",
    "model_type": "a mapping (KEY: VALUE lines)",
    "model_attributes_type": "a mapping (KEY: VALUE lines)",
    "string_pattern_mismatch": "a letter, then letters, digits, '-' and '_', 40 characters at most",
    "finite_number": "a finite number",
}
_BOUNDS: Final = {
    "greater_than_equal": ("ge", "{} or more"),
    "less_than_equal": ("le", "{} or less"),
    "greater_than": ("gt", "more than {}"),
    "less_than": ("lt", "less than {}"),
}


class _Tag(str):
    """A step that pydantic adds for the kind of a mapping; a key may have the same name."""


def validate(model: type[M], document: Document, path: Path_ = ()) -> M:
    """``document``'s value at ``path`` as a ``model``. Raises ``BadInput`` for the problem in the lowest line."""
    data = document.data
    for step in path:
        data = data[step]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        told = _without_misspelt(error.errors())
        problems = [(_problem(model, document, details, path), details["loc"]) for details in told]
        raise min(problems, key=lambda found: (_line(found[0]), str(found[1])))[0] from None


def _without_misspelt(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """``errors`` without keys that are missing where an unknown key stands: it is probably the same, misspelt."""
    unknown = {details["loc"][:-1] for details in errors if details["type"] == "extra_forbidden"}
    return [details for details in errors if details["type"] != "missing" or details["loc"][:-1] not in unknown]


def _line(problem: BadInput) -> int:
    """The line of a problem; 0, so first, for one in an option."""
    number = problem.where.rpartition(":")[2]
    return int(number) if number.isdecimal() and not problem.where.startswith("--") else 0


def _problem(model: type[BaseModel], document: Document, details: ErrorDetails, start: Path_) -> BadInput:
    kind, ctx = details["type"], details.get("ctx", {})
    steps = _tagged(document, tuple(step for step in details["loc"] if step != "[key]"), start)
    path = start + _within(document, steps, start)
    if kind == "missing":
        return _missing(model, document, path, steps)
    if kind == "extra_forbidden":
        allowed = _keys(_reach(model, steps[:-1]))
        remedy = nearest(str(steps[-1]), allowed)
        return document.bad(path, f"found the unknown key {str(steps[-1])!r}", ", ".join(allowed), remedy)
    if kind == "twin":
        return document.bad(path, ctx["found"], ctx["allowed"], ctx["remedy"])
    found = f"found {show(details['input'])}"
    if kind in ("literal_error", "union_tag_invalid"):
        allowed = _choices(model, steps, ctx)
        value = details["input"].get("kind") if isinstance(details["input"], dict) else details["input"]
        return document.bad(path, f"found {show(value)}", ", ".join(allowed), nearest(str(value), allowed))
    if kind == "union_tag_not_found":
        return document.bad(path, "the key 'kind' is missing", ", ".join(_choices(model, steps, ctx)))
    if kind in _BOUNDS:
        name, text = _BOUNDS[kind]
        return document.bad(path, found, text.format(ctx[name]))
    return document.bad(path, found, _WANTED.get(kind, details["msg"]))


def _missing(model: type[BaseModel], document: Document, path: Path_, steps: Path_) -> BadInput:
    field = _field(_reach(model, steps[:-1]), str(steps[-1]))
    example = field.examples[0] if field and field.examples else "..."
    remedy = f"add it, as in '{steps[-1]}: {example}'"
    return document.bad(path[:-1], f"the key {str(steps[-1])!r} is missing", "", remedy)


def _tagged(document: Document, steps: Path_, start: Path_) -> Path_:
    """``steps`` with those marked that only say of which kind a mapping is."""
    data = document.data
    for step in start:
        data = data[step]
    found: list[str | int] = []
    for step in steps:
        if isinstance(data, dict) and data.get("kind") == step and not (found and isinstance(found[-1], _Tag)):
            found.append(_Tag(step))
            continue
        found.append(step)
        inside = (isinstance(data, dict) and step in data) or (isinstance(data, list) and isinstance(step, int))
        data = data[step] if inside else data
    return tuple(found)


def _within(document: Document, steps: Path_, start: Path_) -> Path_:
    """``steps`` without what pydantic adds (tags of unions, keys that a shorthand stands for)."""
    data = document.data
    for step in start:
        data = data[step]
    path: Path_ = ()
    for i, step in enumerate(steps):
        if isinstance(step, _Tag):
            continue
        inside = (isinstance(data, dict) and step in data) or (isinstance(data, list) and isinstance(step, int))
        if inside:
            data = data[step]
            path = (*path, step)
        elif i == len(steps) - 1 and isinstance(data, dict):
            path = (*path, step)
    return path


def _reach(model: type[BaseModel], steps: Path_) -> list[type[BaseModel]]:
    """The models that may stand at ``steps`` below ``model``."""
    kinds: list[Any] = [model]
    for step in steps:
        inner = (
            [] if isinstance(step, _Tag) else [b for kind in _models(kinds) if (b := _below(kind, step)) is not None]
        )
        tagged = [kind for kind in _models(kinds) if isinstance(kind, type) and _tag(kind) == step]
        kinds = inner or tagged or kinds
    return [kind for kind in _models(kinds) if isinstance(kind, type) and issubclass(kind, BaseModel)]


def _models(kinds: list[Any]) -> list[Any]:
    """``kinds`` with ``Annotated``, ``X | None`` and unions opened."""
    found: list[Any] = []
    for kind in kinds:
        origin = get_origin(kind)
        if origin is Annotated:
            found += _models([get_args(kind)[0]])
        elif origin in (Union, types.UnionType):
            found += _models(list(get_args(kind)))
        elif kind is not type(None):
            found.append(kind)
    return found


def _below(kind: Any, step: str | int) -> Any:
    if get_origin(kind) in (dict, list):
        return get_args(kind)[-1]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        field = _field([kind], str(step))
        return field.annotation if field else None
    return None


def _tag(kind: type) -> str | None:
    if issubclass(kind, BaseModel) and "kind" in kind.model_fields:
        choices = get_args(kind.model_fields["kind"].annotation)
        return choices[0] if len(choices) == 1 else None
    return None


def _field(models: list[type[BaseModel]], key: str) -> FieldInfo | None:
    for model in models:
        for name, field in model.model_fields.items():
            if key == (field.alias or name):
                return field
    return None


def _keys(models: list[type[BaseModel]]) -> list[str]:
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def _choices(model: type[BaseModel], steps: Path_, ctx: dict[str, Any]) -> list[str]:
    """The words allowed at ``steps``: of a ``Literal``, or the tags of a union."""
    if "expected_tags" in ctx:
        return [tag.strip().strip("'") for tag in ctx["expected_tags"].split(",")]
    owners = _reach(model, steps[:-1])
    field = _field(owners, str(steps[-1]))
    if field is None:
        return [tag for kind in _reach(model, steps) if (tag := _tag(kind))]
    found = [kind for kind in _models([field.annotation]) if get_origin(kind) is Literal]
    return [str(choice) for kind in found for choice in get_args(kind)] or [str(ctx.get("expected", ""))]
