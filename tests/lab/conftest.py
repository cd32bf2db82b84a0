"""Tests that boot the lab kernel. Everything in this folder is marked ``lab``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from twin.lab import kernel_build

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.lab)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run's folder."""
    made = tmp_path / "run"
    made.mkdir()
    return made


@pytest.fixture
def own_record(tmp_path: Path) -> dict[str, str]:
    """An environment in which the twin keeps a record of live labs apart from other tests', with the same kernel."""
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "lab-kernel").symlink_to(kernel_build.ensure().parents[1])
    return {**os.environ, "TWIN_CACHE": str(cache)}
