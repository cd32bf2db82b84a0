"""The command line: the only place that prints and exits.

Every verb imports what it needs when it is called, so that ``twin --help`` is there at once. Errors become one line
on standard error and an exit status: 0 done; 1 an expectation failed; 2 bad input; 3 this machine lacks something;
4 the run itself broke.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from twin import circuit_verbs, lab_verbs, options
from twin.errors import BadInput, TwinError
from twin.scorecard import verb as scorecard

EXPECTATION_FAILED: Final = 1
BROKE: Final = 4
INTERRUPTED: Final = 130
_PIPE_CLOSED: Final = 141

#: Typer's own base of usage errors; where it lives depends on Typer's version.
_UsageError: Final[type[Exception]] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)

app = typer.Typer(
    name="twin",
    help="A digital twin of optical networks that carry AI traffic.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    result_callback=lambda shown, **_: shown if shown is None else _show(shown),
)
app.command("bench-controller", epilog=scorecard.EXAMPLE)(scorecard.bench_controller)
app.add_typer(lab_verbs.app, name="lab")
app.add_typer(circuit_verbs.app, name="circuit")


@app.command(epilog="Example: twin validate topologies/*.yaml experiments/*.yaml")
def validate(files: options.Files) -> None:
    """Check files, and say one line about each."""
    from twin.plan.build import build_plan
    from twin.spec import LoadedExperiment, load
    from twin.spec.plan_view import count_nodes

    status = 0
    for file in files:
        try:
            loaded = load(file)
            plan = build_plan(loaded.topology)
        except BadInput as problem:
            status = problem.exit_status
            _complain(problem)
            continue
        kind = f"experiment {loaded.scenario.name}" if isinstance(loaded, LoadedExperiment) else f"topology {plan.name}"
        print(f"{file}: {kind} is valid ({count_nodes(plan)})")
    raise typer.Exit(status)


@app.command(epilog="Example: twin plan topologies/three-sites.yaml")
def plan(
    topology: options.TopologyPath,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
    power: Annotated[bool, typer.Option("--power", help="Show the optical plant's power, and alternatives.")] = False,
    sets: options.Sets = [],  # noqa: B006 - Typer reads it and never changes it
) -> None:
    """Show the plan: every site, link, rate, delay, queue and address."""
    from twin.optics.lightpaths import plan_light
    from twin.plan.build import build_plan
    from twin.plan.codec import to_json
    from twin.spec import load, power_view
    from twin.spec.plan_view import render

    loaded = load(topology, sets).topology
    built = plan_light(loaded, build_plan(loaded))
    if power and built.light is None:
        found = "found no transceivers by mode"
        raise BadInput("--power", "sites", found, "", "give the topology's transceivers one, as in 'mode: 400ZR'")
    if power:
        _show(power_view.render(loaded, built))
    elif as_json:
        print(json.dumps(to_json(built), indent=2))
    else:
        _show(render(built))


@app.command(epilog="Example: twin export --gnpy topologies/metro-ring.yaml --out metro-ring-gnpy")
def export(
    topology: options.TopologyPath,
    gnpy: Annotated[bool, typer.Option("--gnpy", help="GNPy's network and equipment library.")] = False,
    rfc8345: Annotated[bool, typer.Option("--rfc8345", help="An IETF network, RFC 8345 in JSON.")] = False,
    out: Annotated[Path, typer.Option("--out", help="The folder for the files; none is overwritten.")] = Path(),
    sets: options.Sets = [],  # noqa: B006 - Typer reads it and never changes it
) -> None:
    """Write a topology in others' formats, and print the files' names."""
    from twin import export as exports

    for path in exports.write(topology, out, gnpy=gnpy, rfc8345=rfc8345, sets=sets):
        print(path)


@app.command(epilog="Example: twin run experiments/three-sites-cut.yaml --set controller=static_path --seed 2")
def run(
    files: options.ExperimentPaths,
    out: options.RunFolder = None,
    lab: options.Lab = "auto",
    clock: options.Clock = "virtual",
    sets: options.Sets = [],  # noqa: B006 - Typer reads it and never changes it
    seed: options.Seed = None,
    jobs: options.Jobs = None,
) -> None:
    """Run experiments and write their result bundles; several go side by side."""
    from rich.text import Text

    from twin import experiment as experiments
    from twin.results import bundle, summary
    from twin.spec import load_experiment

    names = [load_experiment(file, sets, seed).scenario.name for file in files]
    experiments.check(lab, clock)  # a mistake must show before the lab kernel is built
    _lab_kernel_for(lab)
    if len(files) > 1:
        options = [f"--lab={lab}", f"--clock={clock}", *(f"--set={one}" for one in sets)]
        options += [] if seed is None else [f"--seed={seed}"]
        raise typer.Exit(_run_side_by_side(files, names, out or Path("runs"), options, jobs))
    finished = experiments.run(files[0], out, lab=lab, clock=clock, sets=sets, seed=seed)
    _show(Text(f"{finished.folder}/{bundle.REPORT}"))
    _show(summary.render(finished.results, bundle.read_run(finished.folder)))
    raise typer.Exit(0 if finished.results.met else EXPECTATION_FAILED)


@app.command(epilog="Example: twin predict experiments/three-sites-cut.yaml")
def predict(
    experiment: options.ExperimentPath,
    out: options.NewBundle = None,
    sets: options.Sets = [],  # noqa: B006 - Typer reads it and never changes it
    seed: options.Seed = None,
) -> None:
    """Predict an experiment from a flow-level model, in milliseconds, and write its result bundle."""
    from rich.text import Text

    from twin import prediction
    from twin.results import bundle, summary

    finished = prediction.predict(experiment, out, sets=sets, seed=seed)
    _show(Text(f"{finished.folder}/{bundle.REPORT}"))
    _show(summary.render(finished.results, bundle.read_run(finished.folder)))
    raise typer.Exit(0 if finished.results.met else EXPECTATION_FAILED)


@app.command(epilog="Example: twin trace experiments/training-1000km.yaml data --out traces")
def trace(
    experiment: options.ExperimentPath,
    workload: options.WorkloadName,
    out: Annotated[Path, typer.Option("--out", help="The folder for WORKLOAD.NUMBER.et, one for each server.")],
    sets: options.Sets = [],  # noqa: B006 - Typer reads it and never changes it
) -> None:
    """Write a workload as MLCommons Chakra execution traces; the workload kind `trace` plays such files."""
    from twin import trace as traces

    for path, server in traces.write(experiment, workload, out, sets):
        print(f"{path}  {server}")


@app.command(epilog="Example: twin sweep sweeps/training-1000km.yaml --emulate")
def sweep(
    file: options.SweepPath,
    out: options.NewBundles = None,
    emulate: options.Emulate = False,
) -> None:
    """Predict an experiment at several settings, and emulate it: a table, and a plot as SVG."""
    from rich.text import Text

    from twin import sweep as sweeps
    from twin.progress import on_stderr
    from twin.results import bundle, sweep_figure
    from twin.spec import sweep as files

    found = files.read(file)
    folder = bundle.create(out, file.stem)
    if emulate:
        lab_verbs.kernel()
    with on_stderr() as progress:
        panels = sweeps.run(found, folder, emulated=emulate, progress=progress)
    _show(Text(f"{folder}/{sweeps.PLOT}"))
    _show(sweep_figure.table([name for name, _ in found.points], panels))


@app.command(epilog="Example: twin compare runs/three-sites-cut-001 runs/three-sites-cut-002 --bound '2 %'")
def compare(
    folders: options.BundlePaths,
    bound: options.Bound = "5 %",
) -> None:
    """Set result bundles side by side, metric by metric; differences are from the first. Where they are larger than the
    bound, say which phase and which link they come from."""
    from twin.results import compare as comparison

    _show(comparison.compare(folders, comparison.bound_of(bound)))


@app.command(epilog="Example: twin reproduce netem-n4-5gbps --predict")
def reproduce(
    names: options.RowNames = None,
    only_predict: Annotated[bool, typer.Option("--predict", help="Only predict: seconds, and no lab.")] = False,
    out: options.NewBundles = None,
    into: Annotated[
        Path | None, typer.Option("--into", help="Put the table between this file's table:reproduce lines.")
    ] = None,
) -> None:
    """Set published results beside ours: predicted, emulated, and how far off."""
    from twin import reproduction
    from twin.progress import on_stderr
    from twin.results import bundle, reproduction_table
    from twin.spec import reproduce as rows

    sources = rows.read_all(reproduction.FOLDER, names or [])
    if into is not None:  # a missing place must show before the work
        reproduction_table.put(into.read_text(encoding="utf-8"), reproduction.TABLE, "", str(into))
    if not only_predict:
        lab_verbs.kernel()
    folder = bundle.create(out, "reproduce")
    with on_stderr() as progress:
        found = reproduction.reproduce(sources, folder, emulated=not only_predict, progress=progress)
    table = reproduction_table.markdown(reproduction.groups(found))
    if into is not None:
        now = into.read_text(encoding="utf-8")  # it may have changed while the rows ran
        into.write_text(reproduction_table.put(now, reproduction.TABLE, table, str(into)), encoding="utf-8")
    print(table, end="")


@app.command(epilog="Example: twin northbound experiments/tenants.yaml --set controller.northbound.tls=false")
def northbound(
    experiment: options.ExperimentPath,
    sets: options.Sets = [],  # noqa: B006 - Typer reads it and never changes it
) -> None:
    """Serve an experiment's northbound here, without a lab: its switches are in memory. Ctrl-C ends it."""
    from twin import rehearsal

    rehearsal.serve(experiment, sets, lambda line: print(line, flush=True))


@app.command(epilog="Example: twin report runs/three-sites-cut")
def report(folder: options.BundlePath) -> None:
    """Write a bundle's report.html again, and print its path."""
    from twin.results import report as reports

    print(reports.write(folder))


@app.command(epilog="Example: twin shell experiments/three-sites-cut.yaml")
def shell(
    experiment: options.ExperimentPath,
    lab: options.Lab = "auto",
    clock: options.Clock = "real",
    sets: options.Sets = [],  # noqa: B006 - Typer reads it and never changes it
) -> None:
    """Bring an experiment's network up and open Mininet's prompt in it, or carry out the commands on standard input.

    At a terminal use the real clock: the virtual one races while the prompt waits. For commands from a pipe or a file
    --clock virtual is exact.
    """
    from twin import experiment as experiments
    from twin.spec import load_experiment

    load_experiment(experiment, sets)
    _lab_kernel_for(lab)
    commands = None if sys.stdin.isatty() else sys.stdin.read()
    status, output = experiments.shell(experiment, lab=lab, clock=clock, sets=sets, commands=commands)
    print(output, end="")
    raise typer.Exit(status)


@app.command(epilog="Example: twin doctor")
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what this machine can do, and what to do about what it lacks."""
    from twin import doctor as doctors
    from twin.errors import MachineLacks

    checkup = doctors.examine()
    if as_json:
        print(json.dumps(checkup.to_json(), indent=2))
    else:
        _show(doctors.render(checkup))
    raise typer.Exit(0 if checkup.usable(doctors.DEFAULT) else MachineLacks.exit_status)


@app.command(epilog="Example: twin clean")
def clean() -> None:
    """End labs that were left behind, and remove what they left: only what the twin's own record names."""
    from twin.lab import runs

    done = runs.clean()
    print("\n".join(done) if done else "nothing was left behind")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (by default the process's own) and return its exit status."""
    command: Any = typer.main.get_command(app)
    try:
        status = command.main(args=arguments, prog_name="twin", standalone_mode=False)
    except TwinError as problem:
        _complain(problem)
        return problem.exit_status
    except _UsageError as problem:
        _complain(f"twin: {_message(problem)} (see twin --help)")
        return BadInput.exit_status
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED  # newer versions of Typer return it themselves
    except BrokenPipeError:
        # The reader has gone (`twin plan ... | head`): give Python's own flush at the end nothing to fail on.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except Exception as problem:  # noqa: BLE001 - the last line of defence: one line, never a traceback
        return _internal_error(problem)
    if status == INTERRUPTED:
        _complain("twin: interrupted")
    return status if isinstance(status, int) else 0


def _internal_error(problem: Exception) -> int:
    if os.environ.get("TWIN_DEBUG") == "1":
        traceback.print_exc()
    _complain(f"twin: an error in the twin itself: {type(problem).__name__}: {problem}; TWIN_DEBUG=1 shows where")
    return BROKE


def _complain(problem: object) -> None:
    """Exactly one line, whatever the text has in it."""
    print(" ".join(str(problem).split()), file=sys.stderr)


def _message(problem: Any) -> str:
    return str(problem.format_message())


def _show(shown: Any) -> None:
    from rich.console import Console

    renderable, problem = shown if isinstance(shown, tuple) else (shown, None)
    print(renderable) if isinstance(renderable, str) else Console(highlight=False).print(renderable)
    if problem is not None:
        raise problem


def _run_side_by_side(files: list[Path], names: list[str], out: Path, options: list[str], jobs: int | None) -> int:
    """The worst exit status; each experiment gets a line when it ends."""
    from twin import side_by_side
    from twin.results import bundle

    made = [side_by_side.Job(file, bundle.create_below(out, name)) for file, name in zip(files, names, strict=True)]
    at_once = jobs or len(os.sched_getaffinity(0))
    return side_by_side.run_all(made, options, at_once, lambda job: print(job.outcome(), flush=True))


def _lab_kernel_for(lab: str) -> None:
    if lab != "host":
        lab_verbs.kernel()


if __name__ == "__main__":
    sys.exit(main())
