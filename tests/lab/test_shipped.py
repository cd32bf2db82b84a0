"""Every experiment that ships runs, keeps its promises, meets its expectations and is predicted: times of completion
within 5 %, what becomes of light and circuits within microseconds. Some have tests of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twin import experiment
from twin.results.document import Results

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
ELSEWHERE = {"tenants", "training-phases", "three-sites-cut", "allreduce-netem", "dark-window"}


@pytest.mark.parametrize("name", sorted({path.stem for path in EXPERIMENTS.glob("*.yaml")} - ELSEWHERE))
def test_it_meets_its_expectations(
    name: str,
    tmp_path: Path,
    agrees: Callable[[Path, Results], list[str]],
    told_otherwise: Callable[[Path, Path], list[str]],
) -> None:
    results = experiment.run(EXPERIMENTS / f"{name}.yaml", tmp_path / "run").results
    assert results.fidelity.ok, results.fidelity.reasons
    assert [verdict for verdict in results.expectations if not verdict.ok] == []
    assert results.expectations
    assert agrees(EXPERIMENTS / f"{name}.yaml", results) == []
    assert told_otherwise(EXPERIMENTS / f"{name}.yaml", tmp_path / "run") == []
