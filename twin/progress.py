"""A progress bar on standard error, for work that a person waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress


@contextmanager
def on_stderr() -> Iterator[Callable[[str, float], None]]:
    """A function that shows (what is done, the part of the whole); nothing shows before its first call."""
    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=1.0)

    def show(step: str, part: float) -> None:
        bar.start()
        bar.update(task, description=step, completed=part)

    try:
        yield show
    finally:
        if bar.live.is_started:  # stopping one that never started prints an empty line
            bar.stop()
