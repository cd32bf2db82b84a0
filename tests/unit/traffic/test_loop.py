"""The exact selector: what it returns, not how long it takes."""

from __future__ import annotations

import asyncio
import socket

from twin.traffic.loop import ExactSelector, run


def test_a_timeout_returns_nothing_and_its_timer_is_not_a_result() -> None:
    selector = ExactSelector()
    try:
        assert selector.select(1e-4) == []
        assert selector.select(0) == []
    finally:
        selector.close()


def test_a_ready_socket_is_returned() -> None:
    near, far = socket.socketpair()
    with near, far:
        selector = ExactSelector()
        key = selector.register(far, 1)
        near.send(b"x")
        assert selector.select(60.0) == [(key, 1)]
        selector.close()


def test_a_coroutine_sleeps_and_runs_a_child() -> None:
    async def main() -> bytes:
        await asyncio.sleep(1e-5)
        child = await asyncio.create_subprocess_exec("echo", "light", stdout=asyncio.subprocess.PIPE)
        return (await child.communicate())[0]

    assert run(main()) == b"light\n"
