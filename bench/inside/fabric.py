"""A whole fabric: built, pinged, left idle, taken down; marked for the host at each step."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench import cases
from bench.inside import lab, probes
from bench.inside.probes import Place
from twin.emulation.network import Network
from twin.emulation.openvswitch import OpenVSwitch, upcall_buffers


def main() -> int:
    """Answer one question: ``servers``, ``switches`` and ``idle_s`` of the lab's clock. As in a run of the twin, the
    switch daemon starts once the interfaces are there, and the network goes with its lab."""
    ask = lab.question()
    lab.mark("ready")
    plan = cases.fabric(ask["servers"], ask["switches"])
    ovs = OpenVSwitch(Path("/run/openvswitch"), lab.BUNDLE / "logs")
    with upcall_buffers():
        network = Network(plan, ovs, lab.SEED)
        network.build()
        ovs.start()
        lab.bring_up(network, ovs)
    lab.mark("built")
    first, last = (Place(network.get(s.name).namespace, s.ip) for s in (plan.servers[0], plan.servers[-1]))
    rtt_s = probes.delays_s(first, last, 1, 0.0)[0][1]
    lab.mark("pinged")
    time.sleep(ask["idle_s"])
    lab.answer({"rtt_s": rtt_s, "links": len(plan.links), "switches": len(plan.switches)})
    lab.mark("rested")
    ovs.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
