"""``--set KEY=VALUE``."""

from typing import Any

import pytest

from twin.errors import BadInput
from twin.spec.document import Document, parse
from twin.spec.override import apply, split

TEXT = "name: x\nworkloads:\n  train: {size: 1 MiB}\ntimeline:\n- {at: 1 s}\n"


def after(option: str) -> Document:
    document = parse("f.yaml", TEXT)
    apply(document, option, *split(option))
    return document


@pytest.mark.parametrize(
    ("option", "keys", "value"),
    [
        ("name=y", ["name"], "y"),
        ("workloads.train.size=2 MiB", ["workloads", "train", "size"], "2 MiB"),
        ("workloads.train.servers=[a-1, b-1]", ["workloads", "train", "servers"], ["a-1", "b-1"]),
        ("timeline.0.at=2 s", ["timeline", 0, "at"], "2 s"),
        ("controller.options.k=3", ["controller", "options", "k"], 3),
        ("name=a=b", ["name"], "a=b"),
        ("name=", ["name"], None),
    ],
)
def test_a_value_is_replaced_or_added(option: str, keys: list[Any], value: Any) -> None:
    document = after(option)
    found = document.data
    for key in keys:
        found = found[key]
    assert found == value
    assert document.where(tuple(keys)) == f"--set {option}"


def test_the_lines_of_a_replaced_tree_are_forgotten() -> None:
    assert after("workloads.train={}").where(("workloads", "train", "size")) == "--set workloads.train={}"


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("name", "--set name: found 'name'; allowed: KEY=VALUE, as in workloads.train.size='32 MiB'"),
        ("a..b=1", "--set a..b=1: found 'a..b=1'; allowed: KEY=VALUE, as in workloads.train.size='32 MiB'"),
        ("timeline.7.at=2 s", "--set timeline.7.at=2 s: timeline: found the index '7'; allowed: 0 to 0"),
        (
            "workloads.tran.size=1 MiB",
            "--set workloads.tran.size=1 MiB: workloads.tran: found no 'tran'; allowed: train; did you mean 'train'?",
        ),
        ("name.x=1", "--set name.x=1: name: found 'x', which has no 'x' in it; set name as a whole"),
        (
            "name=[",
            "--set name=[: found text that is not YAML (expected the node content, but found '<stream end>'); "
            "allowed: YAML; check quotes, brackets and indentation",
        ),
    ],
)
def test_refused(option: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        after(option)
    assert str(caught.value) == message
