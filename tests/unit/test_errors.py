"""The one tree of errors: messages and exit statuses."""

import pytest

from twin.errors import BadInput, MachineLacks, RunBroke, TwinError


@pytest.mark.parametrize(
    ("problem", "status", "message"),
    [
        (
            BadInput("a.yaml:3", "sites.a", "found 'x'", "y, z", "did you mean 'y'?"),
            2,
            "a.yaml:3: sites.a: found 'x'; allowed: y, z; did you mean 'y'?",
        ),
        (BadInput("a.yaml", "", "found nothing"), 2, "a.yaml: found nothing"),
        (BadInput("a.yaml:1", "name", "found 3", remedy="quote it"), 2, "a.yaml:1: name: found 3; quote it"),
        (
            MachineLacks("Open vSwitch", "apt install openvswitch-switch"),
            3,
            "this machine lacks Open vSwitch; apt install openvswitch-switch",
        ),
        (RunBroke("the lab ended early", "logs/lab.log"), 4, "the run broke: the lab ended early; see logs/lab.log"),
        (RunBroke("the lab ended early"), 4, "the run broke: the lab ended early"),
    ],
)
def test_message_and_status(problem: TwinError, status: int, message: str) -> None:
    assert str(problem) == message
    assert problem.exit_status == status
