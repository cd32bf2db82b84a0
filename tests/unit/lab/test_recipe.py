"""The lab kernel's recipe: its edits apply once or say why not, and its hash follows everything it depends on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import RunBroke
from twin.lab import recipe
from twin.lab.recipe import Edit


def test_edit_replaces_its_one_place() -> None:
    edit = Edit("arch/um/Kconfig", "default 100\n", "default 1000\n")
    assert recipe.apply(edit, "config HZ\n\tint\n\tdefault 100\n") == "config HZ\n\tint\n\tdefault 1000\n"


@pytest.mark.parametrize(("text", "count"), [("", 0), ("default 100\ndefault 100\n", 2)])
def test_edit_that_does_not_fit_says_where(text: str, count: int) -> None:
    with pytest.raises(RunBroke) as caught:
        recipe.apply(Edit("arch/um/Kconfig", "default 100\n", "default 1000\n"), text)
    assert str(caught.value) == (
        "the run broke: the lab kernel's recipe does not fit this kernel source: arch/um/Kconfig has "
        f"{count} places that read 'default 100', where one is expected; the package linux-source-6.12 changed"
    )


@given(before=st.text(min_size=1), after=st.text(), head=st.text(), tail=st.text())
def test_edit_changes_nothing_around_its_place(before: str, after: str, head: str, tail: str) -> None:
    text = head + before + tail
    if text.count(before) == 1:
        assert recipe.apply(Edit("f", before, after), text) == head + after + tail


def test_entropy_comes_from_the_seeded_source() -> None:
    head = "ssize_t os_getrandom(void *buf, size_t len, unsigned int flags)\n{\n\treturn "
    text = head + "getrandom(buf, len, flags);\n}\n"
    for edit in recipe.edits():
        if edit.file == "arch/um/os-Linux/util.c":
            text = recipe.apply(edit, text)
    assert "static ssize_t lab_random(" in text
    assert text.endswith(head + "lab_random(buf, len, flags);\n}\n")


def test_every_edit_is_applied_to_a_source_tree(tmp_path: Path) -> None:
    for file in {edit.file for edit in recipe.edits()}:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        places = dict.fromkeys(edit.before for edit in recipe.edits() if edit.file == file)
        longest = [place for place in places if not any(place != other and place in other for other in places)]
        (tmp_path / file).write_text("".join(longest), encoding="utf-8")
    recipe.apply_all(tmp_path)
    assert (tmp_path / "drivers/net/veth.c").read_text() == "\tskb_tx_timestamp(skb);\n\tskb_orphan(skb);\n"
    assert (tmp_path / "arch/um/Kconfig").read_text() == "config HZ\n\tint\n\tdefault 1000\n"


def test_hash_is_sixteen_digits_and_follows_its_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    first = recipe.recipe_hash("6.12.117-1", "12.2.0")
    assert len(first) == 16
    assert first == recipe.recipe_hash("6.12.117-1", "12.2.0")
    others = {recipe.recipe_hash("6.12.118-1", "12.2.0"), recipe.recipe_hash("6.12.117-1", "13.1.0")}
    monkeypatch.setattr(recipe, "config", lambda: "CONFIG_64BIT=y\n")
    others.add(recipe.recipe_hash("6.12.117-1", "12.2.0"))
    assert len(others | {first}) == 4


def test_options_are_well_formed_and_named_once() -> None:
    lines = [line for line in recipe.config().splitlines() if line and not line.startswith("#")]
    names = [line.partition("=")[0] for line in lines]
    assert all(line.startswith("CONFIG_") and "=" in line for line in lines)
    assert len(names) == len(set(names))


def test_a_program_pays_for_its_own_spinning_and_all_together_for_much_more() -> None:
    added = "".join(edit.after for edit in recipe.edits() if edit.file == "arch/um/kernel/time.c")
    assert "++own->lab_calls > 50000 || lab_calls > 1000000" in added
    assert "\t\treturn 2000;\n\treturn TIMER_MULTIPLIER;\n" in added
