from __future__ import annotations

import re

import pytest

from twin.control.commands import AddFlow, AddGroup, RemoveFlow, RemoveGroup
from twin.control.flows import Bucket, Choice, Flow, Group, Match, Output, ToGroup
from twin.control.tables import Tables
from twin.errors import RunBroke


def flow(port: int, out: int, dpid: int = 1) -> Flow:
    return Flow(dpid, 100, Match(in_port=port), (Output(out),))


def test_nothing_is_sent_before_the_switch_is_there() -> None:
    tables = Tables()
    tables.want("x", [flow(1, 2)])
    assert tables.flush() == ([], {1})
    tables.connect(1)
    assert tables.flush() == ([AddFlow(flow(1, 2))], set())
    assert tables.flush() == ([], set())


def test_adds_come_before_removes_and_a_changed_flow_is_replaced() -> None:
    tables = Tables()
    tables.connect(1)
    tables.want("x", [flow(1, 2), flow(2, 1)])
    tables.flush()
    tables.want("x", [flow(1, 3), flow(3, 1)])
    assert tables.flush() == ([AddFlow(flow(1, 3)), AddFlow(flow(3, 1)), RemoveFlow(flow(2, 1))], {1})


def test_a_key_may_pass_from_one_owner_to_the_next_within_a_flush() -> None:
    tables = Tables()
    tables.connect(1)
    tables.want("x", [flow(1, 2)])
    tables.flush()
    tables.want("x", [])
    tables.want("y", [flow(1, 3)])
    assert tables.flush() == ([AddFlow(flow(1, 3))], {1})
    assert tables.owner_of(flow(1, 3).key) == "y"


def test_two_owners_of_one_flow_are_an_error() -> None:
    tables = Tables()
    tables.want("x", [flow(1, 2)])
    message = f"the run broke: y and x both want {flow(1, 3).key} on switch 1"
    with pytest.raises(RunBroke, match=f"^{re.escape(message)}$"):
        tables.want("y", [flow(1, 3)])


def test_a_switch_that_returns_gets_what_it_lacks_and_loses_what_it_should_not_hold() -> None:
    tables = Tables()
    tables.connect(1)
    tables.want("x", [flow(1, 2), flow(2, 1)])
    tables.flush()
    tables.lose(1)
    tables.want("x", [flow(1, 2), flow(3, 1)])
    assert tables.flush() == ([], {1})
    tables.connect(1, held=[flow(1, 2), flow(2, 1), flow(9, 9)])
    assert tables.flush() == ([AddFlow(flow(3, 1)), RemoveFlow(flow(2, 1)), RemoveFlow(flow(9, 9))], set())


def test_a_switch_that_returns_empty_gets_everything() -> None:
    tables = Tables()
    tables.connect(1)
    tables.want("x", [flow(1, 2), flow(2, 1)])
    tables.flush()
    tables.connect(1)
    assert tables.flush()[0] == [AddFlow(flow(1, 2)), AddFlow(flow(2, 1))]


def test_cautious_tables_only_add_until_they_take_over() -> None:
    tables = Tables(cautious=True)
    tables.want("x", [flow(1, 2), flow(2, 2), flow(3, 2)])
    tables.connect(1, held=[flow(1, 2), flow(2, 9), flow(4, 9)])
    assert tables.flush()[0] == [AddFlow(flow(3, 2))]
    tables.take_over()
    assert tables.flush()[0] == [AddFlow(flow(2, 2)), RemoveFlow(flow(4, 9))]


def test_a_flow_that_came_and_went_unsent_leaves_no_trace() -> None:
    tables = Tables()
    tables.want("x", [flow(1, 2)])
    tables.want("x", [])
    tables.connect(1)
    assert tables.flush()[0] == []


def test_an_amendment_leaves_the_owners_other_flows_alone() -> None:
    tables = Tables()
    tables.connect(1)
    tables.want("x", [flow(1, 2), flow(2, 1), flow(3, 1)])
    tables.flush()
    tables.amend("x", [flow(1, 3)], [flow(1, 0).key, flow(2, 0).key, flow(9, 0).key])
    assert tables.flush() == ([AddFlow(flow(1, 3)), RemoveFlow(flow(2, 1))], {1})
    assert tables.owner_of(flow(3, 1).key) == "x"
    assert tables.owner_of(flow(2, 1).key) is None


def test_groups_come_before_what_leads_into_them_and_go_after_it() -> None:
    safe = Group(1, 1, Choice.FAST_FAILOVER, (Bucket(Output(1), 1), Bucket(Output(2), 2)))
    spread = Group(1, 2, Choice.SELECT, (Bucket(ToGroup(1), 1), Bucket(Output(3), 3)))
    into = Flow(1, 100, Match(in_port=9), (ToGroup(2),))
    tables = Tables()
    tables.connect(1)
    tables.want("x", [into, spread, safe])
    assert tables.flush() == ([AddGroup(safe), AddGroup(spread), AddFlow(into)], {1})
    other = Group(1, 1, Choice.FAST_FAILOVER, safe.buckets[::-1])
    tables.want("x", [into, spread, other])
    assert tables.flush() == ([AddGroup(other, known=True)], {1})
    tables.want("x", [])
    assert tables.flush() == ([RemoveFlow(into), RemoveGroup(spread), RemoveGroup(other)], {1})
