from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from twin.errors import RunBroke
from twin.results import bundle, samples
from twin.results.document import Results
from twin.results.finish import finish


def test_results_have_the_shape_of_the_contract(finished: tuple[Path, Results]) -> None:
    folder, results = finished
    document = json.loads((folder / "results.json").read_text())
    assert list(document) == sorted(document)
    assert set(document) == {
        "schema", "experiment", "engine", "lab", "clock", "seed", "version", "wall_s", "virtual_s", "metrics",
        "expectations", "fidelity",
    }  # fmt: skip
    assert document["metrics"]["probes.lost"] == {"unit": "packets", "value": 10}
    assert document["expectations"][-1] == {
        "metric": "gradients.tokens", "wanted": "at least 1", "got": None, "ok": False,
    }  # fmt: skip
    assert document["fidelity"] == {"ok": True, "reasons": []}
    assert (document["schema"], document["engine"], document["wall_s"]) == (1, "emulation", 12.5)
    assert bundle.read_results(folder) == results


def test_two_runs_differ_in_wall_time_alone(lab_folder: Callable[[str], Path]) -> None:
    folders = [lab_folder("one"), lab_folder("two")]
    for folder, wall_s in zip(folders, (3.0, 4.0), strict=True):
        finish(folder, lab="uml", clock="virtual", wall_s=wall_s)
    one, two = ({path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} for folder in folders)
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == ["results.json"]
    assert one["results.json"].replace(b'"wall_s": 3.0', b'"wall_s": 4.0') == two["results.json"]


def test_samples_become_typed_columns_and_the_csv_goes(lab_folder: Callable[[str], Path]) -> None:
    folder = lab_folder("run")
    before = samples.read_csv(folder / "samples.csv")
    finish(folder, lab="uml", clock="virtual", wall_s=1.0)
    assert not (folder / "samples.csv").exists()
    assert samples.read_parquet(folder / "samples.parquet").equals(before)
    written = pq.ParquetFile(folder / "samples.parquet")
    assert written.schema_arrow.equals(samples.SCHEMA)
    assert written.metadata.row_group(0).column(0).compression == "ZSTD"


def test_no_outcome_breaks_the_run_and_names_the_log(lab_folder: Callable[[str], Path]) -> None:
    folder = lab_folder("run")
    path = folder / bundle.OUTCOME
    path.unlink()
    with pytest.raises(RunBroke) as problem:
        finish(folder, lab="uml", clock="virtual", wall_s=1.0)
    assert str(problem.value) == (
        f"the run broke: the lab left no whole result: {path}: found no readable file (FileNotFoundError); "
        f"name the folder of a finished run; see {folder / 'logs/lab.log'}"
    )
    assert not (folder / "results.json").exists()


@pytest.mark.parametrize(
    ("error", "reason"),
    [("the run broke: iperf3 said no", "iperf3 said no"), ("fibre x: no such thing", "fibre x: no such thing")],
)
def test_a_failed_lab_breaks_the_run_with_its_reason(
    lab_folder: Callable[[str], Path], error: str, reason: str
) -> None:
    folder = lab_folder("run")
    (folder / bundle.OUTCOME).write_text(json.dumps({"ok": False, "error": error}))
    with pytest.raises(RunBroke) as problem:
        finish(folder, lab="uml", clock="virtual", wall_s=1.0)
    assert str(problem.value) == f"the run broke: the lab reports: {reason}; see {folder / 'logs/lab.log'}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            ":1: found the columns nothing; allowed: t_s, link, node, tx_bytes, tx_packets, "
            "dropped_packets, backlog_bytes",
        ),
        (None, ": found no readable file (FileNotFoundError)"),
        ("1.0,l,n,5,1,0\n", ":2: found 6 values; allowed: 7"),
        ("1.0,l,n,many,1,0,0\n", ":2: tx_bytes: found 'many'; allowed: int64"),
    ],
)
def test_samples_that_do_not_fit_are_named(lab_folder: Callable[[str], Path], text: str | None, message: str) -> None:
    folder = lab_folder("run")
    path = folder / "samples.csv"
    path.unlink()
    if text is not None:
        path.write_text((",".join(samples.SCHEMA.names) + "\n" + text) if text else "")
    with pytest.raises(RunBroke) as problem:
        finish(folder, lab="uml", clock="virtual", wall_s=1.0)
    assert str(problem.value) == (
        f"the run broke: the lab left no whole result: {path}{message}; see {folder / 'logs/lab.log'}"
    )
