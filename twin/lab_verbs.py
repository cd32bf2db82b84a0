"""``twin lab build|status``: the lab kernel. Each verb returns its text."""

from __future__ import annotations

from pathlib import Path

import typer

app = typer.Typer(help="The lab kernel: build it, or see whether it is there.", no_args_is_help=True)


@app.command(epilog="Example: twin lab build")
def build() -> str:
    """Build the lab kernel, unless the cache has it, and print its path."""
    return str(kernel())


@app.command(epilog="Example: twin lab status")
def status() -> str:
    """Show the lab kernel's recipe, path and size."""
    from twin.lab import kernel_build

    found = kernel_build.status()
    size = found.get("size_bytes")
    return "\n".join(
        [
            f"kernel: {found.get('kernel') or 'not built (twin lab build)'}"
            + (f", {size / 1e6:.1f} MB" if size else ""),
            f"recipe: {found.get('recipe') or 'unknown'}",
            f"missing: {', '.join(found.get('missing', [])) or 'nothing'}",
        ]
    )


def kernel() -> Path:
    """The lab kernel, built with a progress bar where no cache has it."""
    from twin.lab import kernel_build
    from twin.progress import on_stderr

    with on_stderr() as progress:
        return kernel_build.ensure(progress)
