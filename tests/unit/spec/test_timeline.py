"""The timeline: what it becomes, and its contradictions."""

from collections.abc import Callable

import pytest

from twin.spec import LoadedExperiment
from twin.workloads.scenario import Action, Circuit

HEAD = """\
circuits: [a-b]
workloads:
  train: {kind: allreduce, size: 1 MiB, start: on-request}
  probe: {kind: packets, from: a-1, to: b-1, count: 10, start: 1 s}
end: 9 s
timeline:
"""
START = "- {at: 0 s, start: train}\n"


def test_actions(load: Callable[..., LoadedExperiment]) -> None:
    text = """\
- {at: 0 s, start: train}
- {at: 1 s, cut: fibre a-b}
- {at: 1 s, cut: link wan}
- {at: 2 s, repair: fibre a-b}
- {at: 3 s, reconfigure: {release: [a-b], request: [a-c, {between: [c, b], name: back}]}}
- {at: 4 s, stop: train}
"""
    assert load(HEAD + text).scenario.timeline == (
        Action(0.0, "start", "train"),
        Action(1.0, "cut", "a-b"),
        Action(1.0, "cut", "wan"),
        Action(2.0, "repair", "a-b"),
        Action(3.0, "release", "a-b", Circuit("a-b", ("a", "b"))),
        Action(3.0, "request", "a-c", Circuit("a-c", ("a", "c"))),
        Action(3.0, "request", "back", Circuit("back", ("c", "b"))),
        Action(4.0, "stop", "train"),
    )


def test_a_rewiring_is_one_action(load: Callable[..., LoadedExperiment]) -> None:
    text = "- {at: 3 s, rewire: {change: [{name: a-b, avoid: [a-b]}], request: [a-c]}}\n"
    loaded = load((HEAD + text).replace("start: on-request", "start: 0 s"))
    moved = Circuit("a-b", ("a", "b"), avoid=("a-b",))
    asked = Circuit("a-c", ("a", "c"))
    assert loaded.scenario.timeline == (Action(3.0, "rewire", "", release=("a-b",), circuits=(moved, asked)),)
    assert "name: a-c" in loaded.experiment_text


VERBS = "cut, repair, degrade, drift, reconfigure, rewire, start, stop, controller, announce"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "- {at: 2 s, cut: fibre a-b}\n- {at: 1 s, repair: fibre a-b}",
            "12: timeline[2].at: found 1 s after 2 s; allowed: times that do not go back; move the entry up",
        ),
        (
            "- {at: 10 s, cut: fibre a-b}",
            "11: timeline[1].at: found 10 s, after the experiment's end; allowed: 9 s or less; raise 'end'",
        ),
        ("- {at: 2 s}", f"11: timeline[1]: found nothing to do; allowed: one of {VERBS}"),
        (
            "- {at: 2 s, cut: fibre a-b, start: train}",
            f"11: timeline[1]: found cut and start; allowed: one of {VERBS}; write two entries with the same time",
        ),
        (
            "- {at: 2 s, repeat: 3}",
            f"11: timeline[1].repeat: found the unknown key 'repeat'; allowed: at, {VERBS}; did you mean 'repair'?",
        ),
        ("- {cut: fibre a-b}", "11: timeline[1]: the key 'at' is missing; add it, as in 'at: 2 s'"),
        (
            "- {at: 2, cut: fibre a-b}",
            "11: timeline[1].at: found 2 without a unit; allowed: s, ms, us, ns, min, as in '10 ms'",
        ),
        (
            "- {at: 2 s, cut: a-b}",
            "11: timeline[1].cut: found 'a-b'; allowed: fibre NAME, link NAME; did you mean 'fibre a-b'?",
        ),
        (
            "- {at: 2 s, cut: fibre a-c}",
            "11: timeline[1].cut: found the unknown fibre 'a-c'; allowed: a-b, b-c; did you mean 'b-c'?",
        ),
        ("- {at: 2 s, cut: link a-b}", "11: timeline[1].cut: found the unknown link 'a-b'; allowed: wan"),
        (
            "- {at: 2 s, cut: fibre a-b}\n- {at: 3 s, cut: fibre a-b}",
            "12: timeline[2].cut: found 'fibre a-b', which has been cut since 2 s; repair it first",
        ),
        (
            "- {at: 2 s, repair: fibre a-b}",
            "11: timeline[1].repair: found 'fibre a-b', which is not cut at 2 s; cut it first",
        ),
        (
            "- {at: 2 s, start: train}",
            "11: timeline[1].start: found 'train', which starts at 0 s already; a workload runs once; "
            "write 'start: on-request' in workloads.train, or remove this",
        ),
        (
            "- {at: 2 s, start: probe}",
            "11: timeline[1].start: found 'probe', which starts at 1 s already; a workload runs once; "
            "write 'start: on-request' in workloads.probe, or remove this",
        ),
        (
            "- {at: 2 s, start: tran}",
            "11: timeline[1].start: found the unknown workload 'tran'; allowed: train, probe; did you mean 'train'?",
        ),
        (
            "- {at: 0.5 s, stop: probe}",
            "11: timeline[1].stop: found 'probe', which has not started at 500 ms; start it first",
        ),
        (
            "- {at: 2 s, stop: probe}\n- {at: 3 s, stop: probe}",
            "12: timeline[2].stop: found 'probe', which was stopped at 2 s; remove one of the two",
        ),
        (
            "- {at: 2 s, reconfigure: {release: [a-c]}}",
            "11: timeline[1].reconfigure.release[0]: found 'a-c', which is not a circuit at that time; "
            "allowed: a-b; did you mean 'a-b'?",
        ),
        (
            "- {at: 2 s, reconfigure: {release: [a-b]}}\n- {at: 3 s, reconfigure: {release: [a-b]}}",
            "12: timeline[2].reconfigure.release[0]: found 'a-b', which is not a circuit at that time",
        ),
        (
            "- {at: 2 s, reconfigure: {request: [b-c]}}",
            "11: timeline[1].reconfigure.request[0]: found circuit 2 at 'b' (b-c), which has 1 transceiver; "
            "allowed: 1 or fewer at one time; raise sites.b.transceivers.count in the topology, or ask for fewer",
        ),
        (
            "- {at: 2 s, reconfigure: {}}",
            "11: timeline[1].reconfigure: found nothing to do; "
            "allowed: release: [NAMES], change: [CIRCUITS], request: [CIRCUITS]",
        ),
    ],
)
def test_contradictions(refusal: Callable[..., str], text: str, message: str) -> None:
    assert refusal(HEAD + START + text) == f"e.yaml:{message}"


def test_a_workload_that_nobody_starts(refusal: Callable[..., str]) -> None:
    assert refusal(HEAD + "- {at: 1 s, cut: fibre a-b}") == (
        "e.yaml:6: workloads.train.start: found 'on-request', but nothing in the timeline starts 'train'; "
        "add 'start: train' to the timeline"
    )


def test_an_entry_that_holds_itself_is_refused(refusal: Callable[..., str]) -> None:
    assert refusal(HEAD + "- &again {at: 1 s, reconfigure: {request: [*again]}}") == (
        "e.yaml:10: timeline[0]: found the anchor &again; allowed: plain values; remove it"
    )


def test_the_controller_is_killed_and_started(load: Callable[..., LoadedExperiment]) -> None:
    entries = "timeline: [{at: 0.1 s, controller: kill}, {at: 0.2 s, controller: start}]\n"
    actions = load("end: 1 s\n" + entries).scenario.timeline
    assert actions == (Action(0.1, "controller", "kill"), Action(0.2, "controller", "start"))


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            "[{at: 0.1 s, controller: start}]",
            "e.yaml:5: timeline[0].controller: found 'start', but the controller runs at 100 ms",
        ),
        (
            "[{at: 0.1 s, controller: kill}, {at: 0.2 s, controller: kill}]",
            "e.yaml:5: timeline[1].controller: found 'kill', but the controller was killed before at 200 ms",
        ),
        (
            "[{at: 0.1 s, controller: kill}, {at: 0.2 s, reconfigure: {request: [a-b]}}]",
            "e.yaml:5: timeline[1].reconfigure: found a reconfiguration at 200 ms, when the controller is killed; "
            "start it before: 'controller: start'",
        ),
    ],
)
def test_a_controller_that_is_or_is_not_there(refusal: Callable[..., str], entries: str, message: str) -> None:
    assert refusal("end: 1 s\ntimeline: " + entries) == message


def test_something_else_is_asked_of_a_circuit(load: Callable[..., LoadedExperiment]) -> None:
    change = "{name: a-b, avoid: [b-c], reconfigure: break-before-make}"
    text = f"end: 1 s\ncircuits: [a-b]\ntimeline: [{{at: 0.1 s, reconfigure: {{change: [{change}]}}}}]\n"
    changed = Circuit("a-b", ("a", "b"), avoid=("b-c",), reconfigure="break-before-make")
    assert load(text).scenario.timeline == (Action(0.1, "change", "a-b", changed),)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("{name: x}", "change[0].name: found 'x', which is not a circuit at that time; allowed: a-b"),
        ("{avoid: [b-c]}", "change[0].name: found no name; allowed: a-b"),
        (
            "{name: a-b, protection: none}",
            "change[0].protection: found 'protection', which cannot be changed; "
            "release the circuit, and request another one",
        ),
    ],
)
def test_changes_that_cannot_be(refusal: Callable[..., str], change: str, message: str) -> None:
    text = f"end: 1 s\ncircuits: [a-b]\ntimeline:\n- {{at: 0.1 s, reconfigure: {{change: [{change}]}}}}\n"
    assert refusal(text) == f"e.yaml:7: timeline[0].reconfigure.{message}"
