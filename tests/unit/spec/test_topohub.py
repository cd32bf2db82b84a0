"""Reference plants from the topohub package."""

from pathlib import Path

import pytest
from pydantic_core import PydanticCustomError

from twin.errors import BadInput
from twin.spec import load_topology, topohub

SITE = "{servers: {count: 1, nic: 1 Gb/s}, optical: roadm, transceivers: {count: 1, rate: 1 Gb/s}}"


@pytest.mark.parametrize(
    ("name", "sites", "fibres"),
    [("germany50", 50, 88), ("nobel-germany", 17, 26), ("polska", 12, 18), ("nobel-eu", 28, 41)],
)
def test_a_plant_has_the_published_size(name: str, sites: int, fibres: int) -> None:
    found_sites, found_fibres, note = topohub.load(name)
    assert (len(found_sites), len(found_fibres)) == (sites, fibres)
    assert note.startswith(f"sites and fibres of {name} are from topohub ")
    assert all(set(fibre["between"]) <= set(found_sites) for fibre in found_fibres.values())


@pytest.mark.parametrize("name", ["france", "norway", "ta2", "zib54", "sndlib/france"])
def test_plants_that_are_not_places_are_refused(name: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        topohub.load(name)
    assert str(caught.value) == (
        f"found {name!r}, whose coordinates are not places on the Earth, so its lengths mean nothing"
    )


def test_every_sndlib_plant_that_is_offered_loads() -> None:
    offered = [name for name in topohub.plants() if "/" not in name]
    assert "abilene" in offered
    for name in offered:
        sites, _, _ = topohub.load(name)
        assert sites


def test_an_import_becomes_sites_and_fibres(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_text(
        f"name: x\nimport: {{topohub: polska, site: {SITE}}}\n"
        "sites:\n  Gdansk: {servers: {count: 3, nic: 10 Gb/s}}\n  sea: {optical: roadm}\n"
        "fibres:\n  sea: {between: [Gdansk, sea], length: 100 km}\n"
    )
    loaded = load_topology(file)
    by_name = {site.name: site for site in loaded.topology.sites}
    assert len(by_name) == 13
    assert (by_name["Gdansk"].servers, by_name["Gdansk"].transceivers) == (3, 1)
    assert by_name["Gdansk"].location == pytest.approx((54.2, 18.6))
    assert by_name["Warsaw"].servers == 1
    assert len(loaded.topology.fibres) == 19
    assert loaded.topology.fibres[0].length_source == "great circle x 1.3"
    assert loaded.topology.notes[0].startswith("sites and fibres of polska are from topohub ")
    assert "import" not in loaded.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "name: x\nimport: {topohub: norway}",
            "FILE:2: import.topohub: found 'norway', whose coordinates are not places on the Earth, so its lengths "
            "mean nothing; allowed: a plant with true coordinates, as nobel-germany, germany50, polska, nobel-eu",
        ),
        (
            "name: x\nimport: {topohub: nobel-germny}",
            "FILE:2: import.topohub: found the unknown plant 'nobel-germny'; "
            "allowed: germany50, nobel-germany, topozoo/Abilene, ...; did you mean 'nobel-germany'?",
        ),
        (
            "name: x\nimport: {topohub: ../../../etc/passwd}",
            "FILE:2: import.topohub: found the unknown plant '../../../etc/passwd'; "
            "allowed: germany50, nobel-germany, topozoo/Abilene, ...",
        ),
        (
            "name: x\nimport:\n  topohub: polska\n  site: {servers: {count: 1}}",
            "FILE:4: import.site.servers: the key 'nic' is missing; add it, as in 'nic: 400 Gb/s'",
        ),
        (
            "name: x\nimport:\n  topohub: polska\n  site:\n    optical: roadm\n    transceivers: {count: 2, rate: 3}",
            "FILE:6: import.site.transceivers.rate: found 3 without a unit; "
            "allowed: b/s, kb/s, Mb/s, Gb/s, Tb/s, as in '400 Gb/s'",
        ),
        (
            "name: x\nimport: {topohub: polska}",
            "FILE:2: fibres.Gdansk-Warsaw.between: found the site 'Gdansk', which has no optical switch; "
            "give sites.Gdansk 'optical: roadm'",
        ),
    ],
)
def test_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "f.yaml"
    file.write_text(text)
    with pytest.raises(BadInput) as caught:
        load_topology(file)
    assert str(caught.value) == message.replace("FILE", str(file))
