"""iperf3's command line, and what is kept of its JSON."""

from __future__ import annotations

import pytest

from twin.errors import RunBroke
from twin.traffic.iperf3 import client_command, parse, unsent_bytes
from twin.workloads.scenario import Iperf3

TCP = Iperf3("bulk", 0.0, "a-1", "b-1", size_bytes=1000, streams=4)
UDP = Iperf3("video", 0.0, "a-1", "b-1", protocol="udp", duration_s=2.0, rate_bps=2.5e9)


def test_the_clients_command_line() -> None:
    assert " ".join(client_command(TCP, "10.2.0.1")) == "iperf3 -J -c 10.2.0.1 -p 5201 -P 4 -n 1000 -C cubic"
    assert " ".join(client_command(UDP, "10.2.0.1")) == "iperf3 -J -c 10.2.0.1 -p 5201 -P 1 -t 2 -u -b 2500000000"


def test_tcp_reports_what_was_received() -> None:
    report = {
        "end": {
            "sum_sent": {"bytes": 1200, "seconds": 1.0, "retransmits": 3},
            "sum_received": {"bytes": 1000, "seconds": 2.0},
        }
    }
    assert parse(report, TCP) == {
        "sent_bytes": 1200,
        "received_bytes": 1000,
        "received_bps": 4000.0,
        "retransmits": 3,
        "lost_packets": None,
        "packets": None,
    }


def test_udp_reports_what_was_lost() -> None:
    report = {"end": {"sum": {"bytes": 1000, "seconds": 1.0, "lost_packets": 1, "packets": 4}}}
    assert parse(report, UDP) == {
        "sent_bytes": 1000,
        "received_bytes": 750,
        "received_bps": 6000.0,
        "retransmits": None,
        "lost_packets": 1,
        "packets": 4,
    }


def test_iperf3s_own_error_is_passed_on() -> None:
    with pytest.raises(RunBroke) as caught:
        parse({"error": "unable to connect to server"}, TCP)
    assert str(caught.value) == (
        "the run broke: iperf3 of workload bulk: unable to connect to server; see logs/bulk-iperf3.json"
    )


@pytest.mark.parametrize(("size_bytes", "ahead"), [(1, 16_384), (8_388_608, 16_384), (51_200_000, 100_000)])
def test_a_transfer_writes_little_ahead_of_its_size(size_bytes: int, ahead: int) -> None:
    assert unsent_bytes(size_bytes) == ahead
