"""Names below ``ryu`` in a fresh interpreter, because an alias stays for good."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

pytestmark = [
    pytest.mark.skipif(find_spec("os_ken") is None, reason="stands for os-ken's modules"),
    pytest.mark.skipif(find_spec("ryu") is not None, reason="Ryu itself is here"),
]


def said_by(code: str) -> str:
    text = "from controllers import ofapi, ryu_alias\nryu_alias.install()\n" + code
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_both_names_are_one_module() -> None:
    code = """
import os_ken.lib.packet.ethernet as theirs
import ryu.lib.packet.ethernet as ours
from ryu.base import app_manager
from ryu.controller.handler import set_ev_cls
from ryu.lib.packet import packet
import os_ken.controller.handler
print(ours is theirs, app_manager.RyuApp is ofapi.BaseApp, set_ev_cls is os_ken.controller.handler.set_ev_cls)
print(ours.__name__, ours.__spec__.name)
"""
    assert said_by(code).splitlines() == ["True True True", "os_ken.lib.packet.ethernet os_ken.lib.packet.ethernet"]


def test_what_os_ken_has_not_is_not_there() -> None:
    code = "try:\n    import ryu.no_such\nexcept ImportError as problem:\n    print(problem)"
    assert said_by(code) == "No module named 'ryu.no_such'"
