"""The ``iperf3`` workload: the program itself, client and server, its JSON parsed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from twin.errors import RunBroke
from twin.traffic.context import Context, Record
from twin.traffic.namespaces import inside
from twin.workloads.scenario import Iperf3

#: How long the server gets to listen before the client starts.
SERVER_HEAD_START_S = 0.05
#: How much a transfer of a given size may write ahead of what TCP has sent: this share of it, and this at least. With a
#: whole send buffer ahead iperf3 says that it is done long before its bytes have left, and its server stops counting:
#: of 1 MB it counted 89 kB. Each write costs a wake-up, so large transfers get more.
UNSENT_SHARE = 512
LEAST_UNSENT_BYTES = 16_384
_UNSENT = Path("/proc/sys/net/ipv4/tcp_notsent_lowat")


def client_command(workload: Iperf3, address: str) -> list[str]:
    """The client's command line."""
    command = ["iperf3", "-J", "-c", address, "-p", str(workload.port), "-P", str(workload.streams)]
    if workload.size_bytes is not None:
        command += ["-n", str(workload.size_bytes)]
    else:
        command += ["-t", f"{workload.duration_s:.0f}"]
    if workload.protocol == "udp":
        return [*command, "-u", "-b", f"{workload.rate_bps:.0f}"]
    return [*command, "-C", workload.congestion]


async def run(workload: Iperf3, context: Context, record: Record) -> None:
    """Run client and server to the client's end. Raises ``RunBroke`` when iperf3 reports an error."""
    destination = context.plan.server_by_name[workload.destination]
    record |= {"kind": "iperf3", "start_s": context.now_s()}
    server = await _start(
        context.namespaces[destination.name],
        ["iperf3", "-s", "-1", "-J", "-B", destination.ip, "-p", str(workload.port)],
    )
    client: asyncio.subprocess.Process | None = None
    try:
        await asyncio.sleep(SERVER_HEAD_START_S)
        if workload.size_bytes is not None:
            _limit_unsent(context.namespaces[workload.source], workload.size_bytes)
        client = await _start(context.namespaces[workload.source], client_command(workload, destination.ip))
        output, _errors = await client.communicate()
        Path(context.log_folder, f"{workload.name}-iperf3.json").write_bytes(output)
        record |= {"end_s": context.now_s(), **parse(json.loads(output), workload)}
    finally:
        for process in (client, server):
            if process is not None and process.returncode is None:
                process.kill()
                await process.wait()


def unsent_bytes(size_bytes: int) -> int:
    """How far a transfer of ``size_bytes`` may write ahead, bytes."""
    return max(size_bytes // UNSENT_SHARE, LEAST_UNSENT_BYTES)


def _limit_unsent(namespace: int, size_bytes: int) -> None:
    """For all of the server's sockets that set no limit of their own; the smallest transfer of a run decides."""
    with inside(namespace):
        _UNSENT.write_text(str(min(int(_UNSENT.read_text()), unsent_bytes(size_bytes))))


async def _start(namespace: int, command: list[str]) -> asyncio.subprocess.Process:
    with inside(namespace):
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )


def parse(report: dict[str, Any], workload: Iperf3) -> dict[str, Any]:
    """What the result bundle keeps of iperf3's JSON. Raises ``RunBroke`` with iperf3's own words."""
    if "error" in report:
        raise RunBroke(f"iperf3 of workload {workload.name}: {report['error']}", f"logs/{workload.name}-iperf3.json")
    end = report["end"]
    udp = workload.protocol == "udp"
    received = end["sum"] if udp else end["sum_received"]
    sent = end["sum"] if udp else end["sum_sent"]
    lost, packets = (received["lost_packets"], received["packets"]) if udp else (None, None)
    received_bytes = received["bytes"] if not udp else round(received["bytes"] * (1 - lost / packets) if packets else 0)
    seconds = received["seconds"]
    return {
        "sent_bytes": sent["bytes"],
        "received_bytes": received_bytes,
        "received_bps": received_bytes * 8 / seconds if seconds else 0.0,
        "retransmits": None if udp else end["sum_sent"].get("retransmits"),
        "lost_packets": lost,
        "packets": packets,
    }
