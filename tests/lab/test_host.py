"""The host lab on a stock kernel: Debian's, in QEMU without hardware help, with this machine's files as its root.

The guest has no lab kernel and no virtual clock: what it measures is real time on an emulated processor, about ten
times slower than a real one. So the line is slow and long, and the tolerances are wide::

    round trip     at least the fibre's, at most a quarter more
    probes         the fastest within 5 %
    throughput     at least 70 %, at most a tenth more
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from twin import experiment
from twin.results import bundle

HERE: Final = Path(__file__).parent / "stock_kernel"
REPOSITORY: Final = Path(__file__).resolve().parents[2]
#: Where ``make test`` puts the kernel; ``fetch.sh FOLDER`` does it by hand.
KERNEL: Final = Path(sys.prefix) / "stock-kernel"
TIMEOUT_S: Final = 600

GUEST: Final = """
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root TWIN_CACHE=/var/tmp/guest LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH={repository}
twin() {{ {python} -m twin.cli "$@"; }}
networks() {{ ip -br link; ip netns; ovs-dpctl dump-dps; }}
programs() {{ ps --ppid 2 -p 2 --deselect -o args | sort; }}
cd {folder}
ulimit -n 65536
ip link set lo up
twin run {experiment} --lab host --clock real --out {folder}/bundle >run.log 2>&1
echo $? >status

networks >networks.before
programs >programs.before
mkdir killed
{python} -c "
from pathlib import Path
from twin.lab import host
host.run(Path('{folder}/killed'), ['sh', '-c', '{busy}'], clock='real', seed=1, timeout_s=600)
" &
for _ in $(seq 600); do [ -e killed/up ] && break; sleep 0.1; done
networks >networks.during
programs >programs.during
kill -9 $!
wait $! 2>/dev/null
sleep 1
twin clean >cleaned 2>&1
networks >networks.after
programs >programs.after
"""
#: A lab with a link, a switch and a process of its own, that waits to be killed.
BUSY: Final = (
    "ip link add name s1-eth1 type veth peer name s1-eth2; ovs-dpctl add-dp s1; echo up > /run/bundle/up; sleep 600"
)


def boot(folder: Path, script: str) -> str:
    """Run ``script`` in the guest, which can write in ``folder`` only; returns what its console said."""
    (folder / "guest.sh").write_text(script, encoding="utf-8")
    shared = "security_model=none,multidevs=remap"
    command = [
        "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-smp", "2", "-m", "1536", "-cpu", "max",
        "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio",
        "-kernel", str(KERNEL / "vmlinuz"), "-initrd", str(KERNEL / "initrd"),
        "-append", f"console=ttyS0 quiet panic=-1 mitigations=off twin_folder={folder} twin_kernel={KERNEL}",
        "-virtfs", f"local,path=/,mount_tag=root,readonly=on,{shared}",
        "-virtfs", f"local,path={folder},mount_tag=folder,{shared}",
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT_S, check=False
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guest's folder after it ran one experiment, and a lab that was killed."""
    if not (KERNEL / "initrd").exists() or shutil.which("qemu-system-x86_64") is None:
        pytest.skip(f"needs QEMU and Debian's kernel in {KERNEL} (make test gets both)")
    folder = tmp_path_factory.mktemp("guest")
    for name in ("experiment.yaml", "topology.yaml"):
        shutil.copy(HERE / name, folder)
    script = GUEST.format(
        repository=REPOSITORY, python=sys.executable, folder=folder, experiment=folder / "experiment.yaml", busy=BUSY
    )
    console = boot(folder, script)
    assert (folder / "programs.after").exists(), console
    return folder


def test_its_metrics_agree_with_the_virtual_clocks(guest: Path, tmp_path: Path) -> None:
    assert (guest / "status").read_text() == "0\n", (guest / "run.log").read_text()
    real = bundle.read_results(guest / "bundle")
    virtual = experiment.run(HERE / "experiment.yaml", tmp_path / "virtual").results
    assert (real.lab, real.clock, virtual.lab, virtual.clock) == ("host", "real", "uml", "virtual")
    # Where nothing was dropped there is no such metric.
    assert {name for name in real.metrics.keys() ^ virtual.metrics.keys() if not name.endswith(".dropped")} == set()
    for name, low, high in [
        ("circuit.east-west.rtt", 1.0, 1.25),
        ("probe.delay_min", 1.0, 1.05),
        ("bulk.throughput", 0.7, 1.1),
    ]:
        got, wanted = real.metrics[name].value, virtual.metrics[name].value
        assert wanted is not None
        assert got is not None
        assert low * wanted <= got <= high * wanted, f"{name}: {got}, allowed {low} to {high} times {wanted}"
    assert real.metrics["probe.lost"].value == virtual.metrics["probe.lost"].value == 0


def test_a_killed_run_leaves_nothing_once_cleaned(guest: Path) -> None:
    def listing(name: str) -> str:
        return (guest / name).read_text()

    assert "twin.lab.inside" in listing("programs.during")
    assert listing("networks.during") == listing("networks.before")
    assert listing("programs.after") == listing("programs.before")
    assert listing("networks.after") == listing("networks.before")
    assert listing("cleaned").startswith(f"forgot the run in {guest}/killed, whose twin process ")
