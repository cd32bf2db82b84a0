"""``twin bench-controller``, as Typer reads it; it returns what the command line prints, and what broke."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from twin import options
from twin.errors import TwinError

EXAMPLE = "Example: twin bench-controller optical_circuit static_path@ring"

Controllers = Annotated[
    list[str],
    typer.Argument(
        metavar="CONTROLLER...",
        help="One of ours, 'ecmp', an app's .py file, or a command with {port} in it; and @optical, @ring or @line.",
    ),
]
Lines = Annotated[list[str] | None, typer.Option("--line", help="Only this line of the card; may be repeated.")]
Circuits = Annotated[bool, typer.Option("--circuits", help="A command or an app takes requests for circuits.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print all numbers as JSON.")]
Into = Annotated[Path | None, typer.Option("--into", help="Put the card between this file's table:card lines.")]


def bench_controller(
    controllers: Controllers,
    lines: Lines = None,
    circuits: Circuits = False,
    as_json: AsJson = False,
    into: Into = None,
    out: options.NewBundles = None,
) -> tuple[Any, TwinError | None]:
    """Test controllers in the lab: circuits, cuts, a restart, a bad control channel. Prints a score card; a line whose
    run broke makes the exit status 4."""
    from twin.scorecard import card

    made = card.bench(controllers, lines or [], circuits, into, out)
    return json.dumps(made.to_json(), indent=2) if as_json else card.table(made), card.broken(made)
