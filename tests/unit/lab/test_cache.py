"""Which folder is the cache."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from twin.errors import MachineLacks
from twin.lab import cache


@pytest.mark.parametrize(
    ("environment", "first"),
    [
        ({"TWIN_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/twin"),
        ({"HOME": "/c"}, "/c/.cache/twin"),
        ({}, f"{tempfile.gettempdir()}/twin-cache-7"),
    ],
)
def test_the_best_candidate_comes_first(environment: dict[str, str], first: str) -> None:
    assert next(cache.candidates(environment, 7)) == Path(first)


def test_who_sets_it_decides_alone() -> None:
    assert list(cache.candidates({"TWIN_CACHE": "/a", "HOME": "/c"}, 7)) == [Path("/a")]


def test_it_is_made_when_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path / "x" / "y"))
    assert cache.cache_folder() == tmp_path / "x" / "y"
    assert (tmp_path / "x" / "y").is_dir()


def test_a_folder_that_others_may_change_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path / "open"))
    with pytest.raises(MachineLacks) as caught:
        cache.cache_folder()
    assert str(caught.value) == (
        f"this machine lacks a cache folder that this account can write (tried {tmp_path}/open); "
        "set TWIN_CACHE to a folder of yours"
    )


def test_a_home_that_is_not_there_falls_back_to_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.delenv("TWIN_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid)
    assert cache.cache_folder() == tmp_path / f"twin-cache-{tmp_path.stat().st_uid}"


def test_looking_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path / "x"))
    assert cache.places() == [cache.SYSTEM_CACHE]
    assert not (tmp_path / "x").exists()


def test_looking_passes_over_what_others_may_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path / "x"))
    (tmp_path / "x").mkdir(mode=0o755)
    assert cache.places() == [tmp_path / "x", cache.SYSTEM_CACHE]
    (tmp_path / "x").chmod(0o777)
    assert cache.places() == [cache.SYSTEM_CACHE]


def test_only_what_is_empty_is_left(tmp_path: Path) -> None:
    (tmp_path / "cache" / "runs").mkdir(parents=True)
    (tmp_path / "cache" / "kept").touch()
    cache.leave(tmp_path / "cache" / "runs")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["kept"]
