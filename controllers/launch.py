"""Runs OpenFlow apps: ``python -m controllers.launch APP.py... [--port 6653] [--host 127.0.0.1] [--verbose]``.

In place of ``ryu-manager`` and of ``osken-manager``, which os-ken 4.2 dropped, with the options that apps bring
(``--wsapi-port=8080``). The main thread only waits for SIGTERM or SIGINT; the apps run
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
    options, others = _parser().parse_known_intermixed_args(arguments)
    level = logging.DEBUG if options.verbose else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(name)s: %(levelname)s: %(message)s")
    # Blocked before any thread starts, so that no thread but this one ever takes them.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        _check_machine()
        _Runner(options.apps, options.host, options.port, others, options.certificates).run()
    except TwinError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m controllers.launch",
        description="Run OpenFlow apps in the Ryu app model.",
        epilog="Other options, as --wsapi-port=8080, go to the apps (write the value after '='). "
        "Example: python -m controllers.launch controllers/optical_circuit.py --port 6653",
    )
    parser.add_argument("apps", nargs="+", metavar="APP", help="an app's file (APP.py) or module")
    port, host = ("--port", "--ofp-tcp-listen-port"), ("--host", "--ofp-listen-host")  # ours, and Ryu's
    parser.add_argument(*port, type=int, default=6653, help="TCP port to listen on for switches (6653)")
    parser.add_argument(*host, default="127.0.0.1", help="address to listen on for switches (127.0.0.1)")
    certificates = "listen by TLS: the folder with certificate.pem, which switches must show as well, and key.pem"
    parser.add_argument("--certificates", type=Path, metavar="FOLDER", help=certificates)
    parser.add_argument("--verbose", action="store_true", help="log every step to standard error")
    return parser


def _check_machine() -> None:
    """Raises ``MachineLacks`` without os-ken (or Ryu, which does as well)."""
    if importlib.util.find_spec("os_ken") is None and importlib.util.find_spec("ryu") is None:
        raise MachineLacks("os-ken", "install it with: pip install os-ken")


class _Runner:
    """Starts the apps and waits. ``problem`` is what ended them, if not a signal."""

    def __init__(
        self, apps: Sequence[str], host: str, port: int, others: Sequence[str], certificates: Path | None = None
    ) -> None:
        self._apps = tuple(apps)
        self._others = list(others)
        self._host = host
        self._port = port
        self._certificates = certificates
        self.problem: TwinError | None = None

    def run(self) -> None:
        """Returns after a signal. Raises ``TwinError`` when the apps cannot start or the listener ends."""
        from controllers import ofapi, ryu_alias

        ryu_alias.install()
        if ofapi.hub.HUB_TYPE == "native":
            _mend_native_threads(ofapi)
        threading.Thread(target=self._run_apps, args=(ofapi,), daemon=True).start()
        signal.sigwait(_SIGNALS)
        if self.problem is not None:
            raise self.problem

    def _run_apps(self, ofapi: Any) -> None:
        """Ends only with a problem, and then wakes the main thread."""
        try:
            manager = ofapi.app_manager.AppManager.get_instance()
            self._load(manager, ofapi.PACKAGE)
            self._configure(ofapi)
            listeners = manager.instantiate_apps(**manager.create_contexts())
            self._serve_rest(manager, ofapi.hub)
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

    def _configure(self, ofapi: Any) -> None:
        """After the apps are loaded, so that their options are known."""
        if any(other.startswith("--wsapi-") for other in self._others):
            importlib.import_module("ryu.app.wsgi")
        try:
            ofapi.CONF(args=self._others, project=ofapi.PACKAGE, default_config_files=[])
        except SystemExit:
            found = f"found {' '.join(self._others)}"
            raise BadInput("options", "", found, "those of --help, and those that the apps bring") from None
        ofapi.CONF.set_override("ofp_listen_host", self._host)
        ofapi.CONF.set_override("ofp_tcp_listen_port", self._port)
        ofapi.CONF.set_override("socket_timeout", _SOCKET_TIMEOUT_S)
        if self._certificates is not None:
            certificate, key = (str(self._certificates / name) for name in ("certificate.pem", "key.pem"))
            ofapi.CONF.set_override("ofp_ssl_listen_port", self._port)
            ofapi.CONF.set_override("ctl_cert", certificate)
            ofapi.CONF.set_override("ctl_privkey", key)
            ofapi.CONF.set_override("ca_certs", certificate)

    @staticmethod
    def _serve_rest(manager: Any, hub: Any) -> None:
        """The apps' REST interface, if one of them has any."""
        wsgi = sys.modules.get("ryu.app.wsgi")
        service = wsgi.start_service(manager) if wsgi is not None else None
        if service is not None:
            hub.spawn(service)


def _mend_native_threads(ofapi: Any) -> None:
    """Make os-ken's native threads notice a lost switch, and the end of a wait.

    They cannot be killed, so the one that sends to a switch would wait for ever, and the one that receives for it,
    before anyone is told: the receiver asks it to end. Its events ignore how long a wait may take: Python's do not."""
    ofapi.hub.Event = threading.Event
    datapath_class = ofapi.controller.Datapath
    receive = datapath_class._recv_loop

    def receive_then_end(datapath: Any) -> None:
        try:
            receive(datapath)
        finally:
            datapath.send(b"", close_socket=True)

    datapath_class._recv_loop = receive_then_end


if __name__ == "__main__":
    sys.exit(main())
