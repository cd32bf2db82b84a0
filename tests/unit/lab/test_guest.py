"""What the host hands to the lab's first process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import BadInput, RunBroke
from twin.lab import guest


def test_only_hidden_folders_are_mounted_again_and_each_once() -> None:
    folders = [Path("/tmp/a/b"), Path("/srv/x"), Path("/tmp/a"), Path("/tmp/ab"), Path("/run/y"), Path("/tmpfoo")]
    assert guest.covered(folders) == (Path("/run/y"), Path("/tmp/a"), Path("/tmp/ab"))


def test_script_mounts_exports_and_becomes_the_command() -> None:
    lines = guest.script(["echo", "a b", "$HOME"], [Path("/tmp/my checkout")]).splitlines()
    assert lines[:3] == [
        "set -e",
        "mkdir -p '/tmp/my checkout'",
        "mount -t hostfs -o ro,'/tmp/my checkout' none '/tmp/my checkout'",
    ]
    assert "export PYTHONHASHSEED=0" in lines
    assert lines[-1] == "exec echo 'a b' '$HOME'"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1), min_size=1))
def test_any_argument_reaches_the_command_as_it_is(arguments: list[str]) -> None:
    show = [sys.executable, "-ISc", "import sys; sys.stdout.buffer.write(ascii(sys.argv[1:]).encode())"]
    text = guest.script([*show, *arguments], [])
    shown = subprocess.run(["sh", "-c", text], check=True, capture_output=True).stdout
    assert shown == ascii(arguments).encode()


def test_a_comma_cannot_be_mounted() -> None:
    with pytest.raises(BadInput) as caught:
        guest.script(["true"], [Path("/tmp/a,b")])
    assert str(caught.value) == "/tmp/a,b: a comma in the name of a folder that the lab needs; rename it"


def test_environment_has_nothing_of_the_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = guest.environment()
    monkeypatch.setenv("LANG", "tlh")
    monkeypatch.setenv("HOME", "/elsewhere")
    assert guest.environment() == before
    assert before["LANG"] == "C.UTF-8"


def test_what_is_written_is_tidied(tmp_path: Path) -> None:
    guest.write(tmp_path, ["true"], [])
    assert (tmp_path / "lab" / "init").stat().st_mode & 0o777 == 0o755
    (tmp_path / "uml" / "lab").mkdir(parents=True)
    (tmp_path / "lab" / "status").write_text("0\n", encoding="utf-8")
    guest.tidy(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["logs"]


def test_tidying_keeps_what_the_lab_said(tmp_path: Path) -> None:
    guest.write(tmp_path, ["true"], [])
    (tmp_path / "lab" / "outcome.json").write_text("{}", encoding="utf-8")
    guest.tidy(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["lab", "logs", "outcome.json"]


def test_status_is_read(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "status").write_text("143\n", encoding="utf-8")
    assert guest.read_status(tmp_path, "the lab kernel") == 143


@pytest.mark.parametrize("text", [None, "", "abc\n"])
def test_no_status_quotes_the_consoles_end(tmp_path: Path, text: str | None) -> None:
    for name in ("lab", "logs"):
        (tmp_path / name).mkdir()
    if text is not None:
        (tmp_path / "lab" / "status").write_text(text, encoding="utf-8")
    (tmp_path / "logs" / "console.log").write_text("one\n\ntwo\nthree\r\n  Kernel panic\n\n", encoding="utf-8")
    with pytest.raises(RunBroke) as caught:
        guest.read_status(tmp_path, "the lab kernel")
    assert str(caught.value) == (
        "the run broke: the lab kernel stopped before its command ended; the last it said: "
        f"two / three / Kernel panic; see {tmp_path}/logs/console.log"
    )
