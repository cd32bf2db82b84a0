"""The made-up figures are a plain module: fixtures give them to the tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def figures() -> ModuleType:
    """``figures.py`` of this folder."""
    spec = importlib.util.spec_from_file_location("bench_figures", Path(__file__).with_name("figures.py"))
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made
