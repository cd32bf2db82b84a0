"""``ryu.app.wsgi`` where only os-ken is installed, which dropped it: REST interfaces of Ryu apps.

What apps use is here: ``WSGIApplication`` as a context, ``ControllerBase``, ``@route``, ``Request``, ``Response``, and
the options ``--wsapi-host`` and ``--wsapi-port``. Requests are handled one at a time, in a thread that is not the app's
own. Web sockets, and JSON-RPC over them, are not here.

::

    class App(RyuApp):                                    class Rest(ControllerBase):
        _CONTEXTS = {"wsgi": WSGIApplication}                 @route("r", "/switch/{dpid}", methods=["GET"])
        def __init__(self, *args, **kwargs):                  def show(self, req, dpid, **kwargs): ...
            kwargs["wsgi"].register(Rest, {"app": self})
"""

from __future__ import annotations

import inspect
import logging
import socket
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from socketserver import ThreadingMixIn
from threading import Lock
from typing import Any, ClassVar, Final, TypeVar
from wsgiref import simple_server

import routes
import routes.util
import webob
import webob.dec
import webob.exc

from controllers.ofapi import CONF

#: Ryu listens on every address; here only this machine is asked in, unless told otherwise.
DEFAULT_WSGI_HOST: Final = "127.0.0.1"
DEFAULT_WSGI_PORT: Final = 8080
#: Patterns for ``requirements``.
HEX_PATTERN: Final = r"0x[0-9a-z]+"
DIGIT_PATTERN: Final = r"[1-9][0-9]*"
_NOT_HERE: Final = frozenset(
    (
        "websocket",
        "rpc_public",
        "WebSocketRPCClient",
        "WebSocketRPCServer",
        "WebSocketManager",
        "WebSocketDisconnectedError",
    )
)
_CONFIG: Final[Any] = import_module("oslo_config.cfg")

CONF.register_cli_opts(
    [
        _CONFIG.StrOpt("wsapi-host", default=DEFAULT_WSGI_HOST, help="address that REST interfaces listen on"),
        _CONFIG.IntOpt("wsapi-port", default=DEFAULT_WSGI_PORT, help="port that REST interfaces listen on"),
    ]
)

F = TypeVar("F", bound=Callable[..., Any])


def __getattr__(name: str) -> Any:
    if name in _NOT_HERE:
        raise ImportError(f"ryu.app.wsgi.{name} is not here: web sockets need Ryu itself (controllers/test-on-ryu.sh)")
    raise AttributeError(name)


class Request(webob.Request):  # type: ignore[misc]
    """A request; ``urlvars`` are the values that its path has for the route's names."""


class Response(webob.Response):  # type: ignore[misc]
    """A response in UTF-8: ``Response(status=404)``, ``Response(content_type="application/json", body="{}")``."""

    def __init__(self, body: Any = None, **settings: Any) -> None:
        if isinstance(body, str):
            body = body.encode()
        super().__init__(body, charset=settings.pop("charset", "UTF-8"), **settings)


def route(
    name: str, path: str, methods: Sequence[str] | None = None, requirements: Mapping[str, str] | None = None
) -> Callable[[F], F]:
    """Marks a controller's method as the one that answers requests for ``path``."""

    def mark(method: F) -> F:
        info = {"name": name, "path": path, "methods": methods, "requirements": requirements}
        method.routing_info = info  # type: ignore[attr-defined]
        return method

    return mark


class ControllerBase:
    """Made anew for each request. ``data`` is what it was registered with, ``link`` makes URLs of routes."""

    #: What the router adds to a path's own names.
    special_vars: ClassVar[list[str]] = ["action", "controller"]

    def __init__(self, req: Request, link: Any, data: Any, **config: Any) -> None:
        self.req = req
        self.link = link
        self.data = data
        self.parent: WSGIApplication | None = None
        vars(self).update(config)

    def __call__(self, req: Request) -> Any:
        """Call the method that the route names."""
        before = getattr(self, "__before__", None)
        if before is not None:
            before()
        names = {name: value for name, value in req.urlvars.items() if name not in self.special_vars}
        return getattr(self, req.urlvars.get("action", "index"))(req, **names)


class WSGIApplication:
    """The routes of all registered controllers. ``mapper`` and ``registory`` (so spelt) are for apps of the old style,
    which fill them themselves."""

    def __init__(self, **config: Any) -> None:
        self.config = config
        self.mapper = routes.Mapper()
        self.registory: dict[str, Any] = {}
        self._lock = Lock()

    def register(self, controller: type[ControllerBase], data: Any = None) -> None:
        """Let ``controller``'s marked methods answer; ``data`` is what each instance gets."""
        for action, method in inspect.getmembers(controller, lambda member: hasattr(member, "routing_info")):
            info = method.routing_info
            self.mapper.connect(
                info["name"],
                info["path"],
                controller=controller,
                action=action,
                requirements=dict(info["requirements"] or {}),
                conditions={"method": list(info["methods"])} if info["methods"] else {},
            )
        if data is not None:
            self.registory[controller.__name__] = data

    @webob.dec.wsgify(RequestClass=Request)  # type: ignore[untyped-decorator]
    def __call__(self, req: Request) -> Any:
        """Answer one request; 404 where no route fits."""
        with self._lock:
            found = self.mapper.match(environ=req.environ)
            if not found:
                return webob.exc.HTTPNotFound()
            req.urlvars = found
            kind = found["controller"]
            link = routes.util.URLGenerator(self.mapper, req.environ)
            controller = kind(req, link, self.registory.get(kind.__name__), **self.config)
            controller.parent = self
            return controller(req)


class _Handler(simple_server.WSGIRequestHandler):
    #: A client that says nothing is hung up on, s.
    timeout = 60

    def log_message(self, format: str, *args: Any) -> None:
        """To the log, and not to standard error."""
        logging.getLogger(__name__).info(format, *args)


class WSGIServer(ThreadingMixIn, simple_server.WSGIServer):
    """Serves ``application`` for ever when called."""

    daemon_threads = True

    def __init__(self, application: WSGIApplication) -> None:
        super().__init__((CONF.wsapi_host, CONF.wsapi_port), _Handler)
        self.set_app(application)

    def __call__(self) -> None:
        self.serve_forever()

    def server_bind(self) -> None:
        """As HTTP servers do, but for asking a name server who we are."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()


def start_service(app_mgr: Any) -> WSGIServer | None:
    """The server of the apps' REST interface, ready to be called; None where no app has one."""
    applications = (context for context in app_mgr.contexts.values() if isinstance(context, WSGIApplication))
    application = next(applications, None)
    return WSGIServer(application) if application is not None else None
