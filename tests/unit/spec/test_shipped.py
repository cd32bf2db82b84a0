"""Every YAML that ships is valid, and says what it should."""

from pathlib import Path

import pytest

from twin.plan.build import build_plan
from twin.spec import LoadedExperiment, load, load_experiment, load_topology
from twin.spec.controller import CONTROLLERS, OWN
from twin.workloads.scenario import AllReduce

REPOSITORY = Path(__file__).resolve().parents[3]
EXPERIMENTS = sorted((REPOSITORY / "experiments").glob("*.yaml"))
TOPOLOGIES = sorted((REPOSITORY / "topologies").glob("*.yaml"))


def test_what_ships() -> None:
    assert {path.stem for path in EXPERIMENTS} >= {
        "allreduce-netem",
        "internet-baseline",
        "metro-40km",
        "nobel-germany",
        "three-sites-cut",
    }
    assert {path.stem for path in TOPOLOGIES} >= {"internet", "metro-40km", "netem", "nobel-germany", "three-sites"}


@pytest.mark.parametrize("path", [*EXPERIMENTS, *TOPOLOGIES], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_it_is_valid_and_can_be_planned(path: Path) -> None:
    loaded = load(path)
    assert isinstance(loaded, LoadedExperiment) == (path.parent.name == "experiments")
    assert build_plan(loaded.topology).links


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_its_resolved_texts_read_as_the_same(path: Path, tmp_path: Path) -> None:
    loaded = load_experiment(path)
    (tmp_path / "experiment.yaml").write_text(loaded.experiment_text)
    (tmp_path / "topology.yaml").write_text(loaded.topology_text)
    assert load_experiment(tmp_path / "experiment.yaml") == loaded


def test_every_controller_that_can_be_named_is_there() -> None:
    for name, own in OWN.items():
        assert (CONTROLLERS / own.file).is_file()
        assert load_experiment(REPOSITORY / "experiments/internet-baseline.yaml", [f"controller={name}"])


@pytest.mark.parametrize(
    ("rate", "delay", "d_s"),
    [("5 Gb/s", "0.5 ms", 1e-3), ("2 Gb/s", "2.5 ms", 5e-3), ("1 Gb/s", "5 ms", 10e-3)],
)
def test_netem_has_the_published_delay_between_any_two_servers(rate: str, delay: str, d_s: float) -> None:
    nic = "topology.sites.cluster.servers.nic"
    sets = [f"{nic}.rate={rate}", f"{nic}.delay={delay}"]
    loaded = load_experiment(REPOSITORY / "experiments/allreduce-netem.yaml", sets)
    plan = build_plan(loaded.topology)
    there, back = plan.link_by_name["cluster-1"], plan.link_by_name["cluster-4"]
    assert there.at("cluster-1").delay_s + back.at("cluster-border").delay_s == pytest.approx(d_s)
    assert there.at("cluster-1").rate_bps == loaded.topology.sites[0].nic.rate_bps  # type: ignore[union-attr]
    assert plan.mtu == 9001


def test_the_internet_has_the_published_round_trip() -> None:
    plan = build_plan(load_topology(REPOSITORY / "topologies/internet.yaml").topology)
    route = [plan.link_by_name[name] for name in ("east-1", "internet", "west-1")]
    assert sum(end.delay_s for link in route for end in link.ends) == pytest.approx(15.0e-3)
    assert plan.link_by_name["internet"].a.rate_bps == 300e6


def test_the_demo_is_hundreds_of_km_at_400_gb_s() -> None:
    loaded = load_experiment(REPOSITORY / "experiments/three-sites-cut.yaml")
    assert all(200 < fibre.length_km < 700 for fibre in loaded.topology.fibres)
    assert all(site.line is not None and site.line.rate_bps == 400e9 for site in loaded.topology.sites)
    assert all(site.servers >= 2 and site.transceivers >= 2 for site in loaded.topology.sites)
    train = loaded.scenario.workloads[0]
    assert isinstance(train, AllReduce)
    assert (train.algorithm, len(train.servers)) == ("hierarchical", 6)
    assert [(action.do, action.target) for action in loaded.scenario.timeline] == [
        ("cut", "tokyo-osaka"),
        ("repair", "tokyo-osaka"),
    ]
