"""The published all-reduce times, 4 and 8 servers in three networks; ``twin reproduce`` runs 32 as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin import experiment, reproduction
from twin.spec import reproduce

NAMES = [f"netem-n{servers}-{rate}gbps" for servers in (4, 8) for rate in (5, 2, 1)]


@pytest.mark.parametrize("name", NAMES)
def test_within_five_percent_of_what_was_published(name: str, tmp_path: Path) -> None:
    [source] = reproduce.read_all(reproduction.FOLDER, [name])
    [row] = source.rows
    results = experiment.run(source.experiment, tmp_path / "run", sets=row.sets).results
    assert results.metrics["allreduce.time"].value == pytest.approx(row.published, rel=0.05)
