"""The command line: what it prints, on which stream, and with which exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from twin import cli
from twin.errors import MachineLacks, RunBroke
from twin.plan.build import build_plan
from twin.plan.codec import from_json
from twin.plan.model import Plan
from twin.spec import load_topology

REPOSITORY = Path(__file__).resolve().parents[2]
DEMO = "experiments/three-sites-cut.yaml"
THREE_SITES = "topologies/three-sites.yaml"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def twin(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command line in the repository: (status, standard output, standard error)."""
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


VERBS = [[verb] for verb in ("validate", "plan", "run", "predict", "trace", "sweep", "compare", "reproduce", "report")]
VERBS += [["shell"], ["clean"], ["doctor"], ["lab", "build"], ["lab", "status"]]


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_has_help_with_an_example(twin: Run, verb: list[str]) -> None:
    status, out, err = twin(*verb, "--help")
    assert (status, err) == (0, "")
    assert f"Example: twin {' '.join(verb)}" in out


def test_validate_says_one_line_about_each_file(twin: Run) -> None:
    assert twin("validate", THREE_SITES, DEMO) == (
        0,
        "topologies/three-sites.yaml: topology three-sites is valid (3 sites, 6 servers, 6 transceivers, 15 links)\n"
        "experiments/three-sites-cut.yaml: experiment three-sites-cut is valid "
        "(3 sites, 6 servers, 6 transceivers, 15 links)\n",
        "",
    )


def test_validate_goes_on_after_a_bad_file(twin: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("- a list\n")
    status, out, err = twin("validate", str(bad), "topologies/netem.yaml")
    assert status == 2
    assert out == "topologies/netem.yaml: topology netem is valid (1 site, 4 servers, 0 transceivers, 4 links)\n"
    assert err == (
        f"{bad}:1: found a list; allowed: a mapping (KEY: VALUE lines); see the folders topologies/ and experiments/\n"
    )


def test_plan_as_tables(twin: Run) -> None:
    status, out, err = twin("plan", THREE_SITES)
    assert (status, err) == (0, "")
    assert max(len(line) for line in out.splitlines()) <= 80
    assert "tokyo      tokyo-roadm      10.1.0.0/16         2              2" in out
    assert "tokyo-osaka      G.652   523.968 km *" in out
    assert "tokyo-1      10.1.0.1   02:00:0a:01:00:01" in out
    assert "MTU 9000, socket buffers 1 GiB (2 x the largest bandwidth-delay product)" in out
    assert "- length of fibre tokyo-osaka, tokyo-kanazawa, kanazawa-osaka is the great" in out


def test_plan_as_json_is_the_plan(twin: Run) -> None:
    status, out, _ = twin("plan", THREE_SITES, "--json")
    assert status == 0
    assert from_json(Plan, json.loads(out)) == build_plan(load_topology(REPOSITORY / THREE_SITES).topology)


def test_plan_of_an_experiment_is_that_of_its_topology(twin: Run) -> None:
    assert twin("plan", DEMO) == twin("plan", THREE_SITES)


def test_plan_takes_overrides(twin: Run) -> None:
    _, out, _ = twin("plan", DEMO, "--json", "--set", "topology.sites.tokyo.servers.nic=100 Gb/s")
    assert json.loads(out)["links"][0]["a"]["rate_bps"] == 100e9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bogus"], "twin: No such command 'bogus'. (see twin --help)"),
        (["plan"], "twin: Missing argument 'TOPOLOGY'. (see twin --help)"),
        (["plan", "nowhere.yaml"], "nowhere.yaml: found no such file; check the name"),
        (["plan", "topologies"], "topologies: found a folder; allowed: a YAML file; name the file in it"),
        (["run", DEMO, "--set", "sed=2"], "--set sed=2: sed: found the unknown key 'sed'; allowed: name, topology, "
         "controller, seed, circuits, workloads, timeline, circuit_load, control_channel, expect, sample, telemetry, "
         "end, timeout; did you mean 'seed'?"),
        (["run", DEMO, "--seed", "-1"], "--seed -1: seed: found -1; allowed: 0 or more"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_status_2(twin: Run, arguments: list[str], message: str) -> None:
    assert twin(*arguments) == (2, "", f"{message}\n")


def fail_with(monkeypatch: pytest.MonkeyPatch, problem: BaseException) -> None:
    """Makes ``twin clean`` raise ``problem``."""
    from twin.lab import runs

    def clean() -> list[str]:
        raise problem

    monkeypatch.setattr(runs, "clean", clean)


@pytest.mark.parametrize(
    ("problem", "status", "message"),
    [
        (MachineLacks("gcc", "apt install gcc"), 3, "this machine lacks gcc; apt install gcc"),
        (RunBroke("the lab\nended", "logs/lab.log"), 4, "the run broke: the lab ended; see logs/lab.log"),
        (
            KeyError("x"),
            4,
            "twin: an error in the twin itself: KeyError: 'x'; TWIN_DEBUG=1 shows where",
        ),
        (KeyboardInterrupt(), 130, "twin: interrupted"),
    ],
)
def test_every_error_is_one_line(
    twin: Run, monkeypatch: pytest.MonkeyPatch, problem: BaseException, status: int, message: str
) -> None:
    fail_with(monkeypatch, problem)
    found, out, err = twin("clean")
    assert (found, out, err.strip()) == (status, "", message)


def test_twin_debug_shows_the_traceback(twin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, KeyError("x"))
    monkeypatch.setenv("TWIN_DEBUG", "1")
    status, _, err = twin("clean")
    assert status == 4
    assert err.startswith("Traceback (most recent call last):")


def test_clean_says_what_it_did(twin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from twin.lab import runs

    monkeypatch.setattr(runs, "clean", lambda: ["ended one", "forgot two"])
    assert twin("clean") == (0, "ended one\nforgot two\n", "")
    monkeypatch.setattr(runs, "clean", list)
    assert twin("clean") == (0, "nothing was left behind\n", "")


def test_lab_status(twin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from twin.lab import kernel_build

    found: dict[str, Any] = {"recipe": "abc", "kernel": "/cache/linux", "size_bytes": 1_048_576, "missing": []}
    monkeypatch.setattr(kernel_build, "status", lambda: found)
    assert twin("lab", "status") == (0, "kernel: /cache/linux, 1.0 MB\nrecipe: abc\nmissing: nothing\n", "")
    found.update(recipe=None, kernel=None, size_bytes=None, missing=["gcc", "flex"])
    assert twin("lab", "status") == (
        0,
        "kernel: not built (twin lab build)\nrecipe: unknown\nmissing: gcc, flex\n",
        "",
    )


def test_several_experiments_go_side_by_side(twin: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from twin import side_by_side
    from twin.lab import kernel_build

    asked: list[Any] = []

    def run_all(jobs: list[Any], options: list[str], at_once: int, done: Callable[[Any], None]) -> int:
        asked.extend([[(str(job.path), job.folder) for job in jobs], options, at_once])
        jobs[0].status, jobs[0].said = 4, "the run broke: no light"
        done(jobs[0])
        return 4

    monkeypatch.setattr(kernel_build, "ensure", lambda progress: tmp_path)
    monkeypatch.setattr(side_by_side, "run_all", run_all)
    metro, parent = "experiments/metro-40km.yaml", tmp_path / "all"
    status, out, err = twin("run", metro, DEMO, metro, "--out", str(parent), "--jobs", "3", "--seed", "5")
    assert (status, out, err) == (4, "metro-40km-001: the run broke: no light\n", "")
    names = ["metro-40km-001", "three-sites-cut-001", "metro-40km-002"]
    assert asked == [
        list(zip([metro, DEMO, metro], [parent / name for name in names], strict=True)),
        ["--lab=auto", "--clock=virtual", "--seed=5"],
        3,
    ]


def test_no_folder_is_made_where_one_of_several_is_wrong(twin: Run, tmp_path: Path) -> None:
    status, out, err = twin("run", DEMO, "nowhere.yaml", "--out", str(tmp_path / "all"))
    assert (status, out, err) == (2, "", "nowhere.yaml: found no such file; check the name\n")
    status, _, err = twin("run", DEMO, DEMO, "--lab", "host", "--out", str(tmp_path / "all"))
    assert (status, err.split(";")[0]) == (2, "--clock: found 'virtual' with --lab host")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("ok", "status"), [(True, 0), (False, 3), (None, 3)])
def test_doctor_ends_well_when_the_default_lab_is_usable(
    twin: Run, monkeypatch: pytest.MonkeyPatch, ok: bool | None, status: int
) -> None:
    from twin import doctor

    found = doctor.Checkup((doctor.Finding("thing", ok, "", ("uml",)), doctor.Finding("root", False, "", ("host",))))
    monkeypatch.setattr(doctor, "examine", lambda: found)
    got, out, err = twin("doctor", "--json")
    assert (got, json.loads(out)["labs"], err) == (status, {"uml": ok, "host": False}, "")
    got, out, err = twin("doctor")
    assert (got, out.splitlines()[-1], err) == (status, "lab host: not usable here", "")


@pytest.mark.parametrize(("met", "status"), [(True, 0), (False, 1)])
def test_run_prints_the_bundle_then_the_summary(
    twin: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, met: bool, status: int
) -> None:
    from twin import experiment
    from twin.lab import kernel_build
    from twin.results import bundle, summary

    asked: dict[str, Any] = {}

    def run(path: Path, out: Path | None, **options: Any) -> Any:
        asked.update(options, path=path, out=out)
        return SimpleNamespace(folder=Path("runs/x"), results=SimpleNamespace(met=met))

    monkeypatch.setattr(kernel_build, "ensure", lambda progress: tmp_path)
    monkeypatch.setattr(experiment, "run", run)
    monkeypatch.setattr(bundle, "read_run", lambda folder: folder)
    monkeypatch.setattr(summary, "render", lambda results, read: f"summary of {read}")
    options = ["--out", "runs/x", "--lab", "uml", "--clock", "real", "--seed", "5", "--set", "controller=static_path"]
    assert twin("run", DEMO, *options) == (status, "runs/x/report.html\nsummary of runs/x\n", "")
    assert asked == {
        "path": Path(DEMO),
        "out": Path("runs/x"),
        "lab": "uml",
        "clock": "real",
        "seed": 5,
        "sets": ["controller=static_path"],
    }


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f"{sys.executable} -m twin.cli plan topologies/nobel-germany.yaml --json | head -c 10"
    done = subprocess.run(["sh", "-c", command], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ('{\n  "schem', "")


def test_help_loads_no_heavy_library() -> None:
    code = "import sys; from twin import cli; cli.main(['--help']); print(sorted({*sys.argv[1:]} & {*sys.modules}))"
    heavy = ["pydantic", "yaml", "plotly", "pyarrow", "twin.spec", "twin.lab", "twin.results"]
    done = subprocess.run(
        [sys.executable, "-c", code, *heavy], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
