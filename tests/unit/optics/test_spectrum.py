"""First fit with continuity, for slots of any width."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from twin.optics.spectrum import Spectrum


def test_first_fit_takes_the_lowest_channel_free_on_all_fibres() -> None:
    spectrum = Spectrum()
    spectrum.claim(["ab"], 1, 75e9)
    spectrum.claim(["bc"], 2, 75e9)
    assert spectrum.first_fit(["ab"], 75e9, 51) == 2
    assert spectrum.first_fit(["ab", "bc"], 75e9, 51) == 3
    assert spectrum.first_fit(["ab", "bc"], 75e9, 2) is None


def test_slots_of_different_widths_keep_clear_of_each_other() -> None:
    spectrum = Spectrum()
    spectrum.claim(["ab"], 1, 150e9)  # 0 to 150 GHz
    assert spectrum.first_fit(["ab"], 75e9, 51) == 3
    assert spectrum.first_fit(["ab"], 87.5e9, 43) == 3  # 87.5 to 175 GHz would touch


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([50e9, 75e9, 87.5e9, 150e9])), max_size=40))
def test_no_two_claims_overlap(wanted: list[tuple[str, float]]) -> None:
    spectrum = Spectrum()
    taken: dict[str, list[tuple[float, float]]] = {}
    for fibre, slot_hz in wanted:
        channel = spectrum.first_fit([fibre], slot_hz, 100)
        assert channel is not None
        spectrum.claim([fibre], channel, slot_hz)
        taken.setdefault(fibre, []).append(((channel - 1) * slot_hz, channel * slot_hz))
    for spans in taken.values():
        spans.sort()
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
