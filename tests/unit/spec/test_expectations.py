"""Expectations of an experiment."""

import pytest

from twin.errors import BadInput
from twin.spec import expectations
from twin.spec.document import parse
from twin.spec.experiment_file import ExpectationFile
from twin.spec.problems import validate
from twin.workloads.scenario import Expectation


def read(text: str) -> Expectation:
    document = parse("f.yaml", text)
    return expectations.read(validate(ExpectationFile, document), document, ())


@pytest.mark.parametrize(
    ("text", "expectation"),
    [
        ("{metric: probe.outage, below: 50 ms}", Expectation("probe.outage", "below 50 ms", None, 0.05)),
        ("{metric: bulk.throughput, above: 90 Gb/s}", Expectation("bulk.throughput", "above 90 Gb/s", 90e9, None)),
        ("{metric: m, within: [1 ms, 2 ms]}", Expectation("m", "within 1 ms and 2 ms", 0.001, 0.002)),
        ("{metric: m, equals: 20}", Expectation("m", "equals 20", 20.0, 20.0)),
        ("{metric: m, equals: 200, tolerance: 5 %}", Expectation("m", "equals 200 within 5 %", 190.0, 210.0)),
        ("{metric: m, equals: -200, tolerance: 5 %}", Expectation("m", "equals -200 within 5 %", -210.0, -190.0)),
    ],
)
def test_read(text: str, expectation: Expectation) -> None:
    assert read(text) == expectation


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{metric: m}", "f.yaml:1: found no bound; allowed: one of below, above, within, equals"),
        (
            "{metric: m, below: 1, above: 2}",
            "f.yaml:1: found below and above; allowed: one of below, above, within, equals",
        ),
        (
            "{metric: m, below: 1, tolerance: 5 %}",
            "f.yaml:1: tolerance: found a tolerance with 'below'; remove it, or write 'equals'",
        ),
        ("{metric: m, within: [2, 1]}", "f.yaml:1: within: found 2, 1; allowed: [LOWEST, HIGHEST]"),
        ("{metric: m, within: [2]}", "f.yaml:1: within: found 2; allowed: [LOWEST, HIGHEST]"),
        ("{below: 3}", "f.yaml:1: the key 'metric' is missing; add it, as in 'metric: probe.outage'"),
        (
            "{metric: m, below: soon}",
            "f.yaml:1: below: found 'soon'; allowed: a number, or a quantity as in '50 ms', '90 Gb/s' or '5 %'",
        ),
        (
            "{metric: m, equals: 1, tolerance: 5}",
            "f.yaml:1: tolerance: found 5 without a unit; allowed: %, as in '5 %'",
        ),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(text)
    assert str(caught.value) == message
