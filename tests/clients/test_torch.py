"""PyTorch as a client of the lab: gloo's all-reduce and a step of DDP with the real clock, beside the twin's own ring.

``make torch`` installs PyTorch (Debian's, without GPU) and runs this."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

import pytest

from twin import experiment
from twin.lab import guest

REPOSITORY: Final = Path(__file__).parents[2]
EXPERIMENT: Final = REPOSITORY / "experiments" / "allreduce-netem.yaml"
SCRIPT: Final = REPOSITORY / "clients" / "torch_ddp.py"
RANKS: Final = 3
SIZE_BYTES: Final = 4 << 20
#: A slow network, so that what the one CPU needs for three frameworks does not count.
SETS: Final = [
    f"topology.sites.cluster.servers.count={RANKS}",
    "topology.sites.cluster.servers.nic.rate=20 Mb/s",
    "workloads.allreduce.size=4 MiB",
    "workloads.allreduce.iterations=1",
    "expect=[]",
]
#: How far gloo's time with the real clock may lie from the twin's with the virtual one.
TOLERANCE: Final = 0.15


def _lacking() -> str:
    """Why PyTorch cannot run in the lab, whose Python this is; empty: it can."""
    asked = "import torch.distributed as d; print(d.is_available() and d.is_gloo_available())"
    done = subprocess.run([guest.PYTHON, "-c", asked], capture_output=True, text=True, check=False)
    if done.returncode:
        return "PyTorch is not installed for the lab's Python (make torch installs it)"
    return "" if done.stdout.strip() == "True" else "this PyTorch has no gloo"


@pytest.fixture(scope="module")
def torch_in_the_lab() -> None:
    reason = _lacking()
    if reason:
        pytest.skip(reason)


def _commands() -> str:
    """Rank 0 in the foreground, the others behind it; Mininet puts a server's address for its name."""
    lines = []
    for rank in (*range(1, RANKS), 0):
        words = [f"cluster-{rank + 1}", "GLOO_SOCKET_IFNAME=eth0", guest.PYTHON, str(SCRIPT)]
        words += ["--rank", str(rank), "--of", str(RANKS), "--master", "cluster-1", "--bytes", str(SIZE_BYTES)]
        lines.append(" ".join(words) + (" 2>&1" if rank == 0 else f" > /tmp/rank-{rank}.log 2>&1 &"))
    return "\n".join([*lines, "exit"]) + "\n"


@pytest.mark.usefixtures("torch_in_the_lab")
def test_gloo_takes_the_time_of_the_emulated_ring(tmp_path: Path) -> None:
    emulated_s = experiment.run(EXPERIMENT, tmp_path / "run", sets=SETS).results.value("allreduce.time")
    assert emulated_s is not None
    status, output = experiment.shell(EXPERIMENT, clock="real", sets=SETS, commands=_commands())
    answers = [line for line in output.splitlines() if line.startswith("{")]
    assert (status, len(answers)) == (0, 1), output
    found = json.loads(answers[0])
    assert found["sums"]
    assert found["gradients"]
    assert min(found["all_reduce_s"]) == pytest.approx(emulated_s, rel=TOLERANCE), f"gloo {found}, twin {emulated_s}"
    # One bucket of as many bytes, exchanged once: never quicker than its all-reduce.
    assert found["ddp_step_s"] > emulated_s * (1 - TOLERANCE)
