"""iperf3's server counts what its client wrote, also of a transfer of a few windows."""

from __future__ import annotations

from pathlib import Path

from twin import experiment
from twin.results import bundle
from twin.results.outcome import Iperf3Record

TOPOLOGY = Path(__file__).parents[2] / "topologies" / "metro-40km.yaml"


def test_a_short_transfer_is_counted(tmp_path: Path) -> None:
    """Once all is written the client spins for a round trip, while its server has yet to read what comes."""
    (tmp_path / "short.yaml").write_text(
        f"""
name: short
topology: {TOPOLOGY}
controller: optical_circuit
circuits: all
workloads:
  copy: {{kind: iperf3, from: north-1, to: south-1, size: 10 MB}}
expect:
  - {{metric: copy.retransmits, equals: 0}}
"""
    )
    ran = experiment.run(tmp_path / "short.yaml", tmp_path / "run")
    assert ran.results.fidelity.ok, ran.results.fidelity.reasons
    record = bundle.read_run(ran.folder).outcome.workloads["copy"]
    assert isinstance(record, Iperf3Record)
    assert record.sent_bytes is not None
    assert record.received_bytes is not None
    # All but the block of 128 KiB that has just arrived when the end is told.
    assert record.sent_bytes - record.received_bytes < 2 * 131_072
