"""uvicorn on a thread of its own. It polls ten times a second, which costs a virtual clock ten wake-ups and no time."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from typing import Any, Final

import uvicorn

from twin.errors import RunBroke

#: The files in a folder of certificates: the server's own, and its key.
CERTIFICATE, KEY = "certificate.pem", "key.pem"
_BACKLOG: Final = 128


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises ``RunBroke`` when the port is taken."""
    try:
        return socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as problem:
        reason = os.strerror(problem.errno or 0)
        raise RunBroke(f"cannot listen on {host}:{port} for the northbound: {reason}") from None


def serve(app: Any, host: str, port: int, certificates: Path | None) -> None:
    """Serve from now on, on a thread, with TLS where there are ``certificates``. Raises ``RunBroke`` when the port is
    taken."""
    server, sockets = uvicorn.Server(_config(app, certificates)), [listen(host, port)]
    threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True).start()


def serve_here(app: Any, listening: socket.socket) -> None:
    """Serve on this thread until interrupted."""
    uvicorn.Server(_config(app, None)).run(sockets=[listening])


def _config(app: Any, certificates: Path | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        loop="asyncio",
        http="h11",
        ws="none",
        date_header=False,
        server_header=False,
        ssl_certfile=None if certificates is None else str(certificates / CERTIFICATE),
        ssl_keyfile=None if certificates is None else str(certificates / KEY),
    )
