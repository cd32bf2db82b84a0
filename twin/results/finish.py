"""From what the lab left in a run's folder to a bundle with its results."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from twin.errors import BadInput, RunBroke
from twin.results import bundle, samples, telemetry
from twin.results.bundle import Run
from twin.results.document import SCHEMA, Metrics, Results
from twin.results.energy import energy_metrics, per_token
from twin.results.expectations import judge
from twin.results.fidelity import judge_fidelity
from twin.results.metrics import metrics_of

DISTRIBUTION = "twin"
SOURCE_VERSION = "0.1.0+source"


def finish(folder: Path, *, lab: str, clock: str, wall_s: float, engine: str = "emulation") -> Results:
    """Write ``samples.parquet`` (for ``samples.csv``, which goes), ``telemetry.parquet`` where there is light, and
    ``results.json``; return the results.

    ``wall_s`` is how long the run took on the wall's clock: nothing else here depends on it. Raises ``RunBroke``
    where the lab's files are missing, damaged or say that the run failed.
    """
    log = str(folder / bundle.LAB_LOG)
    try:
        reason = bundle.read_failure(folder)
        if reason is not None:
            raise RunBroke(f"the lab reports: {reason.removeprefix('the run broke: ')}", log)
        run = bundle.read_run(folder)
        table = samples.read_csv(folder / bundle.SAMPLES_CSV)
        telemetry.write(folder, run)
    except BadInput as problem:
        raise RunBroke(f"the lab left no whole result: {problem}", log) from problem
    samples.write_parquet(folder / bundle.SAMPLES, table)
    more = energy_metrics(run.plan, table)
    results = results_of(run, engine=engine, lab=lab, clock=clock, wall_s=wall_s, more=more)
    bundle.write_results(folder, results)
    (folder / bundle.SAMPLES_CSV).unlink()
    return results


def results_of(run: Run, *, engine: str, lab: str, clock: str, wall_s: float, more: Metrics | None = None) -> Results:
    """The results of ``run``: the same for every engine, and ``more`` metrics where there are any."""
    metrics = {**metrics_of(run), **(more or {})}
    metrics |= per_token(metrics)
    return Results(
        schema=SCHEMA,
        experiment=run.scenario.name,
        engine=engine,
        lab=lab,
        clock=clock,
        seed=run.scenario.seed,
        version=twin_version(),
        wall_s=wall_s,
        virtual_s=run.outcome.virtual_s,
        metrics=metrics,
        expectations=judge(run.scenario.expectations, metrics),
        fidelity=judge_fidelity(run),
    )


def twin_version() -> str:
    """The installed version; ``0.1.0+source`` when running from the source tree."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return SOURCE_VERSION
