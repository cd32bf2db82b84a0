"""docs/workloads.md says what the program does: every kind, its keys, their defaults, and every metric."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from pydantic.fields import FieldInfo

from twin.prediction import predict
from twin.results import bundle
from twin.spec.experiment_file import WorkloadFile
from twin.spec.job_files import CheckpointFile, FailuresFile, ReadsFile

REPOSITORY: Final = Path(__file__).parents[2]
PAGE: Final = (REPOSITORY / "docs" / "workloads.md").read_text(encoding="utf-8")
SPREAD: Final = ("_p50", "_p95", "_p99", "_max")
#: Experiments that have every kind between them.
SHIPPED: Final = ("metro-40km", "collectives", "training-1000km", "serving-600km", "training-storage")


def kind_of(model: Any) -> str:
    (kind,) = get_args(model.model_fields["kind"].annotation)
    return str(kind)


MODELS: Final = {kind_of(model): model for model in get_args(get_args(WorkloadFile)[0])}
PARTS: Final = {"reads": ReadsFile, "checkpoint": CheckpointFile, "failures": FailuresFile}


def section(heading: str) -> str:
    """The text under a heading, up to the next one of any level."""
    found = re.search(rf"^##+ {heading}$\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S)
    assert found is not None, f"no heading {heading}"
    return found[1]


def default_text(field: FieldInfo) -> str:
    """A default as a file would say it."""
    if field.is_required():
        return "needed"
    if field.default is None:
        return ""
    for rule in field.metadata:
        if hasattr(rule, "write"):
            return str(rule.write(field.default))
    return "all" if field.default == ["all"] else str(field.default)


@pytest.mark.parametrize(("heading", "model"), {**MODELS, **PARTS}.items(), ids=str)
def test_keys_and_defaults(heading: str, model: Any) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) ?\| ", section(heading), re.M)
    fields = {field.alias or name: field for name, field in model.model_fields.items() if name != "kind"}
    assert sorted(key for key, _default in rows) == sorted(fields)
    assert dict(rows) == {key: default_text(field) for key, field in fields.items()}


def documented(kind: str) -> set[str]:
    """The metrics that the page lists for a kind, percentiles written out."""
    parts = [kind, *PARTS] if kind == "training" else [kind]
    text = "".join(section(part) for part in parts)
    found: set[str] = set()
    for name, star in re.findall(r"`W\.([\w.]+)`(\*?)", text):
        found |= {name} | ({name + end for end in SPREAD} if star else set())
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_metrics_are_documented(name: str, tmp_path: Path) -> None:
    folder = predict(REPOSITORY / "experiments" / f"{name}.yaml", tmp_path / "out").folder
    metrics = bundle.read_results(folder).metrics
    for workload in bundle.read_scenario(folder).workloads:
        own = {metric.removeprefix(f"{workload.name}.") for metric in metrics if metric.startswith(f"{workload.name}.")}
        named = {re.sub(r"^waited_for\..*", "waited_for.SERVER", metric) for metric in own}
        assert named, workload.name
        assert named - documented(workload.kind) == set(), workload.kind


def test_every_kind_of_job_is_shipped_and_all_it_lists_comes(tmp_path: Path) -> None:
    """What the page lists for a kind of job is what its metrics are, all of it."""
    seen: dict[str, set[str]] = {}
    for name in ("serving-600km", "training-storage"):
        folder = predict(REPOSITORY / "experiments" / f"{name}.yaml", tmp_path / name).folder
        metrics = bundle.read_results(folder).metrics
        for workload in bundle.read_scenario(folder).workloads:
            prefix = f"{workload.name}."
            seen.setdefault(workload.kind, set()).update(
                m.removeprefix(prefix) for m in metrics if m.startswith(prefix)
            )
    for kind in ("inference", "remoting", "storage", "replication", "flows"):
        assert seen[kind] == documented(kind), kind
