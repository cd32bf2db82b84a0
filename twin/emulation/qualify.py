"""Measures each circuit before the experiment begins: a UDP echo between two servers that use it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Mapping
from typing import Any

from twin.plan.model import Plan, Server
from twin.plan.paths import round_trip_s, servers_between
from twin.traffic.namespaces import inside

ECHO_PORT = 7
#: An echo is repeated: the first one also resolves addresses and fills the switches' flow caches.
ECHOES = 3
ECHO_LIMIT_S = 5.0


async def qualify(plan: Plan, namespaces: Mapping[str, int], circuits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What ``lab/outcome.json`` says of each circuit that is active; times are round trips in seconds."""
    found = []
    for circuit in circuits:
        if circuit["state"] != "active":
            continue
        pair = servers_between(plan, circuit["sites"])
        found.append(
            {
                "name": circuit["name"],
                "fibres": circuit["fibres"],
                "channel": circuit["channel"],
                "planned_rtt_s": round_trip_s(plan, *pair, circuit["fibres"]) if pair else None,
                "rtt_s": await _echo(namespaces, *pair) if pair else None,
            }
        )
    return found


async def _echo(namespaces: Mapping[str, int], near: Server, far: Server) -> float | None:
    loop = asyncio.get_running_loop()
    with _socket(namespaces[near.name], near.ip) as asking, _socket(namespaces[far.name], far.ip) as answering:
        loop.add_reader(answering.fileno(), lambda: answering.sendto(*answering.recvfrom(64)))
        try:
            async with asyncio.timeout(ECHO_LIMIT_S):
                for _ in range(ECHOES):
                    start = time.monotonic()
                    await loop.sock_sendto(asking, b"twin", (far.ip, ECHO_PORT))
                    await loop.sock_recv(asking, 64)
                    rtt_s = time.monotonic() - start
        except TimeoutError:
            return None
        finally:
            loop.remove_reader(answering.fileno())
    return rtt_s


def _socket(namespace: int, address: str) -> socket.socket:
    with inside(namespace):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    made.setblocking(False)
    made.bind((address, ECHO_PORT))
    return made
