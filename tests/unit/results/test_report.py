from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from twin.errors import BadInput
from twin.results import bundle, report
from twin.results.document import Results
from twin.results.event import Event
from twin.results.event_marks import marks_of
from twin.results.finish import finish
from twin.results.report_tables import happened

VOID = {"meta", "br", "img", "link", "input"}


class Outline(HTMLParser):
    """Checks that elements nest, and collects what a page must have once."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.ids: list[str] = []
        self.captions = 0
        self.tables = 0
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.ids += [found["id"]] if found.get("id") else []
        self.headings += [tag] if re.fullmatch("h[1-6]", tag) else []
        self.loads += [str(found[key]) for key in ("src", "srcset", "data") if key in found]
        self.loads += [str(found["href"])] if tag == "link" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def page_of(folder: Path) -> str:
    return report.write(folder).read_text(encoding="utf-8")


def figures_in(page: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/json" id="figures">(.*?)</script>', page)
    assert found is not None
    figures: list[dict[str, Any]] = json.loads(found.group(1))
    return figures


def test_the_page_nests_and_loads_nothing(finished: tuple[Path, Results]) -> None:
    page = page_of(finished[0])
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert outline.loads == []
    assert outline.captions == outline.tables > 8
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.headings[0] == "h1"
    assert outline.headings.count("h1") == 1
    assert page.count("plotly.js v") == 1, "one copy of plotly"
    assert "default-src 'none'" in page


def test_every_figure_has_its_place_and_plotly_knows_every_key(finished: tuple[Path, Results]) -> None:
    import plotly.graph_objects as go

    page = page_of(finished[0])
    figures = figures_in(page)
    assert [figure["id"] for figure in figures] == ["fibres", "lines", "allreduce-0", "probes-1"]
    for figure in figures:
        assert f'id="chart-{figure["id"]}"' in page
        coloured = json.loads(re.sub(r'"\$[a-z]+"', '"#123456"', json.dumps(figure)))
        for view in coloured["views"].values():
            go.Figure(coloured["data"], coloured["layout"] | view)


def test_colours_are_all_in_the_style(finished: tuple[Path, Results]) -> None:
    page = page_of(finished[0])
    named = set(re.findall(r"\$([a-z]+)", json.dumps(figures_in(page))))
    assert named
    assert [name for name in named if f"--{name}:" not in page] == []


def test_the_throughput_is_the_sampled_one(finished: tuple[Path, Results]) -> None:
    fibres = figures_in(page_of(finished[0]))[0]
    cut = fibres["data"][4]
    assert cut["name"] == "tokyo → osaka"
    by_time = dict(zip(cut["x"], cut["y"], strict=True))
    assert by_time[1.0] == pytest.approx(400 * 0.32, abs=20)
    assert by_time[3.0] == 0


def test_two_bundles_with_one_seed_have_one_report(lab_folder: Callable[[str], Path]) -> None:
    pages = []
    for name, wall_s in (("one", 3.25), ("another", 77.125)):
        folder = lab_folder(name)
        finish(folder, lab="uml", clock="virtual", wall_s=wall_s)
        pages.append(report.write(folder).read_bytes())
    assert pages[0] == pages[1]
    assert b"77.125" not in pages[1]


def test_names_cannot_become_markup(lab_folder: Callable[[str], Path], events: list[dict[str, Any]]) -> None:
    folder = lab_folder("run")
    path = folder / bundle.WORKLOAD
    path.write_text(path.read_text().replace("three-sites-cut", "</script><script>alert(1)</script>"))
    for file in (bundle.WORKLOAD, bundle.OUTCOME):
        text = (folder / file).read_text()
        (folder / file).write_text(text.replace("gradients", "<img src=x onerror=alert(2)>"))
    finish(folder, lab="uml", clock="virtual", wall_s=1.0)
    page = page_of(folder)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page


def test_the_timeline_has_what_befell_trainings(finished: tuple[Path, Results]) -> None:
    folder, _results = finished
    written = Event(1.5, "w", "checkpoint-written", {"round": 6, "size_bytes": 28_000_000, "took_s": 0.1})
    failure = Event(2.5, "w", "failure", {"lost_s": 0.5, "back_to": 6})
    run = replace(bundle.read_run(folder), events=(written, failure))
    page = happened(run, marks_of(run.events, 10.0)).html
    assert "<td>w</td><td>checkpoint after round 6 written: 28 MB in 100 ms</td>" in page
    assert '<b class="badge cut">A</b>' in page
    assert "<td>w</td><td>failure: 500 ms of work lost, back to round 6</td>" in page


def test_a_run_without_traffic_has_a_page_without_charts(lab_folder: Callable[[str], Path]) -> None:
    folder = lab_folder("run")
    outcome = json.loads((folder / bundle.OUTCOME).read_text())
    (folder / bundle.OUTCOME).write_text(json.dumps(outcome | {"circuits": [], "workloads": {}, "queues": []}))
    (folder / bundle.EVENTS).write_text("")
    csv = (folder / bundle.SAMPLES_CSV).read_text()
    (folder / bundle.SAMPLES_CSV).write_text(csv.splitlines()[0] + "\n")
    finish(folder, lab="uml", clock="virtual", wall_s=1.0)
    page = page_of(folder)
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert "plotly" not in page
    assert "workload gradients did not finish: it left no record" in page


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as problem:
        report.write(tmp_path)
    assert str(problem.value) == (
        f"{tmp_path / 'results.json'}: found no readable file (FileNotFoundError); name the folder of a finished run"
    )
