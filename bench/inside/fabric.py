"""A whole fabric: built, pinged, left idle, taken down; marked for the host at each step."""

from __future__ import annotations

import sys
import time

from bench import cases
from bench.inside import lab, probes
from bench.inside.probes import Place
from twin.emulation.network import Network


def main() -> int:
    """Answer one question: ``servers``, ``switches`` and ``idle_s`` of the lab's clock."""
    ask = lab.question()
    with lab.switches() as ovs:
        lab.mark("ready")
        plan = cases.fabric(ask["servers"], ask["switches"])
        lab.mark("planned")
        network = Network(plan, ovs, lab.SEED)
        lab.bring_up(network, ovs)
        lab.mark("built")
        first, last = (Place(network.get(s.name).namespace, s.ip) for s in (plan.servers[0], plan.servers[-1]))
        rtt_s = probes.delays_s(first, last, 1, 0.0)[0][1]
        lab.mark("pinged")
        time.sleep(ask["idle_s"])
        lab.mark("rested")
        network.stop()
        lab.mark("removed")
    lab.answer({"rtt_s": rtt_s, "links": len(plan.links), "switches": len(plan.switches)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
