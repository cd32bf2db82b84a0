"""A slow control channel: messages come late, in order and whole."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Coroutine
from typing import Any

import pytest

from twin.emulation.control_channel import HEADER, Lane, LateReader, LateWriter, Message, read_message
from twin.workloads.scenario import ControlChannel


class StillClock(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to whatever is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0

    def time(self) -> float:
        return self._now_s

    def _run_once(self) -> None:
        scheduled: list[Any] = self._scheduled  # type: ignore[attr-defined]
        if not self._ready and scheduled:  # type: ignore[attr-defined]
            self._now_s = max(self._now_s, scheduled[0].when())
        super()._run_once()  # type: ignore[misc]


def play(work: Coroutine[Any, Any, list[float]]) -> list[float]:
    loop = StillClock()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def message(xid: int) -> bytes:
    return HEADER.pack(4, 2, 12, xid) + b"body"


async def arrivals(channel: ControlChannel, count: int, seed: str = "1", every_s: float = 0.0) -> list[float]:
    """How late each of ``count`` messages arrives."""
    loop = asyncio.get_running_loop()
    lane = Lane(channel, seed)

    async def send() -> None:
        for xid in range(count):
            lane.put((2, message(xid)))
            await asyncio.sleep(every_s)

    sending = asyncio.create_task(send())
    found = []
    for xid in range(count):
        _kind, got = await lane.get()
        assert struct.unpack_from("!I", got, 4) == (xid,)
        found.append(loop.time() - xid * every_s)
    await sending
    return found


def test_a_delay_is_the_same_for_all() -> None:
    assert play(arrivals(ControlChannel(delay_s=0.05), 3)) == [0.05, 0.05, 0.05]


def test_a_lost_message_waits_for_its_repetitions() -> None:
    found = play(arrivals(ControlChannel(delay_s=0.05, loss=0.3), 50, every_s=100.0))
    # Delay, and 200 ms + a round trip for the first repetition, twice that for the second, ...
    allowed = [0.05 + 0.3 * (2**losses - 1) for losses in range(10)]
    assert all(min(abs(late_s - other) for other in allowed) < 1e-9 for late_s in found)
    assert sum(late_s > 0.06 for late_s in found) == pytest.approx(0.3 * 50, abs=8)


def test_what_is_sent_behind_a_lost_message_arrives_with_it() -> None:
    found = play(arrivals(ControlChannel(loss=0.5), 400, every_s=0.01))
    ends = [round(late_s + 0.01 * sent, 6) for sent, late_s in enumerate(found)]
    assert ends == sorted(ends)
    lost = [sent for sent, late_s in enumerate(found) if late_s > 0.199]
    assert lost
    assert all(found[sent + 1] == pytest.approx(found[sent] - 0.01) for sent in lost[:-1])


def test_the_same_seed_loses_the_same() -> None:
    channel = ControlChannel(loss=0.3)
    assert play(arrivals(channel, 9, "a")) == play(arrivals(channel, 9, "a")) != play(arrivals(channel, 9, "b"))


def test_a_connection_is_read_to_its_end_and_ends_late() -> None:
    async def read() -> list[float]:
        reader = asyncio.StreamReader()
        reader.feed_data(message(1))
        reader.feed_eof()
        late = LateReader(reader, Lane(ControlChannel(delay_s=1.0), "1"))
        pump = asyncio.create_task(late.pump())
        assert await late.message() == (2, message(1))
        with pytest.raises(asyncio.IncompleteReadError):
            await late.message()
        await pump
        return [asyncio.get_running_loop().time()]

    assert play(read()) == [1.0]


def test_what_is_written_arrives_late() -> None:
    class Sink:
        def __init__(self) -> None:
            self.got: list[tuple[float, bytes]] = []

        def write(self, data: bytes) -> None:
            self.got.append((asyncio.get_running_loop().time(), data))

        async def drain(self) -> None:
            """Nothing waits."""

    async def write() -> list[float]:
        sink = Sink()
        late = LateWriter(sink, Lane(ControlChannel(delay_s=0.05), "1"))  # type: ignore[arg-type]
        pump = asyncio.create_task(late.pump())
        late.write(message(7))
        await late.drain()
        assert sink.got == []
        await asyncio.sleep(1.0)
        pump.cancel()
        assert [data for _, data in sink.got] == [message(7)]
        return [at_s for at_s, _ in sink.got]

    assert play(write()) == [0.05]


def test_a_message_is_read_whole() -> None:
    async def read() -> Message:
        reader = asyncio.StreamReader()
        reader.feed_data(message(1) + message(2))
        return await read_message(reader)

    assert asyncio.run(read()) == (2, message(1))
