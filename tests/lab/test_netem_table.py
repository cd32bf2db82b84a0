"""The published all-reduce times, 4 and 8 servers in three networks; ``make tables`` runs 32 as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.tables import NETEM_CASES, NetemCase, netem_time


@pytest.mark.parametrize("case", [case for case in NETEM_CASES if case.servers <= 8], ids=lambda case: case.key)
def test_within_five_percent_of_what_was_published(case: NetemCase, tmp_path: Path) -> None:
    time_s, _ = netem_time(case, tmp_path / "run")
    assert time_s == pytest.approx(case.published_s, rel=0.05)
