"""Workloads that are jobs: what the file gives, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from twin.errors import BadInput
from twin.spec import LoadedExperiment, arrivals
from twin.workloads.decoding import Roofline
from twin.workloads.flow_mix import FlowMix
from twin.workloads.inference import Inference, Request
from twin.workloads.remoting import Remoting
from twin.workloads.replication import Checkpoint, Replication
from twin.workloads.scenario import Training
from twin.workloads.storage import Reads, StorageReads

Load = Callable[..., LoadedExperiment]

FLOWS = "kind: flows, from: [a-1], to: [b-1, b-2], flows: 9, load: 30 %, link: a-b"
SERVING = (
    "kind: inference, clients: [a-1], prefill: [a-2], decode: [b-1], requests: 3, every: 50 ms, prompt: 10, output: 4, "
    "layers: 2, kv_heads: 4, head_size: 8, prefill_time: 1 ms, decode_time: 2 ms"
)
ROOFLINE = SERVING.replace(
    "decode_time: 2 ms", "parameters: 8000000000, memory_bandwidth: 3.35 TB/s, computing: 989 Tflop/s"
)
CALLS = "kind: remoting, client: a-1, gpu: b-1, calls: 9, request: 1 kB, response: 200 B, compute: 50 us"
READS = "kind: storage, readers: [a-1], storage: [b-1], block: 1 MB, blocks: 9, compute: 1 ms"
COPIES = "kind: replication, from: [a-1], to: [b-1]"
TRAINING = "kind: training, servers: [a-1, b-1], parallel: data, compute: 1 ms, parameters: 1000, rounds: 9"


def of(text: str) -> str:
    return f"workloads:\n  w: {{{text}}}\n"


def test_flows(load: Load) -> None:
    """30 % of the circuit's 100 Gb/s."""
    (found,) = load(of(f"{FLOWS}, largest: 1 MB"), seed=7).scenario.workloads
    assert found == FlowMix("w", 0.0, ("a-1",), ("b-1", "b-2"), 30e9, 9, "7/w", largest_bytes=10**6, port=10_000)


def test_a_site_stands_for_its_servers(load: Load) -> None:
    (found,) = load(
        of(FLOWS.replace("from: [a-1]", "from: [a, c-1]").replace("to: [b-1, b-2]", "to: [b]"))
    ).scenario.workloads
    assert isinstance(found, FlowMix)
    assert (found.sources, found.targets) == (("a-1", "a-2", "c-1"), ("b-1", "b-2"))


def test_a_server_of_a_named_site_is_there_already(refusal: Callable[..., str]) -> None:
    found = refusal(of(FLOWS.replace("from: [a-1]", "from: [a, a-2]")))
    assert found.partition(": workloads.")[2] == "w.from[1]: found 'a-2' a second time; allowed: each server once"


@pytest.mark.parametrize(("link", "rate_bps"), [("wan", 1e9), ("a-1", 10e9), ("b-c", 100e9)])
def test_the_load_is_that_of_a_link(load: Load, link: str, rate_bps: float) -> None:
    (found,) = load(of(FLOWS.replace("link: a-b", f"link: {link}"))).scenario.workloads
    assert isinstance(found, FlowMix)
    assert found.load_bps == pytest.approx(0.3 * rate_bps)


def test_inference(load: Load) -> None:
    """2 x 2 layers x 4 heads x 8 x 2 bytes per token."""
    (found,) = load(of(SERVING)).scenario.workloads
    assert isinstance(found, Inference)
    assert (found.kv_bytes, found.prefill_s, found.decode_s, found.arrivals) == (256, 1e-3, 2e-3, "poisson")
    assert [(request.prompt, request.output) for request in found.requests] == [(10, 4)] * 3


def test_decoding_by_the_gpus_roofline(load: Load) -> None:
    """A parameter has 2 bytes in bf16."""
    (found,) = load(of(ROOFLINE)).scenario.workloads
    assert isinstance(found, Inference)
    assert found.roofline == Roofline(8 * 10**9, 16 * 10**9, 3.35e12, 989e12)


def test_remoting_storage_and_copies(load: Load) -> None:
    text = f"workloads:\n  r: {{{CALLS}, depth: 4}}\n  s: {{{READS}, rate: 1 Gb/s}}\n"
    text += f"  c: {{{COPIES}, parameters: 1000, copies: 2, every: 1 s}}\n"
    assert load(text).scenario.workloads == (
        Remoting("r", 0.0, "a-1", "b-1", 9, 1000, 200, 50e-6, depth=4, port=10_000),
        StorageReads("s", 0.0, ("a-1",), ("b-1",), 10**6, 9, 8, 1e-3, 1e9, port=10_100),
        Replication("c", 0.0, ("a-1",), ("b-1",), 14_000, copies=2, every_s=1.0, port=10_200),
    )


def test_a_training_with_storage_failures_and_a_slow_server(load: Load) -> None:
    more = (
        "reads: {storage: [c-1], size: 2 MB, block: 1 MB}, checkpoint: {to: [a-2], per_parameter: 16 B, every: 3}, "
        "failures: {at: [1 s, 2 s], restart: 500 ms}, slow: {b-1: 20 %}"
    )
    (found,) = load(of(f"{TRAINING}, {more}")).scenario.workloads
    assert isinstance(found, Training)
    assert found.reads == Reads(("c-1",), 2_000_000, 1_000_000, 2)
    assert found.checkpoint == Checkpoint(("a-2",), 16_000, 3)
    assert (found.failures_s, found.restart_s, found.slow) == ((1.0, 2.0), 0.5, (("b-1", 0.2),))


@pytest.mark.parametrize("text", [FLOWS, SERVING, ROOFLINE, CALLS, READS, f"{COPIES}, size: 1 GB"])
def test_what_was_resolved_reads_as_the_same(load: Load, text: str) -> None:
    first = load(of(text))
    again = yaml.safe_load(first.experiment_text)
    head = "name: e\ntopology: net.yaml\ncontroller: optical_circuit\ncircuits: []\n"
    second = load(yaml.safe_dump({"workloads": again["workloads"]}), head=head)
    assert second.scenario.workloads == first.scenario.workloads


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            FLOWS.replace("link: a-b", "link: a-bb"),
            "w.link: found the unknown link 'a-bb'; allowed: wan, a-b, b-c, or a server (its NIC); did you mean 'a-b'?",
        ),
        (
            FLOWS.replace("to: [b-1, b-2]", "to: [a-1]"),
            "w.to: found only 'a-1', which is in 'from' too; allowed: another one",
        ),
        (
            f"{FLOWS}, sizes: pareto, mean: 1 kB",
            "w: the key 'shape' is missing; 'sizes: pareto' needs it, as in 'shape: 1.2'",
        ),
        (f"{FLOWS}, shape: 1.2", "w.shape: found a key that 'sizes: web-search' does not use; remove it"),
        (
            SERVING.replace("every: 50 ms, ", ""),
            "w: the key 'every' is missing; 'arrivals: poisson' needs it, as in 'every: 50 ms'",
        ),
        (
            f"{SERVING}, arrivals: trace.csv",
            "w.every: found a key that the arrivals' file tells; remove it",
        ),
        (
            f"{SERVING}, kv_parts: 257",
            "w.kv_parts: found 257 parts of a cache of 256 bytes per token; allowed: 256 or less",
        ),
        (
            SERVING.replace("decode: [b-1]", "decode: [b-9]"),
            "w.decode[0]: found the unknown server 'b-9'; allowed: a-1, a-2, b-1, b-2, c-1, dark-1; "
            "did you mean 'b-2'?",
        ),
        (
            SERVING.replace("requests: 3", "requests: 10000").replace("output: 4", "output: 1000000"),
            "w: found a workload of about 30,000,060,000 steps; allowed: 500,000 or less",
        ),
        (
            f"{ROOFLINE}, decode_time: 2 ms",
            "w.parameters: found a key that does not go with 'decode_time'; remove one of them",
        ),
        (
            SERVING.replace("decode_time: 2 ms", "slots: 8"),
            "w: the key 'decode_time' is missing; write it, as in 'decode_time: 20 ms', or 'parameters', "
            "'memory_bandwidth', 'computing'",
        ),
        (
            ROOFLINE.replace(", computing: 989 Tflop/s", ""),
            "w: the key 'computing' is missing; a roofline needs it, as in 'computing: 989 Tflop/s'",
        ),
        (CALLS.replace("b-1", "a-1"), "w.gpu: found 'a-1' as client too; allowed: two different servers"),
        (READS.replace("[b-1]", "[]"), "w.storage: found 0 servers; allowed: 1 server or more"),
        (COPIES, "w: found neither a size nor parameters; allowed: one of them; as in 'size: 10 GB'"),
        (f"{COPIES}, size: 3 B, streams: 4", "w: found 3 bytes for 4 connections; allowed: 4 B or more"),
        (
            f"{TRAINING}, slow: {{b-2: 20 %}}",
            "w.slow.b-2: found 'b-2'; allowed: this training's servers: a-1, b-1",
        ),
        (
            f"{TRAINING}, checkpoint: {{to: [c-1], every: 3}}",
            "w.checkpoint: found neither a size nor bytes per parameter; allowed: one of them; "
            "as in 'size: 14 GB' or 'per_parameter: 14 B'",
        ),
        (
            f"{TRAINING}, checkpoint: {{to: [c-1], every: 30, size: 1 MB}}",
            "w.checkpoint.every: found 30; allowed: the rounds, 9, or less",
        ),
        (
            f"{TRAINING}, checkpoint: {{to: [c-1], every: 3, size: 1 B}}",
            "w.checkpoint: found 1 bytes; allowed: 2 B or more, one for each server",
        ),
        (
            f"{TRAINING}, failures: {{at: [2 s, 1 s], restart: 1 s}}",
            "w.failures.at[1]: found 1 s after 2 s; allowed: times in order",
        ),
        (
            f"{TRAINING}, warmup: 1, failures: {{at: [2 s], restart: 1 s}}",
            "w.warmup: found a warm-up of a training with storage or failures, of which the first rounds are a part; "
            "allowed: 0; remove it",
        ),
    ],
)
def test_refusals(refusal: Callable[..., str], text: str, message: str) -> None:
    assert refusal(of(text)).partition(": workloads.")[2] == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FLOWS.replace("30 %", "30"), "w.load: found 30 without a unit; allowed: %, as in '5 %'"),
        (
            f"{FLOWS}, sizes: web",
            "w.sizes: found 'web'; allowed: web-search, data-mining, pareto",
        ),
        (FLOWS.replace("flows: 9", "flows: 0"), "w.flows: found 0; allowed: 1 or more"),
        (f"{READS}, read_ahead: -1", "w.read_ahead: found -1; allowed: 0 or more"),
        (READS.replace("[b-1]", "b-1"), "w.storage: found 'b-1'; allowed: all, or a list"),
        (READS.replace("storage: [b-1], ", ""), "w: the key 'storage' is missing; add it, as in 'storage: [osaka-1]'"),
    ],
)
def test_keys_that_are_called_like_their_kind(refusal: Callable[..., str], text: str, message: str) -> None:
    assert refusal(of(text)).partition(": workloads.")[2] == message


def test_a_pipelines_checkpoint_needs_a_size(refusal: Callable[..., str]) -> None:
    pipeline = "kind: training, parallel: pipeline, compute: 1 ms, hidden: 8, batch: 4, sequence: 8"
    found = refusal(of(f"{pipeline}, checkpoint: {{to: [c-1], every: 1, per_parameter: 14 B}}"))
    assert found.partition(": workloads.")[2] == (
        "w.checkpoint.per_parameter: found bytes per parameter, but 'parallel: pipeline' has no parameters; "
        "write 'size: 14 GB' in its place"
    )


# -- arrivals from a file -------------------------------------------------------------------------------------------


def test_arrivals_of_a_csv_file_and_how_they_are_kept(load: Load, tmp_path: Path) -> None:
    (tmp_path / "trace.csv").write_text("arrival_s,prompt_tokens,output_tokens\n10.5,100,3\n10,50,2\n")
    text = SERVING.replace("requests: 3, every: 50 ms, prompt: 10, output: 4, ", "arrivals: trace.csv, ")
    loaded = load(of(text))
    (found,) = loaded.scenario.workloads
    assert isinstance(found, Inference)
    assert found.requests == (Request(0.0, 50, 2), Request(0.5, 100, 3))
    assert yaml.safe_load(loaded.experiment_text)["workloads"]["w"]["arrivals"] == str(tmp_path / "trace.csv")


def test_arrivals_as_azure_writes_them(tmp_path: Path) -> None:
    text = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9,9,2\n"
    (tmp_path / "azure.csv").write_text(text)
    found = arrivals.read(tmp_path / "azure.csv", None)
    assert found == (Request(0.0, 374, 44), Request(4.21941, 9, 2))


def test_the_first_requests_of_a_json_file(tmp_path: Path) -> None:
    row = '{"arrival_s": %d, "prompt_tokens": 5, "output_tokens": 6}'
    (tmp_path / "trace.json").write_text(f"[{row % 1}, {row % 2}, {row % 3}]")
    assert arrivals.read(tmp_path / "trace.json", 2) == (Request(0.0, 5, 6), Request(1.0, 5, 6))


HEADS = "arrival_s, prompt_tokens, output_tokens or TIMESTAMP, ContextTokens, GeneratedTokens"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.csv", None, ": found no readable file (FileNotFoundError)"),
        ("t.csv", "", ": found no requests; allowed: 1 or more"),
        ("t.csv", "when,what\n1,2\n", f", request 1: found when, what; allowed: {HEADS}"),
        (
            "t.csv",
            "arrival_s,prompt_tokens,output_tokens\n1,2,3\nsoon,2,3\n",
            ", request 2: arrival_s: found 'soon'; allowed: seconds",
        ),
        (
            "t.csv",
            "arrival_s,prompt_tokens,output_tokens\n1,2,0\n",
            ", request 1: output_tokens: found '0'; allowed: a whole number from 1 to 10000000",
        ),
        ("t.json", '{"a": 1}', f": found no list of requests; allowed: objects with {HEADS}"),
        ("t.json", "[", ": found a file that is not JSON: Expecting value: line 1 column 2 (char 1)"),
    ],
)
def test_broken_arrivals(tmp_path: Path, name: str, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(BadInput) as caught:
        arrivals.read(tmp_path / name, None)
    assert str(caught.value) == f"{tmp_path / name}{message}"
