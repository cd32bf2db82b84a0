"""The pages that the benchmark writes."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from bench import pages, planning
from bench.table import Table

MACHINE = "Fast CPU, 2 CPUs, 24 GiB, Linux 6.1.0"


def test_the_headline_figures(figures: ModuleType) -> None:
    assert pages.headlines(figures.everything()) == [
        "- From 1 Mb/s over 300 ms to 800 Gb/s over 5 ms, over up to 2 switches: one-way delay within 3 ns, TCP "
        "goodput within 0.10 % of what headers leave; 2 of 2 rows hold.",
        "- Carrying 1 GB over one link at 100 Gb/s costs 0.25 s of wall time.",
        "- 1,000 servers and 100 switches are up in 10.0 s of wall time and gone in 1.2 s, 20 x as fast as stock "
        "Mininet.",
        "- 200 lightpaths over the 75 sites of CORONET CONUS are planned in 3.25 s of CPU and 3.50 s of wall time.",
        "- On CORONET CONUS one core answers 4,000 path requests a second (with constraints or two paths at least "
        "1,250); after a cut it decides in 4.0 ms, 9.0 ms at worst.",
        "- A flow over a 100 Gb/s dumbbell takes 10 x as much wall time in ns-3.",
        "- An all-reduce over 10,000 ranks at ten sites is predicted in 2.50 s and 190 MiB; 1,000 flows apart cost "
        "12 x as much as a tenth.",
        f"- All tables: [docs/benchmarks.md](docs/benchmarks.md), on {MACHINE}.",
    ]


def test_a_headline_says_of_an_unfinished_mininet_no_more_than_is_known(figures: ModuleType) -> None:
    found = {"machines": figures.everything()["machines"], "build": figures.build(finished=False)}
    assert pages.headlines(found)[0] == (
        "- 1,000 servers and 100 switches are up in 10.0 s of wall time and gone in 1.2 s; stock Mininet needs more "
        "than 42 x as long."
    )


def test_the_page_names_the_machine_and_holds_the_tables(figures: ModuleType) -> None:
    page = pages.page(figures.everything(), {"cost": [Table("T", ("a",), (("1",),))]})
    assert page == (
        "# Benchmarks\n\nMeasured by `make bench`, each part on the machine that it names. Made by `python -m bench "
        "--markdown`: edit nothing here. Figures of the virtual clock do not depend on the machine, wall times do.\n\n"
        f"## Cost\n\nOn {MACHINE}.\n\n### T\n\n| a |\n|:--|\n| 1 |\n"
    )


def test_the_page_shows_the_plot_of_planning(figures: ModuleType) -> None:
    page = pages.page(figures.everything(), {"planning": [Table("T", ("a",), (("1",),))]})
    plot = "![Planning time by number of lightpaths](figures/planning.svg)"
    assert page.endswith(f"## Planning\n\nOn {MACHINE}.\n\n### T\n\n| a |\n|:--|\n| 1 |\n\n{plot}\n")


def test_the_page_of_a_quick_run_says_so(figures: ModuleType) -> None:
    page = pages.page({**figures.everything(), "quick": True}, {})
    assert "**Small sizes (`QUICK=1`): these show that everything runs, not how fast it is.**" in page


def test_figures_replace_what_stood_between_the_marks() -> None:
    text = f"before\n{pages.START}old\n{pages.END}\nafter"
    assert pages.insert(text, "new") == f"before\n{pages.START}new\n{pages.END}\nafter"


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^no marks <!-- figures:bench --> and <!-- /figures:bench -->$"):
        pages.insert("text", "new")


def test_both_pages_are_written(figures: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(f"# x\n{pages.START}{pages.END}\n")
    found = figures.everything()
    pages.write(found, {}, tmp_path)
    assert (tmp_path / "docs" / "benchmarks.md").read_text() == pages.page(found, {})
    assert (tmp_path / "docs" / "figures" / "planning.svg").read_text() == planning.figure(found["planning"])
    assert "\n".join(pages.headlines(found)) in (tmp_path / "README.md").read_text()
