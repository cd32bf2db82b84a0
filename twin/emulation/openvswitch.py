"""Open vSwitch of our own: its daemons, and every bridge of a plan in one transaction.

The daemons keep their sockets, database and logs in folders of the run, and end by the process ids they wrote there.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from twin.emulation import sysctl
from twin.errors import RunBroke
from twin.plan.model import Plan

#: ovs-vswitchd counts CPUs every 10 s of monotonic time, beginning with none, and starts no handler thread before
#: that: every packet that needs one is lost until 10 s after boot.
FIRST_USABLE_UPTIME_S = 11.0
_SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"


#: Receive buffer of the sockets on which the datapath hands over packets without a cached flow. A single burst at
#: 400 Gb/s overflows the default, which is 13 jumbo frames.
UPCALL_BUFFER_BYTES = 64 << 20
_DEFAULT_BUFFER = "net/core/rmem_default"


@contextmanager
def upcall_buffers() -> Iterator[None]:
    """While the block runs, new sockets get ``UPCALL_BUFFER_BYTES``: start the daemons and make the bridges in it."""
    before = sysctl.write_machine_wide(_DEFAULT_BUFFER, str(UPCALL_BUFFER_BYTES))
    try:
        yield
    finally:
        if before is not None:
            sysctl.write(_DEFAULT_BUFFER, before)


class OpenVSwitch:
    """The two daemons. ``run_folder`` holds sockets and process ids, ``log_folder`` their logs."""

    def __init__(self, run_folder: Path, log_folder: Path) -> None:
        self.run_folder = run_folder
        self.log_folder = log_folder
        self.environment = {
            **os.environ,
            "OVS_RUNDIR": str(run_folder),
            "OVS_DBDIR": str(run_folder),
            "OVS_LOGDIR": str(log_folder),
        }

    def start(self) -> None:
        """Start both daemons; returns when the switch daemon has read its database."""
        self.run_folder.mkdir(parents=True, exist_ok=True)
        database = self.run_folder / "conf.db"
        self._run("ovsdb-tool", "create", str(database), _SCHEMA)
        self._daemon("ovsdb-server", str(database), f"--remote=punix:{self.run_folder}/db.sock")
        self.transact(
            # One thread each suffices on one CPU; flows stay in the datapath while their traffic pauses,
            # and nobody reads the statistics that it would collect from every port every 5 s.
            "init --",
            "set Open_vSwitch . other_config:n-revalidator-threads=1 other_config:n-handler-threads=1"
            " other_config:max-idle=600000 other_config:stats-update-interval=600000",
            wait=False,
        )
        time.sleep(max(0.0, FIRST_USABLE_UPTIME_S - time.clock_gettime(time.CLOCK_BOOTTIME)))
        self._daemon("ovs-vswitchd", f"unix:{self.run_folder}/db.sock")

    @property
    def control(self) -> Path:
        """The switch daemon's control socket, once it has started."""
        return self.run_folder / f"ovs-vswitchd.{self._pid('ovs-vswitchd')}.ctl"

    def _pid(self, name: str) -> int:
        return int((self.run_folder / f"{name}.pid").read_text())

    def stop(self) -> None:
        """End the daemons by the process ids they wrote."""
        for name in ("ovs-vswitchd", "ovsdb-server"):
            if (self.run_folder / f"{name}.pid").exists():
                pid = self._pid(name)
                os.kill(pid, signal.SIGTERM)
                _wait_until_gone(pid)

    def transact(self, *commands: str, wait: bool = True) -> str:
        """Run ``ovs-vsctl`` commands (``"add-br s1 -- set …"``) as one transaction and return what it printed."""
        arguments = " ".join(commands).split(" ")
        return self._run("ovs-vsctl", *([] if wait else ["--no-wait"]), *arguments)

    def _daemon(self, program: str, *arguments: str) -> None:
        log = self.log_folder / f"{program}.log"
        self._run(program, *arguments, "--pidfile", "--detach", "--no-chdir", f"--log-file={log}", "-vconsole:off")

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RunBroke(f"{command[0]} failed: {done.stderr.strip().splitlines()[-1:]}", str(self.log_folder))
        return done.stdout


def bridge_commands(plan: Plan, controller: str) -> list[str]:
    """The transaction that makes every bridge of ``plan``, attaches its ports and names its controller."""
    commands: list[str] = []
    for switch in plan.switches:
        commands.append(
            f"-- add-br {switch.bridge}"
            f" -- set bridge {switch.bridge} protocols=OpenFlow13 fail_mode=secure datapath_type=system"
            f" other_config:datapath-id={switch.dpid:016x} other_config:disable-in-band=true"
            f" -- set-controller {switch.bridge} {controller}"
            f" -- set controller {switch.bridge} connection_mode=out-of-band max_backoff=1000 inactivity_probe=0"
        )
        for link in plan.links_of.get(switch.name, ()):
            end = link.at(switch.name)
            commands.append(
                f"-- add-port {switch.bridge} {end.interface}"
                f" -- set interface {end.interface} ofport_request={end.port}"
            )
    return commands


def removal_commands(bridges: Sequence[str]) -> list[str]:
    """The transaction that removes ``bridges``."""
    return [f"-- --if-exists del-br {bridge}" for bridge in bridges]


def _wait_until_gone(pid: int) -> None:
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise RunBroke(f"process {pid} of Open vSwitch did not end within 5 s")
