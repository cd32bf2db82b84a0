"""Mininet's prompt in a network that is up: at a terminal, or for commands that were written down before."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
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

    def __init__(self, network: Network, northbound: Mapping[str, str], **more: Any) -> None:
        self._northbound = northbound
        super().__init__(network, **more)

    def do_circuit(self, line: str) -> None:
        """A tenant's circuits, at the controller's northbound: circuit list|create|delete ... --token TOKEN"""
        if not self._northbound:
            output("this experiment's controller has no northbound: add controller.northbound.tenants\n")
            return
        command = [sys.executable, "-m", "twin.cli", "circuit", *shlex.split(line)]
        done = subprocess.run(
            command,
            env={**os.environ, **self._northbound},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        output(done.stdout)


def interact(network: Network, northbound: Mapping[str, str]) -> None:
    """Hand over the prompt until ``exit``. ``northbound`` is the environment in which a client finds it."""
    Prompt(network, northbound)


def obey(network: Network, northbound: Mapping[str, str], commands: Iterable[str]) -> None:
    """Carry out ``commands``, each shown with its prompt, up to the first ``exit``."""
    with _silence() as nothing:
        # Given a script, the prompt does not ask for more; this one is empty.
        prompt: Any = Prompt(network, northbound, stdin=nothing, script=os.devnull)
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
