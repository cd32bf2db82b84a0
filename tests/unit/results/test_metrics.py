from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.results import bundle, metrics
from twin.results.document import Metric, Results
from twin.results.event import Event
from twin.results.outcome import AllReduceRecord, CircuitRecord, Iperf3Record, Iteration, PacketsRecord, QueueRecord


def allreduce(times: list[tuple[float, float]], ranks: int = 4) -> AllReduceRecord:
    iterations = tuple(Iteration(n, start_s, time_s) for n, (start_s, time_s) in enumerate(times))
    return AllReduceRecord("allreduce", 0.0, ranks, 1_000_000, iterations, len(times))


def cut(t_s: float, fibre: str = "a") -> Event:
    return Event(t_s, "timeline", "fibre-cut", {"fibre": fibre})


def test_circuit() -> None:
    found = metrics.circuit_metrics(CircuitRecord("x", 0.0101, 0.01, ("a",), 1))
    assert found == {
        "circuit.x.rtt_planned": Metric(0.01, "s"),
        "circuit.x.rtt": Metric(0.0101, "s"),
        "circuit.x.rtt_error": Metric(pytest.approx(0.01), "ratio"),
    }
    below = metrics.circuit_metrics(CircuitRecord("x", 0.0099, 0.01, ("a",), 1))
    assert below["circuit.x.rtt_error"] == Metric(pytest.approx(0.01), "ratio"), "an error has no sign"
    assert list(metrics.circuit_metrics(CircuitRecord("x", None, 0.01, ("a",)))) == ["circuit.x.rtt_planned"]
    assert metrics.circuit_metrics(CircuitRecord("x", None, None, ("a",))) == {}


def test_allreduce_bandwidths_are_nccl_tests() -> None:
    found = metrics.allreduce_metrics("w", allreduce([(0.0, 0.01), (1.0, 0.03)]), [])
    assert found == {
        "w.iterations": Metric(2, "1"),
        "w.time": Metric(0.02, "s"),
        "w.time_min": Metric(0.01, "s"),
        "w.time_max": Metric(0.03, "s"),
        "w.algbw": Metric(400e6, "b/s"),
        "w.busbw": Metric(600e6, "b/s"),
    }


def test_allreduce_that_did_nothing_has_no_time() -> None:
    assert metrics.allreduce_metrics("w", allreduce([]), [cut(1.0)]) == {"w.iterations": Metric(0, "1")}


def test_allreduce_has_the_phases_that_happened() -> None:
    record = allreduce([(0.0, 0.5), (1.0, 3.0)])
    found = metrics.allreduce_metrics("w", record, [cut(2.0)])
    assert found["w.time_before"] == Metric(0.5, "s")
    assert found["w.time_during"] == Metric(3.0, "s")
    assert "w.time_after" not in found


def test_packets() -> None:
    record = PacketsRecord("packets", 0.0, 0.5, 5, ((0, 0.0, 0.02), (1, 0.5, 0.04), (1, 0.5, 0.06), (4, 2.0, 0.04)))
    assert metrics.packets_metrics("p", record) == {
        "p.sent": Metric(5, "packets"),
        "p.received": Metric(3, "packets"),
        "p.lost": Metric(2, "packets"),
        "p.reordered": Metric(0, "packets"),
        "p.outage": Metric(1.0, "s"),
        "p.delay_min": Metric(0.02, "s"),
        "p.delay_mean": Metric(pytest.approx(0.04), "s"),
        "p.delay_max": Metric(0.06, "s"),
    }
    dark = metrics.packets_metrics("p", PacketsRecord("packets", 0.0, 0.5, 5, ()))
    assert dark["p.outage"] == Metric(2.5, "s")
    assert not any("delay" in name for name in dark)


def test_iperf3() -> None:
    tcp = Iperf3Record("iperf3", 0.0, 1.0, 10, 10, 80.0, 7)
    udp = Iperf3Record("iperf3", 0.0, 1.0, 10, 10, 80.0, None, 5, 200)
    assert metrics.iperf3_metrics("i", tcp) == {
        "i.throughput": Metric(80.0, "b/s"),
        "i.retransmits": Metric(7, "packets"),
    }
    assert metrics.iperf3_metrics("i", udp) == {"i.throughput": Metric(80.0, "b/s"), "i.loss": Metric(0.025, "ratio")}
    assert metrics.iperf3_metrics("i", Iperf3Record("iperf3", 0.0)) == {}


def test_restoration_of_several_cuts_is_the_longest() -> None:
    circuits = [CircuitRecord("x", 0.01, 0.01, ("a",), 1)]
    back = [Event(t_s, "controller", "circuit-active", {"circuit": "x", "fibres": ["a"]}) for t_s in (1.5, 3.25)]
    events = [cut(1.0), back[0], cut(3.0), back[1]]
    assert metrics.restoration_metrics(circuits, events) == {
        "fibre.a.restoration": Metric(0.5, "s"),
        "fibre.a.lost_circuits": Metric(0, "1"),
    }
    assert metrics.restoration_metrics(circuits, events[:3]) == {"fibre.a.lost_circuits": Metric(1, "1")}


def test_drops_add_up_per_direction() -> None:
    queues = [
        QueueRecord("l", "n", "rate", 3, 0),
        QueueRecord("l", "n", "delay", 4, 0),
        QueueRecord("l", "m", "rate", 0, 9),
    ]
    assert metrics.queue_metrics(queues) == {"link.l.n.dropped": Metric(7, "packets")}


def test_the_metrics_of_a_whole_run(finished: tuple[Path, Results]) -> None:
    folder, results = finished
    assert metrics.metrics_of(bundle.read_run(folder)) == results.metrics
    assert {name: results.value(name) for name in ("probes.lost", "probes.outage", "gradients.iterations")} == {
        "probes.lost": 10,
        "probes.outage": 0.0125,
        "gradients.iterations": 100,
    }
    assert results.value("fibre.tokyo-osaka.restoration") == pytest.approx(0.0125)
    assert results.value("link.tokyo-t1.tokyo-border.dropped") == 12
    assert results.value("gradients.time_before") == pytest.approx(0.0102, rel=0.01)


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(1e-6, 1)), max_size=20), st.floats(0, 10), st.integers(1, 64))
def test_no_metric_is_ever_not_a_number(times: list[tuple[float, float]], cut_s: float, ranks: int) -> None:
    found = metrics.allreduce_metrics("w", allreduce(times, ranks), [cut(cut_s)])
    assert all(math.isfinite(metric.value) for metric in found.values())
