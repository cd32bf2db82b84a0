"""The strict YAML reader: every refusal is one line with the place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import BadInput
from twin.spec.document import Document, nearest, parse, read, show, show_path

NOT_A_MAPPING = "allowed: a mapping (KEY: VALUE lines); see the folders topologies/ and experiments/"


def refusal(text: str) -> str:
    with pytest.raises(BadInput) as caught:
        parse("f.yaml", text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_values_and_their_lines() -> None:
    document = parse("f.yaml", "name: x\nsites:\n  a: {count: 2}\n  b: [1, 0.5, yes, ~, 'no']\n")
    assert document.data == {"name": "x", "sites": {"a": {"count": 2}, "b": [1, 0.5, True, None, "no"]}}
    assert document.where(("name",)) == "f.yaml:1"
    assert document.where(("sites", "a", "count")) == "f.yaml:3"
    assert document.where(("sites", "b", 3)) == "f.yaml:4"
    assert document.where(("sites", "a", "missing", "deep")) == "f.yaml:3"
    assert str(document.bad(("sites", "b", 0), "found 1")) == "f.yaml:4: sites.b[0]: found 1"


@pytest.mark.parametrize("text", ["1:30", "2024-01-01", "=", "<<", ".inf", ".nan", "190:20:30", "400 Gb/s"])
def test_what_yaml_would_read_as_something_odd_is_text(text: str) -> None:
    assert parse("f.yaml", f"a: {text}").data == {"a": text}


def test_keys_are_text_whatever_they_look_like() -> None:
    assert parse("f.yaml", "no: 1\n12: 2\n").data == {"no": 1, "12": 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: [1, 2",
            "f.yaml:1: found text that is not YAML (expected ',' or ']', but got '<stream end>'); allowed: YAML; "
            "check quotes, brackets and indentation",
        ),
        (
            "a: 1\nb: c: d",
            "f.yaml:2: found text that is not YAML (mapping values are not allowed here); allowed: YAML; "
            "check quotes, brackets and indentation",
        ),
        (
            "a: 1\n\tb: 2",
            "f.yaml:2: found text that is not YAML (found character '\\t' that cannot start any token); "
            "allowed: YAML; check quotes, brackets and indentation",
        ),
        ("a: \x01", "f.yaml:1: found the character U+0001, which YAML forbids; allowed: YAML text"),
        (
            "a: 1\nb: 2\na: 3",
            "f.yaml:3: found the key 'a' a second time (first in line 1); allowed: each key once; "
            "remove one of the two",
        ),
        ("a: &x [1]\nb: *x", "f.yaml:1: a: found the anchor &x; allowed: plain values; remove it"),
        ("a:\n- *x", "f.yaml:2: a[0]: found the alias *x; allowed: plain values; write the value out"),
        ("a: &x\n  b: *x", "f.yaml:1: a: found the anchor &x; allowed: plain values; remove it"),
        (
            "a: !!python/name:os.system x",
            "f.yaml:1: a: found the tag 'tag:yaml.org,2002:python/name:os.system'; allowed: plain values; remove it",
        ),
        ("? [a]\n: 1", "f.yaml:1: found a key that is not text; allowed: text before the ':'"),
        ("a: 1\n---\nb: 2", "f.yaml:2: found a second document; allowed: one document; remove the '---' line"),
        ("a: " + "[" * 40, "f.yaml:1: found more than 30 levels of nesting; allowed: 30 levels or fewer"),
        ("{a: " * 40, "f.yaml:1: found more than 30 levels of nesting; allowed: 30 levels or fewer"),
        ("[" + "1," * 60_000 + "]", "f.yaml:1: found more than 50000 values; allowed: fewer; split the file"),
    ],
)
def test_refused(text: str, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"- a\n- b\n", f"FILE:1: found a list; {NOT_A_MAPPING}"),
        (b"hello\n", f"FILE:1: found the text 'hello'; {NOT_A_MAPPING}"),
        (b"", f"FILE: found nothing; {NOT_A_MAPPING}"),
        (b"# only a comment\n", f"FILE: found nothing; {NOT_A_MAPPING}"),
        (b"a: 1\nb: \xff\n", "FILE:2: found bytes that are not UTF-8; allowed: YAML text"),
        (b"[" * 10_000_000, "FILE: found a file of more than 1 MiB; allowed: 1 MiB or less; split it, or write less"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        read(file)
    assert str(caught.value) == message.replace("FILE", str(file))


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as missing:
        read(tmp_path / "x.yaml")
    assert str(missing.value) == f"{tmp_path}/x.yaml: found no such file; check the name"
    with pytest.raises(BadInput) as folder:
        read(tmp_path)
    assert str(folder.value) == f"{tmp_path}: found a folder; allowed: a YAML file; name the file in it"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        document: Document | None = parse("f.yaml", text)
        message = "f.yaml:"
    except BadInput as problem:
        document, message = None, str(problem)
    assert document is None or document.source == "f.yaml"
    assert message.startswith("f.yaml:")
    assert len(message.splitlines()) == 1


def test_show() -> None:
    values = ["x", 3, True, None, {}, [], "y" * 80]
    shown = ["'x'", "3", "true", "nothing", "a mapping", "a list", "'" + "y" * 59 + "..."]
    assert [show(value) for value in values] == shown


def test_show_path() -> None:
    assert show_path(("timeline", 0, "at")) == "timeline[0].at"
    assert show_path(()) == ""


def test_nearest() -> None:
    assert nearest("srevers", ["servers", "nic"]) == "did you mean 'servers'?"
    assert nearest("zzz", ["servers", "nic"]) == ""
