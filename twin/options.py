"""The command line's arguments and options, as Typer reads them: one alias for each, with its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ExperimentPath = Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="The experiment's YAML file.")]
ExperimentPaths = Annotated[list[Path], typer.Argument(metavar="EXPERIMENT...", help="The experiments' YAML files.")]
TopologyPath = Annotated[Path, typer.Argument(metavar="TOPOLOGY", help="A topology's, or an experiment's, YAML file.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="Topologies, experiments.")]
SweepPath = Annotated[Path, typer.Argument(metavar="SWEEP", help="The sweep's YAML file.")]
WorkloadName = Annotated[str, typer.Argument(metavar="WORKLOAD", help="One of its collectives, trainings or traces.")]
BundlePath = Annotated[Path, typer.Argument(metavar="BUNDLE", help="A result bundle's folder.")]
BundlePaths = Annotated[list[Path], typer.Argument(metavar="BUNDLE", help="Result bundles' folders, two or more.")]
RowNames = Annotated[list[str] | None, typer.Argument(metavar="[NAME]", help="Rows; all, where none is named.")]

Sets = Annotated[list[str], typer.Option("--set", metavar="KEY=VALUE", help="Replace a value of the file.")]
Seed = Annotated[int | None, typer.Option("--seed", help="In place of the file's seed.")]
Lab = Annotated[str, typer.Option("--lab", help="Where to run: auto (uml), uml, or host (root, real clock).")]
Clock = Annotated[str, typer.Option("--clock", help="virtual (time passes only when all is idle) or real.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Experiments at a time (default: CPUs).")]
Emulate = Annotated[bool, typer.Option("--emulate", help="Also run every setting in the lab, several side by side.")]
Bound = Annotated[str, typer.Option("--bound", metavar="SHARE", help="Look into differences larger than this.")]
NewBundle = Annotated[Path | None, typer.Option("--out", help="The result bundle's folder, new or empty.")]
NewBundles = Annotated[Path | None, typer.Option("--out", help="The bundles' folder, new or empty.")]
RunFolder = Annotated[
    Path | None,
    typer.Option("--out", help="The result bundle's folder, new or empty; of several experiments, their parent."),
]
