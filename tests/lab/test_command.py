"""The command itself: however ``twin run`` ends nothing is left; any account may run it; the prompt takes commands."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from twin.results import bundle

REPOSITORY = Path(__file__).parents[2]
DEMO = "experiments/three-sites-cut.yaml"
TWIN = [sys.executable, "-m", "twin.cli"]
SMALL = f"""
name: small
topology: {REPOSITORY}/topologies/metro-40km.yaml
controller: optical_circuit
circuits: all
workloads:
  probe: {{kind: packets, from: north-1, to: south-1, header: rocev2, count: 20, every: 1 ms}}
expect:
  - {{metric: probe.lost, equals: 0}}
  - {{metric: circuit.north-south.rtt_error, below: 0.1 %}}
"""


def processes_in(folder: Path) -> list[int]:
    """The processes whose working folder is ``folder`` or below it: the lab kernel and all that it traces."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and Path(os.readlink(entry / "cwd")).is_relative_to(folder):
                found.append(int(entry.name))
        except OSError:  # ended meanwhile, or another account's
            continue
    return found


def eventually(holds: Callable[[], bool], limit_s: float = 60.0) -> bool:
    """True once ``holds`` does."""
    end_s = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > end_s:
            return False
        time.sleep(0.05)
    return True


def twin_is_running(folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    """``twin run`` at the moment at which the lab plays the experiment."""
    command = [*TWIN, "run", DEMO, "--out", str(folder)]
    twin = subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert eventually(lambda: (folder / "samples.csv").exists() or twin.poll() is not None)
    assert twin.poll() is None, twin.communicate()
    return twin


def clean(environment: dict[str, str]) -> str:
    done = subprocess.run([*TWIN, "clean"], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def memory_files() -> set[Path]:
    """The memory of lab kernels, for the moment before they unlink it."""
    return set(Path("/dev/shm").glob("vm_file-*"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_with_one_line(folder: Path, own_record: dict[str, str], number: signal.Signals) -> None:
    before = memory_files()
    twin = twin_is_running(folder, own_record)
    assert processes_in(folder)
    twin.send_signal(number)
    assert twin.communicate(timeout=60) == ("", "twin: interrupted\n")
    assert twin.returncode == 130
    assert eventually(lambda: processes_in(folder) == [])
    assert not (folder / "uml").exists()
    assert eventually(lambda: memory_files() <= before)
    assert clean(own_record) == "nothing was left behind\n"


def test_a_run_that_is_killed_takes_everything_along(folder: Path, own_record: dict[str, str]) -> None:
    before = memory_files()
    twin = twin_is_running(folder, own_record)
    twin.kill()
    twin.communicate(timeout=60)
    assert eventually(lambda: processes_in(folder) == [])
    assert not (folder / "uml").exists()
    assert eventually(lambda: memory_files() <= before)
    assert clean(own_record) == f"forgot the run in {folder}, whose twin process {twin.pid} is gone\n"
    assert clean(own_record) == "nothing was left behind\n"


@pytest.fixture
def nobodys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of the account nobody's own; pytest's belong to root alone."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another account")
    own = Path(tempfile.mkdtemp(prefix="twin-nobody-", dir="/tmp"))
    try:
        account = pwd.getpwnam("nobody")
        os.chown(own, account.pw_uid, account.pw_gid)
        for needed in (sys.executable, str(REPOSITORY / "setup.cfg")):
            if subprocess.run(["runuser", "-u", "nobody", "--", "test", "-r", needed], check=False).returncode:
                pytest.skip(f"the account nobody cannot read {needed}")
        yield own
    finally:
        shutil.rmtree(own)


def test_an_account_without_any_privilege_runs_an_experiment(nobodys: Path) -> None:
    (nobodys / "small.yaml").write_text(SMALL, encoding="utf-8")
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [*TWIN, "run", str(nobodys / "small.yaml"), "--out", str(nobodys / "run")]
    done = subprocess.run(
        ["runuser", "-u", "nobody", "--", *command],
        cwd=nobodys, env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip().endswith("fidelity: ok")
    assert bundle.read_results(nobodys / "run").met
    assert (nobodys / "run" / bundle.RESULTS).stat().st_uid == pwd.getpwnam("nobody").pw_uid
    assert eventually(lambda: processes_in(nobodys) == [])


def test_the_prompt_takes_commands_from_a_pipe() -> None:
    commands = "nodes\ntokyo-1 ping -c 2 osaka-1\nexit\nnodes\n"
    done = subprocess.run(
        [*TWIN, "shell", DEMO, "--clock", "virtual"],
        cwd=REPOSITORY, input=commands, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "mininet> nodes",
        "available nodes are: ",
        "kanazawa-1 kanazawa-2 kanazawa-border kanazawa-roadm osaka-1 osaka-2 osaka-border osaka-roadm tokyo-1 tokyo-2 "
        "tokyo-border tokyo-roadm",
    ]
    assert lines[3] == "mininet> tokyo-1 ping -c 2 osaka-1"
    assert "64 bytes from 10.2.0.1: icmp_seq=2 ttl=64 time=5.13 ms" in lines
    assert lines[-1].startswith("rtt min/avg/max/mdev = 5.133/")
