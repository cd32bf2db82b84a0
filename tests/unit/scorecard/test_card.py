"""The card: experiments that are right as they stand, and what it shows of their scores."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from twin import side_by_side
from twin.cli import main
from twin.errors import BadInput
from twin.scorecard import card
from twin.scorecard.card import Card
from twin.scorecard.lines import LINES
from twin.scorecard.readings import READERS, Score
from twin.scorecard.subject import NO_LIGHT, NO_REQUESTS, Subject, read
from twin.spec import load_experiment

SUBJECTS = ("optical_circuit", "static_path", "ecmp", "static_path@ring", "learning_switch")


def test_every_line_is_read_by_somebody() -> None:
    assert LINES.keys() == READERS.keys()


@pytest.mark.parametrize("text", SUBJECTS)
@pytest.mark.parametrize("line", LINES)
def test_every_line_that_applies_is_a_whole_experiment(line: str, text: str, tmp_path: Path) -> None:
    subject = read(text, False, tmp_path)
    if LINES[line].why_not(subject):
        assert LINES[line].of_circuits
        assert not subject.takes_requests
        return
    content = {"name": line, "topology": str(card.PLANTS / f"{subject.plant}.yaml"), "controller": subject.controller}
    (tmp_path / "e.yaml").write_text(yaml.safe_dump(content | LINES[line].content(subject)))
    assert load_experiment(tmp_path / "e.yaml").scenario.name == line


def test_lines_are_chosen_by_name() -> None:
    assert [line.name for line in card.chosen(["restart", "cut"])] == ["cut", "restart"]
    assert card.chosen([]) == tuple(LINES.values())
    with pytest.raises(BadInput) as caught:
        card.chosen(["speed"])
    allowed = "set-up, cut, planned, blocking, restart, flapping, slow, lossy"
    assert str(caught.value) == f"--line: found 'speed'; allowed: {allowed}"


@pytest.fixture
def made() -> Card:
    subjects = (read("optical_circuit", False, Path()), read("learning_switch", False, Path()))
    lines = card.chosen(["set-up", "cut"])
    return Card(
        subjects,
        lines,
        {
            subjects[0].name: {"set-up": Score("50 ms", {"mean_s": 0.05}), "cut": Score("broke", reason="no light")},
            subjects[1].name: {"set-up": Score("-", reason=NO_REQUESTS), "cut": Score("3 s", {"outage_s": 3.0})},
        },
    )


def test_as_markdown(made: Card) -> None:
    assert card.markdown(made) == (
        "| | optical_circuit, optical | learning_switch, line |\n"
        "|---|---|---|\n"
        "| set-up of a circuit | 50 ms | does not apply: takes no requests for circuits |\n"
        "| outage after a cut | broke: no light | 3 s |\n"
        "\n"
        "- **set-up of a circuit**: three circuits, one after the other: from the request to carrier at both ends, "
        "in the mean.\n"
        "- **outage after a cut**: the longest run of lost probes; the cut is repaired after 3 s.\n"
    )


def test_lines_that_broke_are_an_error_by_name(made: Card) -> None:
    second = made.subjects[1]
    assert str(card.broken(made)) == "the run broke: the line 'cut' of optical_circuit, optical; the card says why"
    scores = made.scores | {second.name: made.scores[second.name] | {"set-up": Score("broke", reason="no memory")}}
    assert str(card.broken(Card(made.subjects, made.lines, scores))) == (
        "the run broke: the line 'cut' of optical_circuit, optical and the line 'set-up' of learning_switch, line; "
        "the card says why"
    )
    assert card.broken(Card((second,), made.lines, made.scores)) is None


@pytest.mark.parametrize(("options", "shows"), [([], "no light"), (["--json"], '"reason": "no light"')])
def test_a_card_with_a_broken_line_is_shown_and_ends_with_4(
    made: Card, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str], shows: str
) -> None:
    monkeypatch.setattr(card, "bench", lambda *_arguments: made)
    assert main(["bench-controller", "optical_circuit", *options]) == 4
    printed = capsys.readouterr()
    assert shows in printed.out
    assert printed.err == "the run broke: the line 'cut' of optical_circuit, optical; the card says why\n"


def test_a_whole_card_ends_with_0(made: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "bench", lambda *_arguments: Card(made.subjects[1:], made.lines, made.scores))
    assert main(["bench-controller", "learning_switch"]) == 0


def test_as_json(made: Card) -> None:
    assert made.to_json() == {
        "optical_circuit, optical": {
            "set-up": {"values": {"mean_s": 0.05}, "text": "50 ms", "reason": ""},
            "cut": {"values": {}, "text": "broke", "reason": "no light"},
        },
        "learning_switch, line": {
            "set-up": {"values": {}, "text": "-", "reason": NO_REQUESTS},
            "cut": {"values": {"outage_s": 3.0}, "text": "3 s", "reason": ""},
        },
    }


def test_a_run_that_broke_is_a_score_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def all_break(jobs: list[side_by_side.Job], _options: list[str], _at_once: int, _done: object) -> int:
        for job in jobs:
            assert job.path.is_file()
            job.status, job.said = 4, "the run broke: no luck"
        return 4

    monkeypatch.setattr(side_by_side, "run_all", all_break)
    subject: Subject = read("static_path@ring", False, tmp_path)
    found = card.run([subject], card.chosen(["set-up", "cut"]), tmp_path)
    assert found.scores["static_path, ring"] == {
        "set-up": Score("-", reason=NO_LIGHT),
        "cut": Score("broke", reason="the run broke: no luck"),
    }


def test_a_controller_is_on_the_card_once(tmp_path: Path) -> None:
    subject = read("static_path@ring", False, tmp_path)
    with pytest.raises(BadInput) as caught:
        card.run([subject, subject], (), tmp_path)
    assert str(caught.value) == "CONTROLLER: found 'static_path, ring' twice; allowed: each once"


def test_a_missing_place_in_a_document_shows_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "d.md").write_text("# Nothing here\n")
    with pytest.raises(BadInput):
        card.bench(["static_path@ring"], [], False, tmp_path / "d.md", tmp_path / "out")
    assert not (tmp_path / "out").exists()
