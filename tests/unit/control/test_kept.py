from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from twin.control import kept
from twin.control.desk import CircuitBooked
from twin.control.events import CircuitRequested
from twin.control.service import Disjoint, Protection, Reconfigure, Service

seconds = st.floats(0, 1e6)
services = st.builds(
    Service,
    protection=st.sampled_from(Protection),
    disjoint=st.sampled_from(Disjoint),
    reverts=st.booleans(),
    wait_to_restore_s=seconds,
    reconfigure=st.sampled_from(Reconfigure),
    by_hops=st.booleans(),
    max_delay_s=st.none() | seconds,
    min_rate_bps=st.floats(0, 1e13),
    avoid=st.frozensets(st.text(max_size=3)),
    through=st.frozensets(st.text(max_size=3)),
    channel=st.none() | st.integers(1, 96),
    restore_within_s=seconds,
)
requests = st.builds(CircuitRequested, st.text(min_size=1), st.tuples(st.text(), st.text()), services)
wanted = st.lists(requests | st.builds(CircuitBooked, requests, st.none() | seconds, st.none() | seconds))


@given(wanted)
def test_what_is_kept_reads_as_the_same_again(asked: list[kept.Wanted]) -> None:
    assert list(kept.read(json.loads(json.dumps(kept.write(asked))))) == asked
