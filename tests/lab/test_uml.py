"""The lab kernel boots, keeps its clock, repeats itself, and leaves nothing behind however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from twin.errors import RunBroke
from twin.lab import machine, runs, uml

TIMEOUT_S = 120.0


def boot(folder: Path, script: str, *, clock: str = "virtual", seed: int = 1) -> str:
    """Run a shell ``script`` in the lab and return what it printed."""
    end = uml.run(folder, ["sh", "-c", script], clock=clock, seed=seed, timeout_s=TIMEOUT_S, memory_mb=512)
    output = (folder / "logs" / "lab.log").read_text(encoding="utf-8")
    assert end.status == 0, output
    return output


def processes_in(folder: Path) -> list[int]:
    """The processes whose working folder is ``folder`` or below it: the lab kernel, for one."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and Path(os.readlink(entry / "cwd")).is_relative_to(folder):
                found.append(int(entry.name))
        except OSError:  # ended meanwhile, or another account's
            continue
    return found


def eventually(holds: Callable[[], bool]) -> bool:
    """True once ``holds`` does: a killed process takes a moment to go."""
    for _ in range(500):
        if holds():
            return True
        time.sleep(0.02)
    return False


def memory_files() -> set[str]:
    """The names that lab kernels give their memory for the moment before they unlink it."""
    return {path.name for path in Path("/dev/shm").iterdir() if path.name.startswith("vm_file-")}


def start_a_twin(folder: Path) -> subprocess.Popen[bytes]:
    """A separate process with a lab in ``folder`` that says it is up and then waits in real time."""
    script = "echo up > /run/bundle/up; sleep 600"
    code = (
        "import sys; from pathlib import Path; from twin.lab import uml; "
        f"uml.run(Path(sys.argv[1]), ['sh', '-c', {script!r}], clock='real', seed=1, timeout_s=600, memory_mb=256)"
    )
    twin = subprocess.Popen([sys.executable, "-c", code, str(folder)], stderr=subprocess.PIPE)
    for _ in range(3000):
        if (folder / "up").exists():
            return twin
        assert twin.poll() is None, twin.stderr and twin.stderr.read()
        time.sleep(0.02)
    pytest.fail("the lab did not come up")


def test_output_and_exit_status_come_out(folder: Path) -> None:
    command = ["sh", "-c", "echo hello; echo problem >&2; exit 3"]
    end = uml.run(folder, command, clock="virtual", seed=1, timeout_s=TIMEOUT_S, memory_mb=512)
    assert end.status == 3
    assert (folder / "logs" / "lab.log").read_text(encoding="utf-8") == "hello\nproblem\n"
    assert sorted(path.name for path in folder.rglob("*")) == ["console.log", "lab.log", "logs"]


def test_the_lab_writes_in_its_folder_only(folder: Path) -> None:
    output = boot(folder, "echo x > /run/bundle/mine; touch /usr/mine 2>&1 || true; id -u")
    assert (folder / "mine").read_text(encoding="utf-8") == "x\n"
    assert output == "touch: cannot touch '/usr/mine': Read-only file system\n0\n"


def test_sleeping_takes_virtual_time_only(folder: Path) -> None:
    output = boot(folder, "cut -d' ' -f1 /proc/uptime; sleep 1000; cut -d' ' -f1 /proc/uptime; date -u +%F")
    before, after, date = output.split()
    assert float(before) == 0.0
    assert float(after) == 1000.0
    assert date == "2026-01-01"


def test_the_virtual_clock_counts_nanoseconds(folder: Path) -> None:
    code = (
        "import ctypes, time; libc = ctypes.CDLL(None); "
        "sleep = lambda ns: libc.nanosleep(ctypes.byref((ctypes.c_long * 2)(0, ns)), None); "
        "before = time.monotonic_ns(); sleep(1_000_001); print(time.monotonic_ns() - before)"
    )
    end = uml.run(folder, ["python3", "-c", code], clock="virtual", seed=1, timeout_s=TIMEOUT_S, memory_mb=512)
    assert end.status == 0
    # The kernel adds each process's timer slack of 50 us, which may only make a sleep longer.
    slept = int((folder / "logs" / "lab.log").read_text(encoding="utf-8"))
    assert 1_000_001 <= slept <= 1_051_000


def test_the_real_clock_is_the_hosts(folder: Path) -> None:
    before = time.time()
    shown = float(boot(folder, "date +%s.%N", clock="real"))
    assert before - 1 < shown < time.time() + 1


def test_one_seed_gives_the_same_random_numbers(tmp_path: Path) -> None:
    outputs = []
    for name, seed in [("one", 7), ("another/deeper", 7), ("three", 8)]:
        (tmp_path / name).mkdir(parents=True)
        script = "head -c 16 /dev/urandom | od -An -tx1; cat /proc/sys/kernel/random/boot_id; echo $$"
        outputs.append(boot(tmp_path / name, script, seed=seed))
    assert outputs[0] == outputs[1]
    assert outputs[0] != outputs[2]


def test_what_the_lab_needs_from_hidden_folders_is_there(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("found\n", encoding="utf-8")
    command = [sys.executable, "-c", f"import twin.units; print(open({str(tmp_path / 'notes.txt')!r}).read())"]
    end = uml.run(folder, command, clock="virtual", seed=1, timeout_s=TIMEOUT_S, memory_mb=512, visible=[tmp_path])
    assert (folder / "logs" / "lab.log").read_text(encoding="utf-8") == "found\n\n"
    assert end.status == 0


def test_time_out_names_the_console_and_leaves_nothing(folder: Path) -> None:
    with pytest.raises(RunBroke) as caught:
        uml.run(folder, ["sleep", "600"], clock="real", seed=1, timeout_s=1.5, memory_mb=256)
    assert str(caught.value) == (
        f"the run broke: the lab did not end within 1.5 s of wall time; see {folder}/logs/console.log"
    )
    assert eventually(lambda: processes_in(folder) == [])
    assert sorted(path.name for path in folder.iterdir()) == ["logs"]


def test_a_lab_that_dies_is_told_with_its_last_words(folder: Path) -> None:
    with pytest.raises(RunBroke) as caught:
        boot(folder, "kill -KILL $PPID; python3 -c 'import ctypes; ctypes.CDLL(None).reboot(0x4321fedc)'")
    assert str(caught.value) == (
        "the run broke: the lab kernel stopped before its command ended; the last it said: "
        f"reboot: Power down; see {folder}/logs/console.log"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything(folder: Path, number: signal.Signals) -> None:
    before = memory_files()
    twin = start_a_twin(folder)
    assert processes_in(folder)
    twin.send_signal(number)
    _, errors = twin.communicate(timeout=60)
    assert errors.rstrip().endswith(b"KeyboardInterrupt")
    assert eventually(lambda: processes_in(folder) == [])
    assert sorted(path.name for path in folder.iterdir()) == ["logs", "up"]
    assert eventually(lambda: memory_files() <= before)
    assert [run for run in runs.live() if run.folder == str(folder)] == []


def networks() -> list[str]:
    """The machine's links, network namespaces and Open vSwitch datapaths."""
    commands = ("ip -br link", "ip netns", "ovs-dpctl dump-dps 2>/dev/null")
    path = {"PATH": machine.PROGRAM_PATH}
    return [subprocess.run(["sh", "-c", line], env=path, capture_output=True, text=True).stdout for line in commands]


def test_a_killed_twin_takes_the_lab_along(folder: Path) -> None:
    before, links = memory_files(), networks()
    twin = start_a_twin(folder)
    assert networks() == links
    assert len([run for run in runs.live() if run.folder == str(folder)]) == 1
    twin.kill()
    twin.communicate(timeout=60)
    assert eventually(lambda: processes_in(folder) == [])
    assert eventually(lambda: memory_files() <= before)
    assert not (folder / "uml").exists()
    assert f"forgot the run in {folder}, whose twin process {twin.pid} is gone" in runs.clean()
    assert sorted(path.name for path in folder.iterdir()) == ["logs", "up"]
    assert networks() == links


def test_a_timer_may_come_right_after_another(folder: Path) -> None:
    """Two that are 200 ns apart; on most machines the clock's device can do no less than some hundred."""
    code = (
        "import ctypes, os, struct, time\n"
        "libc = ctypes.CDLL(None)\n"
        "def timer(at):\n"
        "    made = libc.timerfd_create(time.CLOCK_MONOTONIC, 0)\n"
        "    libc.timerfd_settime(made, 1, struct.pack('4q', 0, 0, *divmod(at, 10**9)), None)\n"
        "    return made\n"
        "at = time.monotonic_ns() + 10**7\n"
        "for one in [timer(at), timer(at + 200)]:\n"
        "    os.read(one, 8)\n"
        "    print(time.monotonic_ns() - at)\n"
    )
    first, second = (int(line) for line in boot(folder, f'python3 -c "{code}"').split())
    assert 0 <= first < 20
    assert 200 <= second < 220


def test_who_spins_does_not_hold_up_others(folder: Path) -> None:
    """A hundred readings of the clock while another program has been spinning for 5 ms."""
    code = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    end = time.monotonic() + 10e-3\n"
        "    while time.monotonic() < end:\n"
        "        pass\n"
        "    os._exit(0)\n"
        "time.sleep(5e-3)\n"
        "read = [time.monotonic_ns() for _ in range(100)]\n"
        "print(read[-1] - read[0])\n"
    )
    assert int(boot(folder, f'python3 -c "{code}"')) < 1_000
