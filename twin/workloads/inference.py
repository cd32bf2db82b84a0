"""Serving a language model, prefill and decode apart: requests arrive at random or from a trace.

::

    client    arrival -- prompt --.            .-- token 1 ------------------ token 2 ------- ... token n
    prefill                        `-> prefill -.
    decode                                       `-- KV cache --> decode 2 --> decode 3 ... --> decode n

Bytes of the KV cache per token of the prompt: 2 L h_kv d x bytes per number (keys and values of L layers, h_kv heads
of size d). A prefill server takes one prompt at a time, in order of arrival, for ``prefill_s`` per token; its output is
the first token. A decode server has ``slots`` places that each write a token in ``decode_s``, whatever the others do
(*assumed*); or, with a ``roofline``, in what the batch takes that would be under way if messages took no time. Requests
are dealt to clients, prefill servers and places in turn.

time to first token = arrival to the first token at the client; time per output token = (last - first)/(n - 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from twin.workloads.collectives import split
from twin.workloads.decoding import Answer, Roofline, token_times
from twin.workloads.job import BEGINNING, Job, JobBuilder


@dataclass(frozen=True)
class Request:
    """A prompt of so many tokens that arrives at ``at_s``, and how many tokens answer it."""

    at_s: float
    prompt: int
    output: int


@dataclass(frozen=True)
class Inference:
    """``requests`` come to ``clients`` in turn. The KV cache is ``kv_bytes`` per token of the prompt; it leaves in
    ``kv_parts`` parts, each when its share of the layers is done. ``token_bytes`` carry one token of text.
    ``arrivals`` says where the requests are from: ``poisson``, or a file."""

    name: str
    start_s: float
    clients: tuple[str, ...]
    prefill: tuple[str, ...]
    decode: tuple[str, ...]
    requests: tuple[Request, ...]
    kv_bytes: int
    prefill_s: float
    decode_s: float
    slots: int = 8
    kv_parts: int = 1
    token_bytes: int = 4
    arrivals: str = "poisson"
    congestion: str = "cubic"
    port: int = 7000
    roofline: Roofline | None = None
    kind: str = "inference"


def kv_bytes(layers: int, kv_heads: int, head_size: int, precision_bytes: int) -> int:
    """Bytes of the KV cache per token: 2 L h_kv d numbers."""
    return 2 * layers * kv_heads * head_size * precision_bytes


def poisson(count: int, every_s: float, prompt: int, output: int, seed: str) -> tuple[Request, ...]:
    """``count`` equal requests, ``every_s`` apart in the mean."""
    random = Random(seed)
    now_s = 0.0
    found: list[Request] = []
    for _request in range(count):
        now_s += random.expovariate(1.0) * every_s
        found.append(Request(round(now_s, 9), prompt, output))
    return tuple(found)


def decode_times(inference: Inference) -> list[tuple[float, ...]]:
    """How long each token but the first takes, for each request, s."""
    if inference.roofline is None:
        return [(inference.decode_s,) * (request.output - 1) for request in inference.requests]
    ready_s = _prefilled_s(inference)
    places = len(inference.decode) * inference.slots
    found: dict[int, tuple[float, ...]] = dict.fromkeys(range(len(inference.requests)), ())
    for server in range(len(inference.decode)):
        dealt = [
            [
                number
                for number in range(place, len(inference.requests), places)
                if inference.requests[number].output > 1
            ]
            for place in range(server, places, len(inference.decode))
        ]
        answers = [[_answer(inference.requests[number], ready_s[number]) for number in numbers] for numbers in dealt]
        times = token_times(answers, inference.kv_bytes, inference.roofline)
        for numbers, own in zip(dealt, times, strict=True):
            found |= zip(numbers, own, strict=True)
    return [found[number] for number in range(len(inference.requests))]


def _prefilled_s(inference: Inference) -> list[float]:
    """When the prefill of each request ends if messages take no time, s after the beginning."""
    free_s = [0.0] * len(inference.prefill)
    ends_s: list[float] = []
    for number, request in enumerate(inference.requests):
        server = number % len(free_s)
        free_s[server] = max(free_s[server], request.at_s) + request.prompt * inference.prefill_s
        ends_s.append(free_s[server])
    return ends_s


def _answer(request: Request, ready_s: float) -> Answer:
    """The first token is there, and the cache holds it from the second on."""
    return Answer(ready_s, request.prompt + 1, request.output - 1)


def job_of(inference: Inference) -> Job:
    """All requests, in the order of their arrival."""
    builder = _Builder(inference)
    for number, request in enumerate(inference.requests):
        builder.serve(number, request)
    return builder.graph.job()


@dataclass
class _Server:
    """A rank that does one thing after the other; ``last`` is what it did last."""

    rank: int
    last: tuple[int, ...] = ()


class _Builder:
    """Each client has a rank for every server that answers it: answers that cross do not meet in one channel. All KV
    caches from one server to another share a connection: they are sent in the order in which they are computed."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self.graph = graph = JobBuilder()
        self._prefill = [_Server(graph.rank(server)) for server in inference.prefill]
        self._caches = {server: graph.rank(server) for server in inference.decode}
        self._places = [_Server(graph.rank(server)) for _slot in range(inference.slots) for server in inference.decode]
        self._clients: dict[tuple[str, int], int] = {}
        self._decode_times = decode_times(inference)

    def serve(self, number: int, request: Request) -> None:
        """One request from its arrival to its last token."""
        workload, graph = self.inference, self.graph
        server = self._prefill[number % len(self._prefill)]
        client_server = workload.clients[number % len(workload.clients)]
        client = self._client(client_server, server.rank)
        arrival = graph.compute(client, request.at_s, ())
        prompt = graph.message(client, server.rank, request.prompt * workload.token_bytes, (arrival,))
        place = self._places[number % len(self._places)]
        cached = self._prefill_and_send(server, place, request, prompt)
        first = graph.message(server.rank, client, workload.token_bytes, server.last)
        graph.span("ttft", arrival, first)
        last = self._decode(place, client_server, self._decode_times[number], cached)
        graph.span("latency", arrival, last if request.output > 1 else first)
        if request.output > 1:
            graph.span("tpot", first, last, request.output - 1)

    def _client(self, server: str, other: int) -> int:
        if (server, other) not in self._clients:
            self._clients[server, other] = self.graph.rank(server)
        return self._clients[server, other]

    def _prefill_and_send(self, server: _Server, place: _Server, request: Request, prompt: int) -> tuple[int, ...]:
        """Compute the KV cache and send it part by part; returns after what the place of decoding has all of it."""
        workload, graph = self.inference, self.graph
        cache = self._caches[graph.servers[place.rank]]
        seconds = request.prompt * workload.prefill_s / workload.kv_parts
        cached: list[int] = []
        server.last = (prompt, *server.last)
        for size_bytes in split(request.prompt * workload.kv_bytes, workload.kv_parts):
            server.last = (graph.compute(server.rank, seconds, server.last),)
            if request.output > 1:
                cached.append(graph.message(server.rank, cache, size_bytes, server.last))
        if cached and graph.servers[server.rank] != graph.servers[cache]:
            graph.span("kv", server.last[0], graph.compute(place.rank, 0.0, cached))
        return tuple(cached)

    def _decode(self, place: _Server, client_server: str, times: tuple[float, ...], cached: tuple[int, ...]) -> int:
        """All tokens but the first, each sent at once; returns the last one's arrival."""
        workload, graph = self.inference, self.graph
        arrived = BEGINNING
        client = self._client(client_server, place.rank)
        place.last = (*place.last, *cached)
        for seconds in times:
            place.last = (graph.compute(place.rank, seconds, place.last),)
            arrived = graph.message(place.rank, client, workload.token_bytes, place.last)
        return arrived
