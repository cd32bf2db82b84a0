"""Workloads of an experiment."""

from collections.abc import Callable

import pytest

from twin.spec import LoadedExperiment
from twin.workloads.scenario import AllReduce, Iperf3, Packets

ALL = "a-1, a-2, b-1, b-2, c-1, dark-1"


def test_defaults(load: Callable[..., LoadedExperiment]) -> None:
    text = """\
workloads:
  train: {kind: allreduce, size: 1 MiB}
  probe: {kind: packets, from: a-1, to: b-1, count: 10}
  bulk: {kind: iperf3, from: a-1, to: b-1, size: 1 GB}
  flood: {kind: iperf3, from: a-2, to: b-2, duration: 3 s, protocol: udp, rate: 5 Gb/s, streams: 2, start: 2 s}
  four: {kind: allreduce, size: 1 MB, servers: [a-2, a-1, b-1, b-2], algorithm: hierarchical, congestion: dctcp}
"""
    everybody = ("a-1", "a-2", "b-1", "b-2", "c-1", "dark-1")
    assert load(text).scenario.workloads == (
        AllReduce("train", 0.0, everybody, 2**20, port=10_000),
        Packets("probe", 0.0, "a-1", "b-1", "rocev2", 10, 1e-3, 256),
        Iperf3("bulk", 0.0, "a-1", "b-1", size_bytes=10**9, port=5201),
        Iperf3("flood", 2.0, "a-2", "b-2", "udp", None, 3.0, 5e9, 2, port=5202),
        AllReduce("four", 0.0, ("a-2", "a-1", "b-1", "b-2"), 10**6, "hierarchical", congestion="dctcp", port=10_100),
    )


IPERF3 = "kind: iperf3, from: a-1, to: b-1"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "{}",
            "w: the key 'kind' is missing; allowed: allreduce, collective, packets, iperf3, training, trace, "
            "flows, inference, remoting, storage, replication",
        ),
        (
            "{kind: iperf}",
            "w: found 'iperf'; allowed: allreduce, collective, packets, iperf3, training, trace, flows, inference, "
            "remoting, storage, replication; did you mean 'iperf3'?",
        ),
        ("{kind: allreduce}", "w: the key 'size' is missing; add it, as in 'size: 32 MiB'"),
        (
            "{kind: allreduce, size: 32}",
            "w.size: found 32 without a unit; allowed: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB, as in '256 MiB'",
        ),
        (
            "{kind: allreduce, size: 1 MiB, shedule: pipelined}",
            "w.shedule: found the unknown key 'shedule'; allowed: kind, start, servers, size, algorithm, schedule, "
            "chunks, iterations, warmup, every, congestion; did you mean 'schedule'?",
        ),
        (
            "{kind: allreduce, size: 1 MiB, algorithm: rings}",
            "w.algorithm: found 'rings'; allowed: ring, hierarchical; did you mean 'ring'?",
        ),
        ("{kind: allreduce, size: 1 MiB, iterations: 0}", "w.iterations: found 0; allowed: 1 or more"),
        ("{kind: allreduce, size: 1 MiB, servers: [a-1]}", "w.servers: found 1 servers; allowed: 2 servers or more"),
        (
            "{kind: allreduce, size: 1 MiB, servers: [a-1, a-1]}",
            "w.servers[1]: found 'a-1' a second time; allowed: each server once",
        ),
        (
            "{kind: allreduce, size: 1 MiB, servers: [a-1, a-3]}",
            f"w.servers[1]: found the unknown server 'a-3'; allowed: {ALL}; did you mean 'a-2'?",
        ),
        (
            "{kind: allreduce, size: 1 MiB, algorithm: hierarchical}",
            "w.servers: found 2 of a, 2 of b, 1 of c, 1 of dark; allowed: equally many of every site; "
            "or write 'algorithm: ring'",
        ),
        (
            "{kind: allreduce, size: 1 MiB, algorithm: hierarchical, servers: [a-1, a-2]}",
            "w.servers: found servers of 1 site; allowed: servers of 2 sites or more; or write 'algorithm: ring'",
        ),
        (
            "{kind: allreduce, size: 10 B}",
            "w.size: found 10 bytes for 6 servers and 8 chunks; allowed: 48 B or more",
        ),
        (
            "{kind: packets, from: a-1, to: a-1, count: 1}",
            "w.to: found 'a-1' at both ends; allowed: two different servers",
        ),
        (
            "{kind: packets, from: a-1, to: b-1, count: 1, size: 9001 B}",
            "w.size: found 9001 bytes; allowed: the MTU, 9000 B, or less",
        ),
        (
            "{kind: packets, from: a-1, to: b-1, count: 1, size: 20 B}",
            "w.size: found '20 B'; allowed: 64 B to 65.535 kB",
        ),
        (
            "{kind: packets, from: a-1, to: b-1, count: 1, every: 0 s}",
            "w.every: found '0 s'; allowed: 1 ns to 3600 s",
        ),
        ("{kind: packets, to: b-1, count: 1}", "w: the key 'from' is missing; add it, as in 'from: tokyo-1'"),
        (
            f"{{{IPERF3}}}",
            "w: found neither a size nor a duration; allowed: one of them; as in 'size: 1 GB' or 'duration: 10 s'",
        ),
        (
            f"{{{IPERF3}, size: 1 GB, duration: 1 s}}",
            "w: found a size and a duration; allowed: one of them; as in 'size: 1 GB' or 'duration: 10 s'",
        ),
        (
            f"{{{IPERF3}, duration: 0.5 s}}",
            "w.duration: found 0.5 s (iperf3 drops the fraction, and takes 0 as for ever); allowed: whole seconds; "
            "use 'size' for short runs",
        ),
        (
            f"{{{IPERF3}, size: 1 GB, protocol: udp}}",
            "w: the key 'rate' is missing; a UDP test needs one, as in 'rate: 10 Gb/s'",
        ),
        (
            f"{{{IPERF3}, size: 1 GB, rate: 1 Gb/s}}",
            "w.rate: found a rate for a TCP test, which takes what it gets; remove it, or write 'protocol: udp'",
        ),
        (
            f"{{{IPERF3}, size: 1 GB, protocol: udp, rate: 1 Gb/s, congestion: bbr}}",
            "w.congestion: found a congestion control for a UDP test, which has none; "
            "remove it, or write 'protocol: tcp'",
        ),
        (
            f"{{{IPERF3}, size: 1 GB, start: later}}",
            "w.start: found 'later'; allowed: on-request, or as in '10 ms'",
        ),
    ],
)
def test_refused(refusal: Callable[..., str], entry: str, message: str) -> None:
    assert refusal(f"workloads:\n  w: {entry}") == f"e.yaml:5: workloads.{message}"
