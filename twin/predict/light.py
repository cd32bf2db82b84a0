"""Light that is set up and then left alone: the rate of each transceiver's mode, once receivers have locked.

The pure plant of ``twin/physics`` is handed the cross-connects that the controller installed, and time passes until
nothing of it moves any more. What happens to light later, switching times and locking included, is left to runs.
"""

from __future__ import annotations

from collections.abc import Iterable

from twin.control.flows import Flow, Output, PopChannel, PushChannel
from twin.physics.effects import CarrierDown, CarrierUp, Effect, RateChange
from twin.physics.events import Connect, Tick
from twin.physics.plant import Plant
from twin.physics.wiring import CrossConnect
from twin.plan.model import Plan


def transceiver_rates(plan: Plan, flows: Iterable[Flow]) -> dict[str, float]:
    """Transceiver -> b/s, of those that receive light they can use. ``plan`` has light; ``flows`` are those of its
    optical switches."""
    switch_of = {switch.dpid: switch.name for switch in plan.optical_switches}
    plant = Plant(plan)
    state = plant.start()
    rates: dict[str, float] = {}
    for flow in flows:
        cross = _cross_connect(switch_of[flow.dpid], flow)
        if cross is not None:
            state, effects = plant.step(state, Connect(cross), 0.0)
            _follow(rates, effects)
    while (next_s := state.next_s) is not None:
        state, effects = plant.step(state, Tick(), next_s)
        _follow(rates, effects)
    return rates


def _follow(rates: dict[str, float], effects: Iterable[Effect]) -> None:
    for effect in effects:
        if isinstance(effect, (CarrierUp, RateChange)):
            rates[effect.transceiver] = effect.rate_bps
        elif isinstance(effect, CarrierDown):
            rates.pop(effect.transceiver, None)


def _cross_connect(switch: str, flow: Flow) -> CrossConnect | None:
    """The light that ``flow`` passes on; None where it passes none, as the flow that drops what nothing else takes."""
    channel, port = flow.match.vlan or 0, None
    in_channel = channel
    for action in flow.actions:
        if isinstance(action, PushChannel):
            channel = action.channel
        elif isinstance(action, PopChannel):
            channel = 0
        elif isinstance(action, Output):
            port = action.port
    if flow.match.in_port is None or port is None:
        return None
    return CrossConnect(switch, flow.match.in_port, in_channel, port, channel)
