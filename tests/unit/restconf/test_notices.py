from __future__ import annotations

import asyncio
import json

from twin.control.commands import Record
from twin.restconf.notices import Notices


def record(circuit: str, event: str = "circuit-active") -> Record:
    """What a brain writes down."""
    return Record(1.0, event, {"circuit": circuit, "reason": "requested"})


def test_a_tenant_hears_of_its_own_circuits() -> None:
    async def listen() -> list[str]:
        notices = Notices(lambda name: f"id of {name}", lambda: 1_767_225_600.5)
        heard = notices.listen("alice")
        lines = [await anext(heard)]
        for one in (record("bob/c1"), record("c1"), record("alice/c1", "flow-refused"), record("alice/c1")):
            notices.publish(one)
        lines.append(await anext(heard))
        await heard.aclose()
        notices.publish(record("alice/c1"))
        return lines

    comment, event = asyncio.run(listen())
    assert comment == ": from now on\n\n"
    told = json.loads(event.removeprefix("data: "))["ietf-restconf:notification"]
    assert told["eventTime"] == "2026-01-01T00:00:00.500000+00:00"
    body = told["tapi-notification:notification"]
    assert body["target-object-identifier"] == "id of alice/c1"
    assert body["changed-attributes"] == [{"value-name": "STATE", "new-value": "active"}]
