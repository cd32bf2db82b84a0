"""Decoding in batches, against arithmetic: a GPU that reads 1,000 bytes a second and does 10,000 operations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from twin.workloads.critical_path import end_times
from twin.workloads.decoding import Answer, Roofline, token_times
from twin.workloads.graph import COMPUTE
from twin.workloads.inference import Inference, Request, decode_times, job_of

GPU = Roofline(parameters=100, weight_bytes=200, bytes_per_s=1000.0, flops_per_s=10_000.0)


@pytest.mark.parametrize(
    ("cache_bytes", "batch", "seconds"),
    [(0, 1, 0.2), (0, 10, 0.2), (0, 20, 0.4), (100, 1, 0.3), (400, 20, 0.6)],
    ids=["weights", "a batch reads them once", "computing", "caches", "caches of many"],
)
def test_the_longer_of_reading_and_computing(cache_bytes: int, batch: int, seconds: float) -> None:
    assert GPU.iteration_s(cache_bytes, batch) == pytest.approx(seconds)


def test_caches_grow_with_what_is_written() -> None:
    """Of 10 bytes a token: 20, then 21, then 22 tokens beside the weights."""
    (((first, second, third),),) = token_times([[Answer(5.0, 20, 3)]], 10, GPU)
    assert (first, second, third) == pytest.approx((0.40, 0.41, 0.42))


def test_answers_join_between_iterations() -> None:
    """The second is ready 0.1 s into an iteration of 0.2 s and waits for its end; each place goes on with its next."""
    times = token_times([[Answer(0.0, 0, 2), Answer(0.0, 0, 1)], [Answer(0.1, 0, 1)]], 0, GPU)
    assert times[0] == [pytest.approx((0.2, 0.2)), pytest.approx((0.2,))]
    assert times[1] == [pytest.approx((0.3,))]


def test_a_server_without_work_waits_for_the_next() -> None:
    times = token_times([[Answer(0.0, 0, 1), Answer(7.0, 0, 1)], []], 0, GPU)
    assert times == [[pytest.approx((0.2,)), pytest.approx((0.2,))], []]


ANSWERS = some.builds(Answer, some.floats(0, 5), some.integers(0, 30), some.integers(1, 5))


@given(some.lists(some.lists(ANSWERS, max_size=4), max_size=4))
def test_every_token_takes_an_iteration_or_more(places: list[list[Answer]]) -> None:
    """Of its own answer alone, or of a fuller batch; a first token at most one iteration of the fullest more."""
    fullest_s = GPU.iteration_s(10 * 35 * len(places), len(places))
    times = token_times(places, 10, GPU)
    for answers, found in zip(places, times, strict=True):
        assert [len(own) for own in found] == [answer.tokens for answer in answers]
        for answer, own in zip(answers, found, strict=True):
            for done, seconds in enumerate(own):
                least_s = GPU.iteration_s(10 * (answer.context + done), 1)
                assert least_s - 1e-9 <= seconds <= fullest_s * (1 if done else 2) + 1e-9


REQUESTS = (Request(0.0, 10, 3), Request(0.0, 10, 1), Request(0.1, 20, 2))


def test_serving_decodes_what_prefill_has_done() -> None:
    """Prompts end at 0.1, 0.2 and 0.4 s. The first answer's tokens 2 and 3 follow with 11 and 12 tokens in its cache,
    from 0.1 to 0.73 s; the third's token 2, ready at 0.4 s, joins at 0.41 s; with it 12 and 21 tokens are read."""
    serving = Inference("i", 0.0, ("a",), ("b",), ("c",), REQUESTS, 10, 0.01, 0.0, slots=3, roofline=GPU)
    first, second, third = decode_times(serving)
    assert first == pytest.approx((0.31, 0.53))
    assert second == ()
    assert third == pytest.approx((0.01 + 0.53,))
    graph = job_of(serving).graph
    assert [step.seconds for step in graph.steps if step.kind == COMPUTE and step.seconds > 0.3] == pytest.approx(
        [0.31, 0.53, 0.54]
    )
    assert max(end or 0.0 for end in end_times(graph)) == pytest.approx(0.94)


def test_without_a_roofline_every_token_takes_as_long() -> None:
    serving = Inference("i", 0.0, ("a",), ("b",), ("c",), REQUESTS, 10, 0.01, 0.25)
    assert decode_times(serving) == [(0.25, 0.25), (), (0.25,)]


def test_decode_servers_have_batches_of_their_own() -> None:
    """Two answers at one time: on one server a batch of two, each on its own alone."""
    requests = (Request(0.0, 10, 2), Request(0.0, 10, 2))
    one, two = (
        decode_times(Inference("i", 0.0, ("a",), ("b", "d"), decode, requests, 10, 0.01, 0.0, 2, roofline=GPU))
        for decode in (("c",), ("c", "e"))
    )
    assert [one, two] == [[pytest.approx((0.42,))] * 2, [pytest.approx((0.31,))] * 2]
