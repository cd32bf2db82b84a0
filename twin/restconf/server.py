"""uvicorn on a thread of its own. It polls ten times a second, which costs a virtual clock ten wake-ups and no time."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any, Final

import uvicorn

from twin.errors import RunBroke

#: The files in a folder of certificates: the server's own, and its key.
CERTIFICATE, KEY = "certificate.pem", "key.pem"
_BACKLOG: Final = 128


def serve(app: Any, host: str, port: int, certificates: Path | None) -> None:
    """Listen from now on, with TLS where there are ``certificates``. Raises ``RunBroke`` when the port is taken."""
    try:
        listening = socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as problem:
        raise RunBroke(f"cannot listen on {host}:{port} for the northbound: {problem.strerror}") from None
    config = uvicorn.Config(
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
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True).start()
