"""How much memory a network takes: one plan, built and left standing."""

from __future__ import annotations

import sys

from bench import cases
from bench.inside import lab
from twin.emulation.network import Network


def main() -> int:
    """Answer one question: how many ``servers``, ``links`` and ``switches`` the plan has."""
    ask = lab.question()
    plan = cases.heap(ask["servers"], ask["links"], ask["switches"])
    with lab.switches() as ovs:
        before = lab.free_bytes()
        network = Network(plan, ovs, lab.SEED)
        lab.bring_up(network, ovs)
        lab.answer(before - lab.free_bytes())
        network.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
