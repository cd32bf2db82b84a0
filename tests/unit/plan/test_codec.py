"""Dataclasses to JSON values and back."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from twin.plan.codec import from_json, to_json


@dataclass(frozen=True)
class Inner:
    size: int
    share: float = 0.5


@dataclass(frozen=True)
class Outer:
    name: str
    pair: tuple[str, str]
    inners: tuple[Inner, ...] = ()
    either: Inner | str | None = None
    options: dict[str, Any] = field(default_factory=dict)


VALUE = Outer("x", ("a", "b"), (Inner(1), Inner(2, 1.0)), Inner(3), {"k": [1, None]})


def test_there_and_back() -> None:
    assert from_json(Outer, to_json(VALUE)) == VALUE
    assert to_json(VALUE)["inners"] == [{"size": 1, "share": 0.5}, {"size": 2, "share": 1.0}]


def test_whole_numbers_become_floats_where_floats_are_wanted() -> None:
    assert from_json(Inner, {"size": 1, "share": 1}) == Inner(1, 1.0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"size": "1"}, "Inner.size: found '1'; allowed: int"),
        ({"size": True}, "Inner.size: found True; allowed: int"),
        ({}, "Inner: the key 'size' is missing"),
        ({"size": 1, "colour": 2}, "Inner: found the unknown key 'colour'; allowed: size, share"),
        ([], "Inner: found []; allowed: a mapping"),
    ],
)
def test_what_does_not_fit_is_refused(data: object, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        from_json(Inner, data)
    assert str(caught.value) == message


def test_tuples_are_checked_for_their_length() -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        from_json(Outer, {"name": "x", "pair": ["a"]})
    assert str(caught.value) == "Outer.pair: found 1 items; allowed: 2"
