"""Routes over fibres, quickest first."""

from hypothesis import given
from hypothesis import strategies as st

from twin.optics.routes import Map
from twin.plan.topology import FibrePair, Optical, Port, Site, SiteFabric, Topology


def topology(fibres: dict[str, float], kinds: dict[str, str] | None = None) -> Topology:
    """Fibres named by their two one-letter sites."""
    names = sorted({letter for name in fibres for letter in name[:2]})
    kinds = kinds or {}
    sites = tuple(
        Site(name, 0, None, SiteFabric(), Optical(kinds.get(name, "roadm"), 1e-6), 1, Port(400e9)) for name in names
    )
    return Topology("t", sites, tuple(FibrePair(name, (name[0], name[1]), km) for name, km in fibres.items()))


SQUARE = topology({"ab": 100.0, "bc": 100.0, "ac": 250.0, "cd": 10.0})


def test_the_quickest_comes_first() -> None:
    found = [route.fibres for route in Map(SQUARE).routes("a", "d", most=5)]
    assert found == [("ab", "bc", "cd"), ("ac", "cd")]


def test_a_route_adds_up() -> None:
    route = Map(SQUARE).route("a", ["ab", "bc"])
    assert (route.sites, route.length_km) == (("a", "b", "c"), 200.0)
    assert abs(route.delay_s - (200 * 4.8967e-6 + 3e-6)) < 1e-12


def test_light_stays_on_switches_of_one_kind() -> None:
    found = Map(topology({"ab": 1.0, "bc": 1.0, "ac": 9.0}, {"b": "ocs"})).routes("a", "c", most=5)
    assert [route.fibres for route in found] == [("ac",)]


pairs = st.sampled_from([a + b for i, a in enumerate("abcdef") for b in "abcdef"[i + 1 :]])


@given(st.dictionaries(pairs, st.floats(1, 1000), min_size=1))
def test_routes_have_no_loop_and_get_slower(fibres: dict[str, float]) -> None:
    routes = list(Map(topology({"af": 1e4, **fibres})).routes("a", "f", most=4))
    assert 1 <= len(routes) <= 4
    assert [route.delay_s for route in routes] == sorted(route.delay_s for route in routes)
    for route in routes:
        assert len(set(route.sites)) == len(route.sites)
    assert len({route.fibres for route in routes}) == len(routes)
