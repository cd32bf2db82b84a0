"""What all models of the documents share: strict types, no unknown keys, names, pairs of sites."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from twin.errors import BadInput
from twin.spec.document import Document, Path_, show
from twin.spec.quantity import Quantity, problem


class Model(BaseModel):
    """Base of every mapping in a document."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, populate_by_name=False)


def _pair(value: list[str]) -> list[str]:
    if len(value) != 2:
        raise problem(f"found [{', '.join(value)}]", "two names, as in [tokyo, osaka]")
    return value


#: A name: it becomes part of nodes', files' and metrics' names.
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
#: Two names.
Pair = Annotated[list[str], AfterValidator(_pair)]

#: The shaper is exact from 1 Mb/s to 1.6 Tb/s, so nothing else is taken.
Rate = Annotated[float, Quantity("rate", 1e6, 1.6e12)]
Delay = Annotated[float, Quantity("time", 0.0, 10.0)]
#: A moment of the experiment.
Moment = Annotated[float, Quantity("time", 0.0, 86400.0)]
#: A time between two things that repeat.
Interval = Annotated[float, Quantity("time", 1e-9, 3600.0)]
Size = Annotated[int, Quantity("size", 1.0, 2.0**44, whole=True)]


def shorthand(key: str, *kinds: type) -> BeforeValidator:
    """Lets a plain value stand for a mapping that has only ``key``: ``nic: 400 Gb/s``, ``optical: roadm``."""

    def expand(value: Any) -> Any:
        return {key: value} if isinstance(value, kinds or (str, int, float)) else value

    return BeforeValidator(expand)


def missing(document: Document, path: Path_, model: type[BaseModel], key: str, who: str) -> BadInput:
    """What to raise where ``who`` needs ``key``, which others can do without; the remedy shows the model's example."""
    example = (model.model_fields[key].examples or [""])[0]
    return document.bad(path, f"the key {key!r} is missing", "", f"{who} needs it, as in '{key}: {example}'")


def one_or_list() -> BeforeValidator:
    """Reads a single text as the list of it."""
    return BeforeValidator(lambda value: [value] if isinstance(value, str) else value)


def all_or_list() -> BeforeValidator:
    """Reads the word ``all`` as the list ``[all]``."""

    def expand(value: Any) -> Any:
        if value == "all":
            return ["all"]
        if not isinstance(value, list):
            raise problem(f"found {show(value)}", "all, or a list")
        return value

    return BeforeValidator(expand)
