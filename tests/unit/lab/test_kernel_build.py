"""Finding, publishing and building the lab kernel, with small programs in place of a compiler."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from twin.errors import MachineLacks, RunBroke
from twin.lab import cache, kernel_build, machine


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own: two caches, and a recipe whose hash is ``abc``."""
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path / "mine"))
    for module in (cache, kernel_build):
        monkeypatch.setattr(module, "SYSTEM_CACHE", tmp_path / "all")
    monkeypatch.setattr(kernel_build, "_recipe_hash", lambda: "abc")
    monkeypatch.setattr(machine, "require", lambda path: None)
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid or 1)
    monkeypatch.setattr(cache, "_trusted", Path.is_dir)
    return tmp_path


def put_kernel(folder: Path) -> Path:
    kernel = folder / "lab-kernel" / "abc" / "linux"
    kernel.parent.mkdir(parents=True)
    kernel.touch(mode=0o755)
    return kernel


def fake_build(work: Path, log: Path, progress: kernel_build.Progress) -> None:
    (work / "finished").mkdir()
    (work / "finished" / "linux").touch(mode=0o755)


def test_own_cache_comes_before_the_shared_one(system: Path) -> None:
    shared = put_kernel(system / "all")
    assert kernel_build.ensure() == shared
    assert kernel_build.ensure() == shared
    mine = put_kernel(system / "mine")
    assert kernel_build.ensure() == mine


def test_a_build_appears_whole_and_leaves_its_lock_only(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_build, "_build", fake_build)
    left_by_a_killed_one = system / "mine" / "lab-kernel" / "abc.building" / "half"
    left_by_a_killed_one.mkdir(parents=True)
    assert kernel_build.ensure() == system / "mine" / "lab-kernel" / "abc" / "linux"
    assert sorted(path.name for path in (system / "mine" / "lab-kernel").iterdir()) == ["abc", "abc.lock"]


def test_a_build_that_fails_leaves_no_kernel(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(work: Path, log: Path, progress: kernel_build.Progress) -> None:
        fake_build(work, log, progress)
        raise RunBroke("no")

    monkeypatch.setattr(kernel_build, "_build", fail)
    with pytest.raises(RunBroke, match=r"^the run broke: no$"):
        kernel_build.ensure()
    assert [path.name for path in (system / "mine" / "lab-kernel").iterdir()] == ["abc.lock"]


def test_what_root_builds_is_for_everyone(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = put_kernel(system / "mine")
    mine.write_bytes(b"kernel")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert kernel_build.ensure() == mine
    published = system / "all" / "lab-kernel" / "abc" / "linux"
    assert published.read_bytes() == b"kernel"
    assert published.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in published.parent.iterdir()] == ["linux"]


def test_status_names_the_kernel(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "lacking", lambda needs: ())
    assert kernel_build.status() == {"recipe": "abc", "kernel": None, "size_bytes": None, "missing": []}
    kernel = put_kernel(system / "mine")
    assert kernel_build.status() == {"recipe": "abc", "kernel": str(kernel), "size_bytes": 0, "missing": []}


def test_status_without_the_kernels_source_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks() -> str:
        raise MachineLacks("x", "y")

    monkeypatch.setattr(kernel_build, "_recipe_hash", lacks)
    monkeypatch.setattr(machine, "lacking", lambda needs: needs[:2])
    assert kernel_build.status() == {
        "recipe": None,
        "kernel": None,
        "size_bytes": None,
        "missing": ["/usr/src/linux-source-6.12.tar.xz", "gcc"],
    }


def test_a_step_that_fails_names_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(RunBroke) as caught:
        list(kernel_build._lines(["sh", "-c", "echo one; echo two >&2; exit 3"], log))
    assert str(caught.value) == f"the run broke: building the lab kernel failed: sh ended with 3; see {log}"
    assert log.read_text(encoding="utf-8") == "one\ntwo\n"


def test_a_step_ends_when_its_reader_stops(tmp_path: Path) -> None:
    lines = kernel_build._lines(["sh", "-c", "echo $$; exec sleep 600"], tmp_path / "log")
    pid = next(lines).strip()
    lines.close()  # type: ignore[attr-defined]
    assert subprocess.run(["kill", "-0", pid], check=False, capture_output=True).returncode == 1
