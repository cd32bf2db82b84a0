"""A socket file in a run's folder that leads to a TCP address on this machine's side.

The host lab has a network of its own, so nothing inside it reaches a controller outside by an address; but a socket
file is found by its path, from every network namespace::

    OVS bridge -- proxy -- RUN/lab/controller | this thread -- tcp:HOST:PORT
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from twin.errors import MachineLacks

#: Below the run's folder.
SOCKET: Final = Path("lab/controller")
_ANSWER_LIMIT_S: Final = 5.0


@contextmanager
def relayed(folder: Path, address: str) -> Iterator[None]:
    """While the block runs, ``SOCKET`` in ``folder`` leads to ``address`` (``HOST:PORT``).

    Raises ``MachineLacks`` where nothing listens there, or the folder's file system has no sockets."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), _ANSWER_LIMIT_S).close()
    except OSError as problem:
        what = f"a controller at tcp:{address} ({problem.strerror or problem})"
        raise MachineLacks(what, "start it before the run") from None
    with _listening(folder / SOCKET) as listener:
        relay = _Relay(listener, host, int(port))
        relay.thread.start()
        try:
            yield
        finally:
            relay.end()


@contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    """A listening socket at ``path``, by its folder's descriptor: a path may be longer than a socket's name."""
    folder = os.open(path.parent, os.O_PATH | os.O_CLOEXEC)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            try:
                listener.bind(f"/proc/self/fd/{folder}/{path.name}")
            except OSError as problem:
                what = f"sockets in {path.parent} ({problem.strerror})"
                raise MachineLacks(what, "write the bundle to another file system: --out") from None
            listener.listen()
            yield listener
    finally:
        path.unlink(missing_ok=True)
        os.close(folder)


class _Relay:
    """Carries connections in a thread of its own until ``end``."""

    def __init__(self, listener: socket.socket, host: str, port: int) -> None:
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._listener = listener
        self._address = (host, port)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._done: asyncio.Event | None = None
        self._ready = threading.Event()

    def end(self) -> None:
        """Close everything and wait for the thread."""
        self._ready.wait()
        if self._loop is not None and self._done is not None:
            self._loop.call_soon_threadsafe(self._done.set)
        self.thread.join()

    async def _serve(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_unix_server(self._carry, sock=self._listener)
        self._ready.set()
        await self._done.wait()
        server.close()

    async def _carry(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        try:
            far_in, far_out = await asyncio.open_connection(*self._address)
        except OSError:
            near_out.close()  # the switch tries again
            return
        ways = [asyncio.create_task(_pump(*way)) for way in ((near_in, far_out), (far_in, near_out))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for writer in (near_out, far_out):
            writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(1 << 16):
            sink.write(data)
            await sink.drain()
