"""Tests that boot the lab kernel. Everything in this folder is marked ``lab``."""

from __future__ import annotations

from pathlib import Path

import pytest

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
