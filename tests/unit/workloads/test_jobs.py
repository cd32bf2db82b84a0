"""Jobs: what they send, when, in which order; and that any engine can play them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.workloads.course import job_of
from twin.workloads.critical_path import end_times
from twin.workloads.graph import COMPUTE, SEND
from twin.workloads.inference import Inference, Request, kv_bytes, poisson
from twin.workloads.job import BEGINNING, Job, JobBuilder
from twin.workloads.remoting import Remoting
from twin.workloads.replication import Replication
from twin.workloads.scenario import JobWorkload
from twin.workloads.storage import REQUEST_BYTES, StorageReads

REQUESTS = (Request(0.0, 100, 4), Request(0.005, 100, 1), Request(1.0, 200, 2))
SERVING = Inference("i", 0.0, ("a",), ("b",), ("c",), REQUESTS, kv_bytes=10, prefill_s=1e-4, decode_s=0.01, kv_parts=2)
CALLS = Remoting("r", 0.0, "a", "b", 5, 1000, 200, compute_s=0.002, prepare_s=0.001)
READS = StorageReads("s", 0.0, ("a", "b"), ("c",), 1000, blocks=6, read_ahead=2, compute_s=0.01)
COPIES = Replication("c", 0.0, ("a", "b"), ("d",), 1001, streams=2, copies=3, every_s=0.5)
ALL: list[JobWorkload] = [SERVING, CALLS, READS, COPIES]


def spans(job: Job, name: str) -> list[tuple[float, float]]:
    """(begin, end) of the spans called ``name``, s to the nanosecond, where messages take no time."""
    ends = [end or 0.0 for end in end_times(job.graph)]
    return [
        (0.0 if span.begin == BEGINNING else round(ends[span.begin], 9), round(ends[span.end], 9))
        for span in job.spans
        if span.name == name
    ]


@pytest.mark.parametrize("workload", ALL, ids=lambda workload: workload.kind)
def test_every_job_ends_and_its_dependencies_point_back(workload: JobWorkload) -> None:
    job = job_of(workload)
    assert None not in end_times(job.graph)
    assert all(before < index for index, step in enumerate(job.graph.steps) for before in step.after)
    assert all(step.rank < len(job.servers) == job.graph.ranks for step in job.graph.steps)
    assert all(job.servers[step.rank] != job.servers[step.peer] for step in job.graph.steps if step.kind == SEND)


@pytest.mark.parametrize("workload", ALL, ids=lambda workload: workload.kind)
def test_messages_of_a_channel_leave_in_the_order_of_their_ids(workload: JobWorkload) -> None:
    """The k-th receive takes the k-th send, so a send must not be able to overtake an earlier one."""
    graph = job_of(workload).graph
    ends = [end or 0.0 for end in end_times(graph)]
    last: dict[tuple[int, int], float] = {}
    for index, step in enumerate(graph.steps):
        if step.kind == SEND:
            assert ends[index] >= last.get((step.rank, step.peer), 0.0)
            last[step.rank, step.peer] = ends[index]


def test_nothing_is_sent_within_a_server() -> None:
    builder = JobBuilder()
    here, also_here = builder.rank("a"), builder.rank("a")
    before = builder.compute(here, 1.0, ())
    after = builder.message(here, also_here, 5, (before,))
    step = builder.build().steps[after]
    assert (step.kind, step.rank, step.seconds, step.after) == (COMPUTE, also_here, 0.0, (before,))


def test_a_join_waits_for_what_nothing_else_waits_for() -> None:
    builder = JobBuilder()
    a, b = builder.rank("a"), builder.rank("b")
    builder.compute(a, 1.0, ())
    since = builder.count
    first = builder.compute(a, 1.0, ())
    received = builder.message(a, b, 5, (first,))
    alone = builder.compute(b, 1.0, ())
    assert builder.build().steps[builder.join(a, since) - 1].after == ()
    assert builder.build().steps[-1].after == (received, alone)


# -- inference ------------------------------------------------------------------------------------------------------


def test_first_token_after_prefill_and_the_prompts_before_it() -> None:
    """100 tokens take 10 ms; the second prompt comes 5 ms later and waits for the first."""
    assert spans(job_of(SERVING), "ttft") == [(0.0, 0.01), (0.005, 0.02), (1.0, 1.02)]


def test_every_other_token_takes_its_time() -> None:
    job = job_of(SERVING)
    assert spans(job, "tpot") == [(0.01, 0.04), (1.02, 1.03)]
    assert [span.parts for span in job.spans if span.name == "tpot"] == [3, 1]
    assert spans(job, "latency") == [(0.0, 0.04), (0.005, 0.02), (1.0, 1.03)]


def test_a_place_of_decoding_serves_one_request_at_a_time() -> None:
    one = Inference("i", 0.0, ("a",), ("b",), ("c",), (REQUESTS[0],) * 2, 10, 1e-4, 0.01, slots=1)
    assert spans(job_of(one), "latency") == [(0.0, 0.04), (0.0, 0.07)]


def test_the_cache_crosses_once_per_token_of_the_prompt() -> None:
    """Of the requests with more than one token of answer: 100 and 200 tokens of 10 bytes, in two parts each."""
    job = job_of(SERVING)
    sent = [step.size_bytes for step in job.graph.steps if step.kind == SEND and job.servers[step.peer] == "c"]
    assert sent == [500, 500, 1000, 1000]
    together = job_of(Inference("i", 0.0, ("a",), ("b",), ("b",), REQUESTS, 10, 1e-4, 0.01))
    assert not [span for span in together.spans if span.name == "kv"]


def test_kv_bytes_of_llama_3_8b() -> None:
    """2 x 32 layers x 8 heads x 128 x 2 bytes."""
    assert kv_bytes(32, 8, 128, 2) == 128 * 1024


@given(st.integers(1, 200), st.integers(0, 9))
def test_poisson_arrivals_are_in_order_and_repeat(count: int, seed: int) -> None:
    found = poisson(count, 0.1, 5, 6, str(seed))
    assert found == poisson(count, 0.1, 5, 6, str(seed))
    assert [request.at_s for request in found] == sorted(request.at_s for request in found)
    assert len(found) == count


def test_poisson_arrivals_have_their_mean() -> None:
    assert poisson(20_000, 0.1, 1, 1, "1")[-1].at_s == pytest.approx(2000, rel=0.02)


# -- remote GPUs, storage, copies -----------------------------------------------------------------------------------


def test_calls_one_after_the_other_locally_take_preparing_and_computing() -> None:
    assert spans(job_of(CALLS), "call")[-1] == pytest.approx((4 * 0.003 + 0.001, 5 * 0.003))


def test_calls_in_depth_overlap() -> None:
    """With two under way the GPU never waits: 1 ms, then five times 2 ms."""
    deep = Remoting("r", 0.0, "a", "b", 5, 1000, 200, compute_s=0.002, prepare_s=0.001, depth=2)
    assert spans(job_of(deep), "call")[-1][1] == pytest.approx(0.001 + 5 * 0.002)


def test_blocks_are_asked_for_ahead() -> None:
    """Block k once block k - 2 is in use, which is when block k - 3 has been used: (k - 2) x 10 ms."""
    found = spans(job_of(READS), "block")
    assert [begin for begin, _end in found[:6]] == pytest.approx([0, 0, 0, 0.01, 0.02, 0.03])
    assert len(found) == 12


def test_no_read_ahead_waits_for_the_use_of_the_block_before() -> None:
    lazy = StorageReads("s", 0.0, ("a",), ("c",), 1000, blocks=3, read_ahead=0, compute_s=0.01)
    assert [begin for begin, _end in spans(job_of(lazy), "block")] == pytest.approx([0, 0.01, 0.02])


def test_the_storages_rate_bounds_one_reader() -> None:
    """1,000 bytes at 1 Mb/s take 8 ms, one after the other."""
    slow = StorageReads("s", 0.0, ("a",), ("c",), 1000, blocks=3, read_ahead=3, compute_s=0.0, rate_bps=1e6)
    assert [end for _begin, end in spans(job_of(slow), "block")] == pytest.approx([0.008, 0.016, 0.024])


def test_a_block_costs_a_request() -> None:
    sizes = [step.size_bytes for step in job_of(READS).graph.steps if step.kind == SEND]
    assert sorted(set(sizes)) == [REQUEST_BYTES, 1000]


def test_copies_are_split_evenly_and_follow_each_other() -> None:
    job = job_of(COPIES)
    sizes = [step.size_bytes for step in job.graph.steps if step.kind == SEND]
    assert sizes[:4] == [251, 250, 250, 250]
    assert sum(sizes) == 3 * 1001
    assert spans(job, "copy") == [(0, 0), (0.5, 0.5), (1.0, 1.0)]
