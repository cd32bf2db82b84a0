"""Mininet's nodes, made from the plan: a shell only when somebody asks for one, a namespace without a process.

``net.get('tokyo-1').cmd('ip addr')`` and ``popen`` behave as in Mininet; what differs is that 1,000 servers do not
start 1,000 shells first.
"""

from __future__ import annotations

import os
from typing import Any

from mininet.link import Intf, Link
from mininet.node import Host, Node, OVSSwitch

from twin.traffic import namespaces


class LazyShell(Node):  # type: ignore[misc]
    """A Mininet node whose shell starts with its first command, in ``namespace`` (a descriptor)."""

    namespace: int
    inNamespace: bool
    _deferred = True
    _built = False

    @classmethod
    def checkSetup(cls) -> None:
        """Nothing to check: what the emulation needs was checked before it started."""

    def startShell(self, mnopts: str | None = None) -> None:
        """Called by Mininet's constructor, and again by the first command."""
        if self._deferred:
            return
        wanted, self.inNamespace = self.inNamespace, False
        try:
            with namespaces.inside(self.namespace):
                super().startShell(mnopts)
        finally:
            self.inNamespace = wanted

    def cmd(self, *args: Any, **kwargs: Any) -> Any:
        """As in Mininet. While the node is under construction Mininet configures ``lo`` here: the network does that
        itself."""
        if not self._built:
            return ""
        self._need_shell()
        return super().cmd(*args, **kwargs)

    def sendCmd(self, *args: Any, **kwargs: Any) -> Any:
        """As in Mininet."""
        self._need_shell()
        return super().sendCmd(*args, **kwargs)

    def _need_shell(self) -> None:
        if self._deferred:
            self._deferred = False
            self.startShell()

    def popen(self, *args: Any, **kwargs: Any) -> Any:
        """As in Mininet: a ``Popen`` in the node's namespace."""
        with namespaces.inside(self.namespace):
            return super().popen(*args, **{**kwargs, "mncmd": []})


class Server(LazyShell, Host):  # type: ignore[misc]
    """A host with a network namespace of its own."""

    def __init__(self, name: str, **params: Any) -> None:
        self.namespace = namespaces.create()
        super().__init__(name, **params)
        self._built = True

    def terminate(self) -> None:
        """End the shell, if there is one, and let go of the namespace."""
        super().terminate()
        os.close(self.namespace)


class Switch(LazyShell, OVSSwitch):  # type: ignore[misc]
    """A packet or optical switch: the OVS bridge ``bridge``. The whole network's bridges are made in one
    transaction, so ``start`` and ``stop`` of a single one have nothing to do."""

    def __init__(self, name: str, bridge: str, **params: Any) -> None:
        self.namespace = namespaces.current()
        self.bridge = bridge
        super().__init__(name, **{**params, "inNamespace": False})
        self._built = True

    def start(self, controllers: Any) -> None:
        """See ``Network.start``."""

    def stop(self, deleteIntfs: bool = True) -> None:
        """See ``Network.stop``."""

    @classmethod
    def batchStartup(cls, switches: Any, run: Any = None) -> Any:
        return switches

    @classmethod
    def batchShutdown(cls, switches: Any, run: Any = None) -> Any:
        return switches

    def dpctl(self, *args: Any) -> Any:
        """``ovs-ofctl COMMAND BRIDGE …``, as in Mininet."""
        return self.cmd("ovs-ofctl -O OpenFlow13", args[0], self.bridge, *args[1:])

    def terminate(self) -> None:
        super().terminate()
        os.close(self.namespace)


class PlannedLink(Link):  # type: ignore[misc]
    """A link whose interfaces the network has already made."""

    @classmethod
    def makeIntfPair(cls, *args: Any, **kwargs: Any) -> None:
        """Nothing: see ``Network.build``."""

    def stop(self) -> None:
        """Nothing: see ``Network.stop``."""


class PlannedInterface(Intf):  # type: ignore[misc]
    """An interface whose address the plan knows."""

    def __init__(self, name: str, ip: str | None = None, **params: Any) -> None:
        super().__init__(name, **params)
        if ip:
            self.ip, self.prefixLen = ip, 8

    def config(self, **_params: Any) -> dict[str, Any]:
        """Nothing to run: see ``Network.build``."""
        return {}
