"""Lets an app written for Ryu run where only os-ken is installed: ``from ryu.x import y`` finds ``os_ken.x``.

os-ken is Ryu under another name, with some parts dropped. Every module is the same object under both names, so that
events, handlers and the applications' registry are shared; ``RyuApp`` is ``OSKenApp``, and so on. Dropped parts that
apps commonly use are modules of ours (``OURS``).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final

_RYU: Final = "ryu"
_OS_KEN: Final = "os_ken"
#: What os-ken has not got, below either name -> the module that stands for it.
OURS: Final = {"app.wsgi": "controllers.ryu_wsgi", "app.simple_switch_13": "controllers.ryu_apps.learning_switch"}


def install() -> None:
    """From now on the names below ``ryu`` stand for os-ken's. Does nothing where Ryu itself is installed."""
    if find_spec(_RYU) is None:
        app_manager: Any = import_module(f"{_OS_KEN}.base.app_manager")
        app_manager.RyuApp = app_manager.OSKenApp
        exception: Any = import_module(f"{_OS_KEN}.exception")
        exception.RyuException = exception.OSKenException
        # First of all: the path of os-ken's folders would lead to second copies of its modules.
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The specification of a module below ``ryu`` that os-ken has, or of one of ours. ``from ryu.app import x``
        asks for ``os_ken.app.x``, since that is what the package calls itself."""
        root, _, rest = fullname.partition(".")
        if root not in (_RYU, _OS_KEN) or (root == _OS_KEN and rest not in OURS):
            return None
        real = OURS.get(rest) or (f"{_OS_KEN}.{rest}" if rest else _OS_KEN)
        if find_spec(real) is None:
            return None
        return ModuleSpec(fullname, _Alias(real), is_package=hasattr(import_module(real), "__path__"))


class _Alias(Loader):
    """Loads a module by importing ``real``."""

    def __init__(self, real: str) -> None:
        self._real = real
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module of the other name itself; the import system notes it under this name as well."""
        module = import_module(self._real)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """It has been executed already; the import system has put the alias's specification in the place of its own."""
        module.__spec__ = self._spec
