"""``python -m twin.emulation [run|shell]``, in the lab: works on the run's folder, ``/run/bundle``."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

from twin.emulation.agent import Agent, run

BUNDLE = Path("/run/bundle")
_PR_SET_TIMERSLACK = 29


def _wake_on_time() -> None:
    """Let this process and its children wake when they asked to: Linux's default is up to 50 us later."""
    ctypes.CDLL(None).prctl(_PR_SET_TIMERSLACK, 1)


def shell(bundle: Path) -> int:
    """Bring the network up, wait for its circuits and hand over Mininet's prompt, or carry out ``lab/commands``."""
    from twin.emulation import prompt

    commands = bundle / "lab" / "commands"
    agent = Agent(bundle)
    try:
        agent.start()
        agent.settle()
        if commands.exists():
            lines = commands.read_text(encoding="utf-8").splitlines()
            prompt.obey(agent.network, agent.controller.northbound, lines)
        else:
            prompt.interact(agent.network, agent.controller.northbound)
    finally:
        agent.stop()
    return 0


if __name__ == "__main__":
    _wake_on_time()
    sys.exit(shell(BUNDLE) if sys.argv[1:] == ["shell"] else run(BUNDLE))
