"""Two runs that were made to differ: emulated over a narrower cable that marks, and predicted over the usual one."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from twin import experiment
from twin.prediction import predict
from twin.results.compare import compare

EXPERIMENT = Path(__file__).parents[2] / "experiments" / "mlcommons-trace.yaml"
SETS = ["sample=1 ms", "expect=[]", "workloads.job.congestion=dctcp"]
NARROW = ["topology.sites.cluster.servers.nic.rate=2.5 Gb/s", "topology.sites.cluster.servers.nic.ecn=1 MB"]


def test_the_comparison_names_the_phase_and_a_link(tmp_path: Path) -> None:
    emulated, predicted = tmp_path / "emulated", tmp_path / "predicted"
    assert experiment.run(EXPERIMENT, emulated, sets=[*SETS, *NARROW]).results.fidelity.ok
    predict(EXPERIMENT, predicted, SETS)
    console = Console(width=140, color_system=None)
    with console.capture() as capture:
        console.print(compare([emulated, predicted]))
    lines = [" ".join(line.split()) for line in capture.get().splitlines()]
    title = next(i for i, line in enumerate(lines) if "more than 5 % from emulated (emulation)" in line)
    causes = lines[title + 3 :]
    assert causes[0].startswith("job: network 8")
    assert causes[1].startswith("job: most in message ")
    assert causes[2].startswith("link cluster-")
    assert "of 2.5 Gb/s" in causes[2]
    assert "of 5 Gb/s" in causes[2]
