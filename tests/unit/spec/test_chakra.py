"""Chakra traces: ours read as the same graph; others' ids, collectives and mistakes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as some

from twin.errors import BadInput
from twin.spec import LoadedExperiment, chakra
from twin.spec import protobuf as wire
from twin.spec.chakra_graph import read_graph, read_traces
from twin.workloads.collectives import hierarchical_all_reduce, ring_all_reduce
from twin.workloads.graph import COMPUTE, SEND, Graph, GraphBuilder
from twin.workloads.scenario import Trace, Training
from twin.workloads.training import training_graph

COMPUTING, SENDING, RECEIVING, COLLECTIVE = 4, 5, 6, 7
#: Written by MLCommons' own chakra_generator; see the README.md there.
MLCOMMONS = Path(__file__).with_name("mlcommons")
PIPELINE = Training("w", 0.0, ("a", "b", "c"), "pipeline", 0.1, hidden=8, batch=4, sequence=16, micro_batches=2)


@pytest.mark.parametrize(
    "graph",
    [ring_all_reduce(3, 1000, 2), hierarchical_all_reduce([[0, 1], [2, 3]], 999, 3), training_graph(PIPELINE, [])],
    ids=["ring", "hierarchy", "pipeline"],
)
def test_what_is_written_reads_as_the_same_graph(graph: Graph, tmp_path: Path) -> None:
    paths = chakra.write(graph, tmp_path, "job")
    assert [path.name for path in paths] == [f"job.{rank}.et" for rank in range(graph.ranks)]
    assert read_graph(paths) == graph


@some.composite
def graphs(draw: some.DrawFn) -> tuple[Graph, list[int]]:
    """A graph of ranks that wait for each other, with and without messages, and the files that its ranks share.

    Step 3i computes, and 3i + 1 and 3i + 2 are a message after it."""
    files = draw(some.integers(2, 4))
    ranks = draw(some.integers(files, 8))
    builder = GraphBuilder(ranks)
    for index in range(draw(some.integers(1, 12))):
        before = draw(some.lists(some.integers(0, index - 1), max_size=3, unique=True)) if index else []
        rank = draw(some.integers(0, ranks - 1))
        seconds = draw(some.floats(0, 10))
        builder.add(rank, COMPUTE, seconds=seconds, after=[3 * step + 2 for step in before])
        peer = draw(some.sampled_from([peer for peer in range(ranks) if peer % files != rank % files]))
        builder.message(rank, peer, draw(some.integers(0, 2**40)), (3 * index,))
    builder.add(ranks - 1, COMPUTE, after=())
    return builder.build(), [rank % files for rank in range(ranks)]


@given(graphs())
def test_any_graph_reads_as_it_was_written(written: tuple[Graph, list[int]]) -> None:
    graph, files = written
    with TemporaryDirectory() as folder:
        traces = read_traces(chakra.write(graph, Path(folder), "job", files))
    assert traces.graph == graph
    assert all(traces.files[step.rank] == files[step.rank] for step in graph.steps)


def test_a_wait_without_a_message_is_an_empty_message_to_others(tmp_path: Path) -> None:
    """Ranks 1 and 2 share a server: that they wait for each other is said in their file."""
    builder = GraphBuilder(3)
    first = builder.add(0, COMPUTE, seconds=1.5, after=())
    second = builder.add(1, COMPUTE, seconds=0.5, after=(first,))
    builder.add(2, COMPUTE, seconds=0.25, after=(first, second))
    one, two = (chakra.read(path) for path in chakra.write(builder.build(), tmp_path, "job", (0, 1, 1)))
    ends = {"comm_src": 0, "comm_dst": 1, "comm_size": 0, "comm_tag": 0, "twin_wait": 0}
    assert [(n.identity, n.kind, n.after, n.attributes) for n in one] == [
        (0, COMPUTING, (), {"twin_seconds": 1.5}),
        (3, SENDING, (0,), ends),
    ]
    assert [(n.identity, n.kind, n.after, n.attributes) for n in two] == [
        (4, RECEIVING, (), ends),
        (1, COMPUTING, (4,), {"twin_seconds": 0.5}),
        (2, COMPUTING, (4, 1), {"twin_seconds": 0.25, "twin_rank": 2}),
    ]


def test_connections_between_two_files_have_tags(tmp_path: Path) -> None:
    builder = GraphBuilder(4)
    builder.message(0, 2, 10, ())
    builder.message(1, 3, 20, ())
    one, two = (chakra.read(path) for path in chakra.write(builder.build(), tmp_path, "job", (0, 0, 1, 1)))
    same = {"comm_src": 0, "comm_dst": 1}
    assert [node.attributes for node in one] == [
        same | {"comm_size": 10, "comm_tag": 0, "twin_peer": 2},
        same | {"comm_size": 20, "comm_tag": 1, "twin_rank": 1, "twin_peer": 3},
    ]
    assert [node.attributes for node in two] == [
        same | {"comm_size": 10, "comm_tag": 0, "twin_rank": 2},
        same | {"comm_size": 20, "comm_tag": 1, "twin_rank": 3, "twin_peer": 1},
    ]


def node(identity: int, kind: int, after: Sequence[int] = (), duration_us: int = 0, **numbers: int) -> bytes:
    """A node as another program might write it: packed dependencies, attributes of several types."""
    out = wire.number_field(1, identity) + wire.bytes_field(2, b"n") + wire.number_field(3, kind)
    out += wire.bytes_field(5, b"".join(map(wire.varint, after))) + wire.number_field(7, duration_us)
    for place, (name, value) in enumerate(numbers.items()):
        field = (7, 9, 11, 13)[place % 4]
        out += wire.bytes_field(10, wire.bytes_field(1, name.encode()) + wire.number_field(field, value))
    out += wire.bytes_field(10, wire.bytes_field(1, b"note") + wire.bytes_field(29, b"text"))
    return wire.delimited(out)


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., list[Path]]:
    """Files of so many ranks, each given as its nodes."""

    def make(*ranks: Sequence[bytes]) -> list[Path]:
        paths = [tmp_path / f"t.{rank}.et" for rank in range(len(ranks))]
        for path, nodes in zip(paths, ranks, strict=True):
            path.write_bytes(wire.delimited(wire.bytes_field(1, b"0.0.4")) + b"".join(nodes))
        return paths

    return make


def test_ids_of_ranks_may_be_alike(files: Callable[..., list[Path]]) -> None:
    one = [node(1, COMPUTING, duration_us=5), node(2, SENDING, [1], comm_dst=1, comm_size=7)]
    two = [node(1, RECEIVING, comm_src=0, comm_size=7), node(2, COMPUTING, [1], duration_us=9)]
    graph = read_graph(files(one, two))
    assert graph.ranks == 2
    assert [(step.rank, step.kind, step.size_bytes, step.seconds) for step in graph.steps] == [
        (0, "compute", 0, 5e-6),
        (1, "receive", 7, 0.0),
        (0, "send", 7, 0.0),
        (1, "compute", 0, 9e-6),
    ]


@pytest.mark.parametrize(("kind", "factor"), [(0, 2), (2, 1), (7, 1), (6, 1), (5, 1)])
def test_collectives_become_messages(files: Callable[..., list[Path]], kind: int, factor: int) -> None:
    """All-reduce, all-gather, reduce-scatter, all-to-all and broadcast of 600 bytes over three ranks, between steps."""
    nodes = [
        node(0, COMPUTING, duration_us=1),
        node(1, COLLECTIVE, [0], comm_type=kind, comm_size=600),
        node(2, COMPUTING, [1], duration_us=1),
    ]
    graph = read_graph(files(nodes, nodes, nodes))
    assert graph.sent_bytes() == factor * 2 * 600
    last = {step.rank: step for step in graph.steps if step.kind == COMPUTE}
    assert all(graph.steps[before].rank == rank for rank, step in last.items() for before in step.after)
    assert all(step.after for step in last.values())


def test_a_barrier_moves_next_to_nothing(files: Callable[..., list[Path]]) -> None:
    graph = read_graph(files(*[[node(0, COLLECTIVE, comm_type=9)]] * 2))
    assert [step.size_bytes for step in graph.steps if step.kind == SEND] == [1, 1, 1, 1]


GOOD = [node(0, COMPUTING)]


@pytest.mark.parametrize(
    ("ranks", "message"),
    [
        (
            [[node(0, COMPUTING, [1]), node(1, COMPUTING, [0])], GOOD],
            "t.0.et: node 0: found a cycle: it waits for itself, over other nodes",
        ),
        (
            [[node(4, COMPUTING, [3])], GOOD],
            "t.0.et: node 4: found that it waits for node 3, which is not there",
        ),
        (
            [GOOD, [node(6, SENDING, comm_dst=2, comm_size=5)]],
            "t.1.et: node 6: found a send to rank 2; allowed: the other ranks that have a file: 0",
        ),
        (
            [[node(6, SENDING, comm_dst=1, comm_size=5)], GOOD],
            "t.0.et: found 1 sends to rank 1, and 0 receives there; allowed: as many of both",
        ),
        ([[node(6, SENDING, comm_dst=1)], GOOD], "t.0.et: node 6: the attribute 'comm_size' is missing"),
        ([[node(0, 0)], GOOD], "t.0.et: node 0: found a node without a type"),
        ([[node(0, 4), node(0, 4)], GOOD], "t.0.et: node 0: found its id a second time; allowed: each id once"),
        (
            [[node(2, COLLECTIVE, comm_type=3, comm_size=5)]] * 2,
            "t.0.et: node 2: found a collective of type 3; "
            "allowed: ALL_REDUCE, ALL_GATHER, BROADCAST, ALL_TO_ALL, REDUCE_SCATTER, BARRIER",
        ),
        (
            [[node(2, COLLECTIVE, comm_type=0, comm_size=5)], GOOD],
            "t.0.et: node 2: found a collective that rank 1 never comes to",
        ),
        (
            [
                [node(0, RECEIVING, comm_src=1, comm_size=5), node(1, SENDING, [0], comm_dst=1, comm_size=5)],
                [node(0, RECEIVING, comm_src=0, comm_size=5), node(1, SENDING, [0], comm_dst=0, comm_size=5)],
            ],
            "t.0.et: node 0: found that it would never end: it waits for a message that waits for it",
        ),
        (
            [[node(0, COMPUTING, twin_rank=2)], [node(5, COMPUTING, twin_rank=2)]],
            "t.1.et: node 5: found the twin_rank 2, which another file has",
        ),
        (
            [[node(0, RECEIVING, comm_src=1, comm_size=0, twin_wait=3)], GOOD],
            "t.0.et: node 0: found the twin_wait 3, which no rank tells it of",
        ),
    ],
)
def test_mistakes_name_the_node(files: Callable[..., list[Path]], ranks: list[list[bytes]], message: str) -> None:
    paths = files(*ranks)
    with pytest.raises(BadInput) as problem:
        read_graph(paths)
    assert str(problem.value) == f"{paths[0].parent}/{message}"


def test_a_file_that_is_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "x.et"
    path.write_bytes(b"hello")
    with pytest.raises(BadInput) as problem:
        chakra.read(path)
    assert str(problem.value) == f"{path}: found a file that is not a Chakra trace: it ends within a message"


@pytest.mark.parametrize(
    ("name", "sent_bytes"),
    [
        ("ALL_REDUCE", 6 * 65536),
        ("ALL_GATHER", 3 * 65536),
        ("ALL_TO_ALL", 3 * 65536),
        ("REDUCE_SCATTER", 3 * 65536),
        ("BROADCAST", 3 * 65536),
        ("BARRIER", 2 * 3 * 4),
        ("one_comp_node", 0),
        ("two_comp_nodes_dependent", 0),
        ("two_comp_nodes_independent", 0),
        ("one_metadata_node_all_types", 0),
        ("one_remote_mem_load_node", 0),
        ("one_remote_mem_store_node", 0),
    ],
)
def test_what_mlcommons_generator_writes_can_be_played(name: str, sent_bytes: int) -> None:
    graph = read_graph([MLCOMMONS / f"{name}.{rank}.et" for rank in range(4)])
    assert graph.ranks == 4
    assert graph.sent_bytes() == sent_bytes


def test_what_mlcommons_generator_leaves_open_is_refused() -> None:
    """Its sends and receives say to nobody whom they are for."""
    paths = [MLCOMMONS / f"one_comm_send_node.{rank}.et" for rank in range(4)]
    with pytest.raises(BadInput) as problem:
        read_graph(paths)
    assert str(problem.value) == f"{paths[0]}: node 56: the attribute 'comm_dst' is missing"


def test_a_trace_as_a_workload(load: Callable[..., LoadedExperiment], tmp_path: Path) -> None:
    graph = ring_all_reduce(3, 300, 1)
    chakra.write(graph, tmp_path, "job")
    text = "workloads:\n  w: {kind: trace, files: 'job.{rank}.et', rounds: 2}\n"
    assert load(text).scenario.workloads == (
        Trace("w", 0.0, ("a-1", "a-2", "b-1"), graph, str(tmp_path / "job.{rank}.et"), rounds=2, port=10_000),
    )


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{kind: trace, files: job.et}", "w.files: found 'job.et'; allowed: a path with {rank} in it"),
        (
            "{kind: trace, files: 'no.{rank}.et'}",
            "w.files: found the traces of 0 ranks; there is no file no.0.et; allowed: 2 or more, from rank 0",
        ),
        (
            "{kind: trace, files: 'job.{rank}.et', servers: [a-1, a-2]}",
            "w.servers: found 2 servers for the traces of 3 ranks; allowed: as many of both",
        ),
    ],
)
def test_traces_that_do_not_fit(refusal: Callable[..., str], tmp_path: Path, entry: str, message: str) -> None:
    chakra.write(ring_all_reduce(3, 300, 1), tmp_path, "job")
    found = refusal(f"workloads:\n  w: {entry}\n")
    assert found.partition(": workloads.")[2] == message


def test_a_rank_in_the_middle_may_not_be_missing(refusal: Callable[..., str], tmp_path: Path) -> None:
    paths = chakra.write(ring_all_reduce(3, 300, 1), tmp_path, "job")
    paths[1].unlink()
    found = refusal("workloads:\n  w: {kind: trace, files: 'job.{rank}.et'}\n")
    assert found.partition(": workloads.")[2] == (
        "w.files: found the traces of rank 2 and of 1 before it; there is no file job.1.et; "
        "allowed: a file for each rank, from 0 on"
    )
