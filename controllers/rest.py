"""The RESTCONF northbound of a controller, where its experiment asks for one: FastAPI is imported only here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from controllers.ofapi import hub
from twin.control.commands import Answer, Record
from twin.control.desk import DeskEvent
from twin.errors import RunBroke
from twin.plan.model import Plan
from twin.workloads.northbound import Northbound

Feed = Callable[[DeskEvent], Answer | None]
HOST = "127.0.0.1"


class Served(NamedTuple):
    """``tell`` is to be called with every record; ``keep`` tells what a later life needs (``Datastore.keep``)."""

    tell: Callable[[Record], None]
    keep: Callable[[], dict[str, dict[str, Any]]]


def serve(
    plan: Plan, northbound: Northbound, certificates: Path | None, feed: Feed, kept: Mapping[str, dict[str, Any]]
) -> Served:
    """Listen from now on, on a thread of its own. ``kept`` is what an earlier life kept.

    Raises ``RunBroke`` where events cannot be fed from another thread, or the port is taken."""
    if hub.HUB_TYPE != "native":
        raise RunBroke("the RESTCONF northbound needs os-ken's native threads; found eventlet's: install os-ken")
    from twin.northbound.datastore import Datastore
    from twin.restconf.app import create
    from twin.restconf.notices import Notices
    from twin.restconf.server import serve as listen

    def ask(event: DeskEvent) -> Answer:
        return feed(event) or Answer(False, "the controller gave no answer")

    epoch_s = time.time() - time.monotonic()
    store = Datastore(plan, ask, lambda moment: moment - epoch_s, kept)
    notices = Notices(store.uuid_by_name, time.time)
    listen(create(store, northbound.tokens, notices), HOST, northbound.port, certificates)
    return Served(notices.publish, store.keep)
