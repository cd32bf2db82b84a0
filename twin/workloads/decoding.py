"""How long each token of an answer takes where a GPU decodes several answers together, by its roofline.

One iteration writes a token of every answer in the batch::

    seconds = max((bytes of the weights + bytes of the batch's KV caches) / memory bandwidth,
                  2 x parameters x batch / peak rate of computing)

The weights are read once for the whole batch, each cache for its own answer, of which it holds the prompt and what is
written so far; a parameter takes a multiplication and an addition. It is the least that the GPU can make of it:
attention's own computing is left out, and that programs do not reach the peaks. Answers join and leave the batch
between iterations (continuous batching)::

    place 1   | a2 | a3 | a4 | c2 | c3 |        an answer that is ready within an iteration
    place 2        | b2 | b3 | b4 | b5 |        waits for its end
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Roofline:
    """A model of ``parameters`` in ``weight_bytes`` on a GPU that reads ``bytes_per_s`` and computes
    ``flops_per_s``."""

    parameters: int
    weight_bytes: int
    bytes_per_s: float
    flops_per_s: float

    def iteration_s(self, cache_bytes: int, batch: int) -> float:
        """One token of each of ``batch`` answers, whose caches have ``cache_bytes`` together."""
        reading_s = (self.weight_bytes + cache_bytes) / self.bytes_per_s
        return max(reading_s, 2 * self.parameters * batch / self.flops_per_s)


@dataclass(frozen=True)
class Answer:
    """``tokens`` to decode from ``ready_s`` on, when the cache holds ``context`` tokens."""

    ready_s: float
    context: int
    tokens: int


def token_times(places: Sequence[Sequence[Answer]], kv_bytes: int, roofline: Roofline) -> list[list[tuple[float, ...]]]:
    """How long each token of each answer takes on a server that has ``places``; each writes its answers one after the
    other. Waiting for the iteration under way counts with the first token."""
    queues = [deque(enumerate(answers)) for answers in places]
    found = [[[0.0] * answer.tokens for answer in answers] for answers in places]
    free_s = [0.0] * len(places)
    batch: dict[int, _Writing] = {}
    now_s = 0.0
    while batch or any(queues):
        if not batch:
            now_s = max(now_s, min(queue[0][1].ready_s for queue in queues if queue))
        for place, queue in enumerate(queues):
            if place not in batch and queue and queue[0][1].ready_s <= now_s:
                number, answer = queue.popleft()
                batch[place] = _Writing(answer, found[place][number], now_s - max(answer.ready_s, free_s[place]))
        contexts = sum(writing.context for writing in batch.values())
        seconds = roofline.iteration_s(contexts * kv_bytes, len(batch))
        now_s += seconds
        for place in [place for place, writing in batch.items() if writing.write(seconds)]:
            del batch[place]
            free_s[place] = now_s
    return [[tuple(times) for times in answers] for answers in found]


class _Writing:
    """An answer in the batch; its tokens' ``times`` are filled in."""

    def __init__(self, answer: Answer, times: list[float], waited_s: float) -> None:
        self._answer = answer
        self._times = times
        self._waited_s = waited_s
        self._done = 0

    @property
    def context(self) -> int:
        """Tokens that its cache holds."""
        return self._answer.context + self._done

    def write(self, seconds: float) -> bool:
        """One more token; returns whether it was the last."""
        self._times[self._done] = seconds + (0.0 if self._done else self._waited_s)
        self._done += 1
        return self._done == self._answer.tokens
