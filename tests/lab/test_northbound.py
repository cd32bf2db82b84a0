"""The northbound in the lab: RESTCONF by TLS for two tenants, OpenFlow by TLS, and the same bytes every time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twin import experiment
from twin.northbound.names import uuid_of
from twin.results import bundle
from twin.results.document import Results

TENANTS = Path(__file__).parents[2] / "experiments" / "tenants.yaml"
URL = "https://127.0.0.1:8443"
ALICE, BOB = "--token token-of-alice", "--token token-of-bob"
QUOTA = "alice may have 800 Gb/s in all, holds 800 and asks for 400 Gb/s"
SECOND = uuid_of("circuit", "alice/second")


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """What each command of a client said, in one lab."""
    commands = [
        f"circuit create tokyo kanazawa --name second {ALICE}",
        "tokyo-1 ping -c 1 -W 1 kanazawa-1",
        f"circuit list {ALICE}",
        f"circuit create kanazawa osaka --name third {ALICE}",
        f"circuit delete {SECOND} {BOB}",
        f"circuit delete second {ALICE}",
        "circuit list --token nobody-s-token",
        'circuit list --token ""',
    ]
    status, output = experiment.shell(TENANTS, clock="virtual", commands="\n".join(commands) + "\n")
    assert status == 0, output
    parts = output.split("mininet> ")[1:]
    return {line: text for line, _, text in (part.partition("\n") for part in parts)}


def test_a_client_makes_a_circuit_and_packets_pass(said: dict[str, str]) -> None:
    assert said[f"circuit create tokyo kanazawa --name second {ALICE}"] == "second: active\n"
    assert "1 packets transmitted, 1 received, 0% packet loss" in said["tokyo-1 ping -c 1 -W 1 kanazawa-1"]
    assert (
        said[f"circuit list {ALICE}"]
        == """\
circuit  ends              state   fibres          channel  reason
first    tokyo - osaka     active  tokyo-osaka     1        requested
second   tokyo - kanazawa  active  tokyo-kanazawa  1        requested
"""
    )
    assert said[f"circuit delete second {ALICE}"] == "second: released\n"


def test_who_may_not_is_told_so(said: dict[str, str]) -> None:
    assert said['circuit list --token ""'] == f"{URL}: 401 access-denied: this needs a bearer token\n"
    assert said["circuit list --token nobody-s-token"] == f"{URL}: 403 access-denied: this token is no tenant's\n"
    gone = f"{URL}: 404 invalid-value: there is no connectivity service {SECOND}\n"
    assert said[f"circuit delete {SECOND} {BOB}"] == gone


def test_what_cannot_be_met_is_told_with_its_reason(said: dict[str, str]) -> None:
    refused = f"{URL}: 409 resource-denied: {QUOTA}\n"
    assert said[f"circuit create kanazawa osaka --name third {ALICE}"] == refused


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The experiment, twice."""
    folder = tmp_path_factory.mktemp("tenants")
    return [experiment.run(TENANTS, folder / name).folder for name in ("one", "other")]


def test_the_timeline_meets_the_same_desk(runs: list[Path]) -> None:
    run = bundle.read_run(runs[0])
    refused = [event.details for event in run.events if event.name == "circuit-refused"]
    assert refused == [{"circuit": "alice/third", "reason": QUOTA}]
    active = [event.details["circuit"] for event in run.events if event.name == "circuit-active"]
    assert active == ["alice/first", "alice/second", "bob/only"]


def test_a_northbound_changes_no_byte_from_run_to_run(
    runs: list[Path], agrees: Callable[[Path, Results], list[str]]
) -> None:
    one, other = runs
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    differing = [str(path) for path in files if (one / path).read_bytes() != (other / path).read_bytes()]
    assert differing == [bundle.RESULTS]  # the wall time
    assert not any(b"PRIVATE KEY" in (one / path).read_bytes() for path in files)
    results = bundle.read_results(one)
    assert results.fidelity.ok, results.fidelity.reasons
    assert [verdict for verdict in results.expectations if not verdict.ok] == []
    assert agrees(TENANTS, results) == []
