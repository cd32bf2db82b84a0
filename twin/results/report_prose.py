"""What the report says about itself: how its numbers are defined, and what it does not show."""

from __future__ import annotations

from twin.results.document import Results
from twin.results.html_parts import Markup, join, tag

_READING = (
    "Times count from the experiment's zero, when the network is up, the circuits stand and their round trips have "
    "been measured. Delay is one way and per direction; RTT is there and back.",
    "Throughput is the mean between two samples of a port's counter, frames with their headers. One direction is drawn "
    "above the axis, the other below it; panels share a scale unless one carries less than a tenth of the busiest. "
    "A dotted line is a port's rate, where it is in sight. Shading lasts from the first cut until all is repaired.",
    "An iteration counts as before when it ended by the first cut, as after when it started at the last repair or "
    "later, and as during otherwise. Algorithm bandwidth is size over mean time; bus bandwidth is 2(n-1)/n of it, as "
    "nccl-tests has it.",
    "Outage is the longest run of consecutive lost probes times their interval: it is known no finer than that. "
    "Restoration is from the cut until the last circuit that used the fibre is active again, by the controller's own "
    "account.",
)
_NOT_SHOWN = (
    "GPUs, their arithmetic and their local links: an all-reduce here moves bytes and adds nothing up.",
    "RDMA's transport: bytes move over Linux TCP. A probe with a RoCEv2 header is a packet of that form, without the "
    "protocol's acknowledgements, pauses or retries.",
    "A switch chip's pipeline and buffers: packet switches forward at once; only ports with a rate have a queue.",
)
_CLOCKS = {
    "virtual": "Computing time: under the virtual clock programs and the controller think in no time at all, so no "
    "host is ever too slow.",
    "real": "A machine without limits: under the real clock this computer's own speed is part of every number.",
}
_ENGINES = {"prediction": "Real packets: these numbers come from a flow-level model, not from traffic."}


def reading() -> Markup:
    """How to read the report."""
    return join([tag("p", paragraph) for paragraph in _READING], "\n")


def not_shown(results: Results) -> Markup:
    """What the report does not show, for this engine and clock."""
    extra = [_CLOCKS.get(results.clock, ""), _ENGINES.get(results.engine, "")]
    items = [*_NOT_SHOWN, *(text for text in extra if text)]
    return join([tag("h3", "What it does not show"), tag("ul", join(tag("li", item) for item in items))], "\n")


def fidelity(results: Results) -> Markup:
    """The run's own judgement."""
    if results.fidelity.ok:
        return tag("p", "Ok: nothing was dropped where nothing may drop, and every workload ended.")
    reasons = join(tag("li", reason) for reason in results.fidelity.reasons)
    return join([tag("p", "Broken: do not rely on these numbers.", class_="bad"), tag("ul", reasons)])
