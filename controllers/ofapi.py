"""os-ken where it is installed, else Ryu: the one place that knows both names.

The order of imports matters: ``app_manager`` before anything of ``controller``, or the two import each other in a ring.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

#: The library in use: ``os_ken`` or ``ryu``.
PACKAGE = "os_ken" if find_spec("os_ken") else "ryu"


def _mend_eventlet() -> None:
    """Ryu 4.34 imports a name that later versions of eventlet dropped."""
    wsgi = import_module("eventlet.wsgi")
    if not hasattr(wsgi, "ALREADY_HANDLED"):
        wsgi.ALREADY_HANDLED = b""  # type: ignore[attr-defined]


def _load(name: str) -> Any:
    return import_module(f"{PACKAGE}.{name}")


if PACKAGE == "ryu":
    _mend_eventlet()

app_manager: Any = _load("base.app_manager")
CONF: Any = _load("cfg").CONF
controller: Any = _load("controller.controller")
handler: Any = _load("controller.handler")
ofp_event: Any = _load("controller.ofp_event")
hub: Any = _load("lib.hub")
ofproto: Any = _load("ofproto.ofproto_v1_3")
#: What every app derives from.
BaseApp: Any = app_manager.OSKenApp if PACKAGE == "os_ken" else app_manager.RyuApp
