"""A run as a whole, as far as no lab is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin import experiment
from twin.errors import BadInput
from twin.experiment import files_of
from twin.workloads.scenario import Controller

BASELINE = Path(__file__).parents[2] / "experiments" / "internet-baseline.yaml"


def test_a_controller_elsewhere_needs_the_host_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "check", lambda lab, clock: None)
    with pytest.raises(BadInput) as caught:
        experiment.run(BASELINE, tmp_path / "run", lab="uml", sets=["controller=tcp:127.0.0.1:6653"])
    assert str(caught.value) == (
        f"{BASELINE}: controller: found tcp:127.0.0.1:6653, but the lab kernel has no network to this machine; its "
        "clock would not wait for an answer either: use --lab host --clock real, or give a command to start"
    )
    assert not (tmp_path / "run").exists()


def test_a_lab_sees_what_a_controller_reads(tmp_path: Path) -> None:
    for name in ("env/bin/start", "apps/app.py", "home/settings.yaml"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    home = tmp_path / "home"
    command = (f"{tmp_path}/env/bin/start", "../apps/app.py", "settings.yaml", "--to", "/no/such/file")
    found = files_of(Controller("command start", command=command, folder=str(home)))
    assert found == [home, tmp_path / "env", home / ".." / "apps"]
    assert files_of(Controller("optical_circuit", f"{tmp_path}/apps/app.py")) == [tmp_path / "apps"]
    assert files_of(Controller("tcp:h:1", address="h:1")) == []
