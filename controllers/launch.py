"""Runs OpenFlow apps: ``python -m controllers.launch APP.py [--port 6653] [--host 127.0.0.1] [--verbose]``.

In place of ``osken-manager``, which os-ken 4.2 dropped. The main thread only waits for SIGTERM or SIGINT; the apps run
in a daemon thread, and so do all threads they start, because a thread inherits that: none can hold up the exit.
Nothing here polls, so a virtual clock can jump from event to event.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twin.errors import BadInput, MachineLacks, RunBroke, TwinError

#: os-ken wakes each connection's threads this often, s; its default of 5 s is needless work under a virtual clock.
_SOCKET_TIMEOUT_S = 60.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run apps until a signal; returns the exit status of ``twin.errors``."""
    options = _parser().parse_args(arguments)
    level = logging.DEBUG if options.verbose else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(name)s: %(levelname)s: %(message)s")
    # Blocked before any thread starts, so that no thread but this one ever takes them.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        _check_machine()
        _Runner(options.apps, options.host, options.port).run()
    except TwinError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m controllers.launch",
        description="Run OpenFlow apps in the Ryu app model.",
        epilog="example: python -m controllers.launch controllers/optical_circuit.py --port 6653",
    )
    parser.add_argument("apps", nargs="+", metavar="APP", help="an app's file (APP.py) or module")
    parser.add_argument("--port", type=int, default=6653, help="TCP port to listen on for switches (6653)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on for switches (127.0.0.1)")
    parser.add_argument("--verbose", action="store_true", help="log every step to standard error")
    return parser


def _check_machine() -> None:
    """Raises ``MachineLacks`` without os-ken (or Ryu, which does as well)."""
    if importlib.util.find_spec("os_ken") is None and importlib.util.find_spec("ryu") is None:
        raise MachineLacks("os-ken", "install it with: pip install os-ken")


class _Runner:
    """Starts the apps and waits. ``problem`` is what ended them, if not a signal."""

    def __init__(self, apps: Sequence[str], host: str, port: int) -> None:
        self._apps = tuple(apps)
        self._host = host
        self._port = port
        self.problem: TwinError | None = None

    def run(self) -> None:
        """Returns after a signal. Raises ``TwinError`` when the apps cannot start or the listener ends."""
        from controllers import ofapi, ryu_alias

        ryu_alias.install()
        _configure(ofapi, self._host, self._port)
        threading.Thread(target=self._run_apps, args=(ofapi,), daemon=True).start()
        signal.sigwait(_SIGNALS)
        if self.problem is not None:
            raise self.problem

    def _run_apps(self, ofapi: Any) -> None:
        """Ends only with a problem, and then wakes the main thread."""
        try:
            manager = ofapi.app_manager.AppManager.get_instance()
            self._load(manager, ofapi.PACKAGE)
            listeners = manager.instantiate_apps(**manager.create_contexts())
            ofapi.hub.joinall(listeners)
            self.problem = RunBroke(f"cannot listen on {self._host}:{self._port}")
        except TwinError as error:
            self.problem = error
        except Exception as error:  # whatever an app raises must end the process and not just this thread
            logging.getLogger(__name__).exception("an app broke")
            self.problem = RunBroke(f"an app raised {type(error).__name__}: {error}")
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    def _load(self, manager: Any, package: str) -> None:
        for app in self._apps:
            if app.endswith(".py") and not Path(app).is_file():
                raise BadInput("APP", "", f"there is no file {app}", "an app's file or module")
            try:
                manager.load_apps([app])
            except ImportError as problem:
                raise BadInput("APP", "", f"{app} cannot be imported: {problem}") from None
            if app not in manager.applications_cls:
                raise BadInput("APP", "", f"{app} has no app", "a file with a subclass of OSKenApp or RyuApp")
        handler = f"{package}.controller.ofp_handler"
        if handler not in manager.applications_cls:
            manager.load_apps([handler])


def _configure(ofapi: Any, host: str, port: int) -> None:
    ofapi.CONF(args=[], project=ofapi.PACKAGE, default_config_files=[])
    ofapi.CONF.set_override("ofp_listen_host", host)
    ofapi.CONF.set_override("ofp_tcp_listen_port", port)
    ofapi.CONF.set_override("socket_timeout", _SOCKET_TIMEOUT_S)
    if ofapi.hub.HUB_TYPE == "native":
        _end_send_loops(ofapi.controller.Datapath)


def _end_send_loops(datapath_class: Any) -> None:
    """Make os-ken notice a lost switch. Its native threads cannot be killed, so the one that sends would wait for
    ever, and the one that receives for it, before anyone is told. The receiver asks it to end."""
    receive = datapath_class._recv_loop

    def receive_then_end(datapath: Any) -> None:
        try:
            receive(datapath)
        finally:
            datapath.send(b"", close_socket=True)

    datapath_class._recv_loop = receive_then_end


if __name__ == "__main__":
    sys.exit(main())
