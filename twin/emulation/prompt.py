"""Mininet's prompt in a network that is up: at a terminal, or for commands that were written down before."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from typing import Any, Final, TextIO

from mininet.cli import CLI
from mininet.log import output

from twin.emulation.network import Network

_ENDING: Final = ("exit", "quit", "EOF")


class Prompt(CLI):  # type: ignore[misc]
    """Mininet's command line for a plan's names."""

    identchars = CLI.identchars + "-."  # our names have hyphens: tokyo-1


def interact(network: Network) -> None:
    """Hand over the prompt until ``exit``."""
    Prompt(network)


def obey(network: Network, commands: Iterable[str]) -> None:
    """Carry out ``commands``, each shown with its prompt, up to the first ``exit``."""
    with _silence() as nothing:
        # Given a script, the prompt does not ask for more; this one is empty.
        prompt: Any = Prompt(network, stdin=nothing, script=os.devnull)
        for line in takewhile(lambda line: line.strip() not in _ENDING, commands):
            output(f"{prompt.prompt}{line.rstrip()}\n")
            prompt.onecmd(line)


@contextmanager
def _silence() -> Iterator[TextIO]:
    """Something to read from that never has anything. Mininet watches its input while a command runs, and would spin
    at the end of a file; under the virtual clock the command would then never end."""
    reading, writing = os.pipe()
    try:
        with os.fdopen(reading, encoding="utf-8") as nothing:
            yield nothing
    finally:
        os.close(writing)
