from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from twin.results.event import Event
from twin.results.event_marks import Label, label_width_px, labels, letter_of, marks_of


def cut(t_s: float, fibre: str = "a-b") -> Event:
    return Event(t_s, "timeline", "fibre-cut", {"fibre": fibre})


def active(t_s: float, circuit: str = "x") -> Event:
    return Event(t_s, "controller", "circuit-active", {"circuit": circuit})


def test_letters_go_on_after_z() -> None:
    assert [letter_of(number) for number in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]


def test_what_happens_together_is_one_mark() -> None:
    repaired = Event(4.0, "timeline", "fibre-repaired", {"fibre": "a-b"})
    noise = Event(2.5, "controller", "port-down", {"port": 1})
    marks = marks_of([active(-1.0), cut(2.0), active(2.0125), noise, repaired, active(5.0)], 10.0)
    assert [(mark.letter, mark.t_s, mark.kind, mark.text) for mark in marks] == [
        ("A", 2.0, "cut", "a-b cut, active +12.5 ms"),
        ("B", 4.0, "repair", "a-b repaired"),
        ("C", 5.0, "control", "x active"),
    ]


def test_failures_of_trainings_have_marks_and_checkpoints_none() -> None:
    failure = Event(2.0, "w", "failure", {"lost_s": 0.5, "back_to": 6})
    restarted = Event(4.0, "w", "restarted", {"round": 6, "down_s": 2.0})
    written = Event(6.0, "w", "checkpoint-written", {"round": 8, "size_bytes": 1, "took_s": 0.1})
    assert [(mark.t_s, mark.kind, mark.text) for mark in marks_of([failure, restarted, written], 10.0)] == [
        (2.0, "cut", "w failure"),
        (4.0, "repair", "w restarted"),
    ]


def test_words_give_way_to_letters_at_the_right_edge() -> None:
    (label,) = labels(marks_of([cut(9.9)], 10.0), 10.0, 500.0)
    assert (label.text, label.row) == ("A", 0)


def px(label: Label, end_s: float, width_px: float) -> tuple[float, float]:
    left = label.mark.t_s / end_s * width_px
    return left, left + label_width_px(label.text)


@given(st.lists(st.floats(0, 10), max_size=40), st.sampled_from([270.0, 860.0]))
def test_labels_never_overlap_and_no_line_crosses_one(times: list[float], width_px: float) -> None:
    marks = marks_of([cut(t_s, f"fibre-{n}") for n, t_s in enumerate(sorted(times))], 10.0)
    placed = labels(marks, 10.0, width_px)
    assert [label.mark for label in placed] == marks
    for number, label in enumerate(placed):
        left, right = px(label, 10.0, width_px)
        for other in placed[number + 1 :]:
            start, _ = px(other, 10.0, width_px)
            # A mark's line rises to its own row: it must stay below any label that it would run through.
            assert not (left <= start < right) or other.row < label.row
