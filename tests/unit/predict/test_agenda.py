"""Time passes from one entry to the next."""

from __future__ import annotations

from twin.predict.agenda import Agenda


def test_what_is_due_at_one_time_is_done_in_the_order_of_putting_it_down() -> None:
    agenda, done = Agenda(-1.0), list[str]()
    for at_s, name in ((2.0, "c"), (1.0, "a"), (1.0 + 1e-13, "b"), (2.0, "d")):
        agenda.at(at_s, done.append, name)
    assert agenda.now_s == -1.0
    assert agenda.pass_on()
    assert (agenda.now_s, done) == (1.0, ["a", "b"])
    assert agenda.pass_on()
    assert (agenda.now_s, done) == (2.0, ["a", "b", "c", "d"])
    assert not agenda.pass_on()


def test_what_is_put_down_for_now_is_done_now() -> None:
    agenda, done = Agenda(), list[float]()

    def first() -> None:
        agenda.at(1.0, lambda: done.append(agenda.now_s))

    agenda.at(1.0, first)
    agenda.pass_on()
    assert done == [1.0]


def test_time_never_goes_back() -> None:
    agenda, done = Agenda(5.0), list[float]()
    agenda.at(1.0, lambda: done.append(agenda.now_s))
    agenda.pass_on()
    assert done == [5.0]


def test_what_is_cancelled_is_not_done() -> None:
    """More than half are cancelled, so that they are thrown out at once, and then one more."""
    agenda, done = Agenda(), list[int]()
    entries = [agenda.at(float(number), done.append, number) for number in range(10)]
    for entry in entries[2:8]:
        agenda.cancel(entry)
    agenda.cancel(entries[0])
    while agenda.pass_on():
        pass
    assert (done, agenda.now_s) == ([1, 8, 9], 9.0)
