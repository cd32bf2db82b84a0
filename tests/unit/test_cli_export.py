"""``twin export``: files, names on standard output, and refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twin import cli

REPOSITORY = Path(__file__).resolve().parents[2]
RING = str(REPOSITORY / "topologies/metro-ring.yaml")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.main(["export", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "--help")
    assert (status, err) == (0, "")
    assert "Example: twin export --gnpy topologies/metro-ring.yaml" in out


def test_gnpy_files_are_written_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "new"
    files = [folder / "gnpy-network.json", folder / "gnpy-equipment.json"]
    assert run(capsys, "--gnpy", RING, "--out", str(folder)) == (0, "".join(f"{file}\n" for file in files), "")
    network, equipment = (json.loads(file.read_text()) for file in files)
    assert sum(element["type"] == "Fiber" for element in network["elements"]) == 2 * (1 + 2 + 3)
    assert equipment["Transceiver"][0]["type_variety"] == "OpenZR+"
    assert equipment["SI"][0]["spacing"] == 75e9
    assert run(capsys, "--gnpy", RING, "--out", str(folder)) == (
        2,
        "",
        f"--out: found the file {files[0]}; name another folder, or remove it\n",
    )


def test_rfc_8345(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "ietf-network.json"
    assert run(capsys, "--rfc8345", RING, "--out", str(tmp_path)) == (0, f"{file}\n", "")
    assert json.loads(file.read_text())["ietf-network:networks"]["network"][0]["network-id"] == "metro-ring"


@pytest.mark.parametrize(
    ("formats", "found"), [([], "found no format"), (["--gnpy", "--rfc8345"], "found both formats")]
)
def test_one_format_at_a_time(capsys: pytest.CaptureFixture[str], formats: list[str], found: str) -> None:
    assert run(capsys, *formats, RING) == (2, "", f"twin export: {found}; allowed: --gnpy or --rfc8345\n")
