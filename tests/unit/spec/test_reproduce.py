"""Files of published results: read strictly; every one that ships names an experiment that loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.errors import BadInput
from twin.plan.build import build_plan
from twin.spec import load_experiment
from twin.spec.reproduce import Row, Source, read, read_all

REPOSITORY = Path(__file__).resolve().parents[3]
SHIPPED = [(source, row) for source in read_all(REPOSITORY / "reproduce", []) for row in source.rows]

TEXT = """\
title: T
source: S
experiment: e.yaml
metric: w.time
shown_as: inverse
set: [seed=2]
does_not_test: much
rows:
  - {name: one, published: 20 ms, set: [seed=3], fitted: a constant}
  - {name: two, published: 7}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "e.yaml").touch()
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows/a.yaml").write_text(TEXT.replace("e.yaml", "../e.yaml"))
    return tmp_path / "rows"


@pytest.mark.parametrize(("source", "row"), SHIPPED, ids=[row.name for _, row in SHIPPED])
def test_what_ships_is_an_experiment_with_its_settings(source: Source, row: Row) -> None:
    loaded = load_experiment(source.experiment, row.sets)
    assert build_plan(loaded.topology).servers
    assert source.metric.partition(".")[0] in {w.name for w in loaded.scenario.workloads} | {"circuit", "fibre"}
    assert not source.does_not_test.endswith(".")
    assert not row.reason.endswith(".")


def test_a_file_is_read_whole(folder: Path) -> None:
    assert read(folder / "a.yaml") == Source(
        title="T",
        source="S",
        experiment=folder / "../e.yaml",
        metric="w.time",
        shown_as="inverse",
        unit="",
        does_not_test="much",
        rows=(
            Row("one", 0.02, "20 ms", ("seed=2", "seed=3"), fitted="a constant"),
            Row("two", 7.0, "7", ("seed=2",)),
        ),
    )


def test_a_metric_is_seen_as_the_source_states_it(folder: Path) -> None:
    assert read(folder / "a.yaml").view(0.02) == 50.0
    (folder / "a.yaml").write_text(TEXT.replace("e.yaml", "../e.yaml").replace("inverse", "complement"))
    assert read(folder / "a.yaml").view(0.25) == 0.75


def test_rows_are_chosen_by_name(folder: Path) -> None:
    assert [row.name for source in read_all(folder, ["two"]) for row in source.rows] == ["two"]
    with pytest.raises(BadInput) as problem:
        read_all(folder, ["tow"])
    assert str(problem.value) == "NAME: found 'tow'; allowed: one, two; did you mean 'two'?"


def test_mistakes_are_named(folder: Path) -> None:
    (folder / "a.yaml").write_text(TEXT)
    with pytest.raises(BadInput) as problem:
        read(folder / "a.yaml")
    assert str(problem.value) == (
        f"{folder}/a.yaml:3: experiment: found 'e.yaml', but there is no file {folder}/e.yaml; "
        "the path counts from this file's folder"
    )
    (folder / "a.yaml").write_text(TEXT.replace("e.yaml", "../e.yaml").replace("two", "one"))
    with pytest.raises(BadInput) as problem:
        read(folder / "a.yaml")
    assert str(problem.value) == f"{folder}/a.yaml:10: rows[1].name: found 'one' a second time; allowed: each name once"


def test_a_name_stands_in_one_file_only(folder: Path) -> None:
    (folder / "b.yaml").write_text((folder / "a.yaml").read_text())
    with pytest.raises(BadInput) as problem:
        read_all(folder, [])
    assert str(problem.value) == f"{folder}: found 2 rows named 'one'; allowed: each name once"
