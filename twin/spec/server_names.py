"""The servers that a topology has, for files that name them."""

from __future__ import annotations

from twin.plan.topology import Topology
from twin.spec.document import Document, Path_, nearest


class ServerNames:
    """Checks names of servers. ``site_of`` maps each to its site. Errors are ``BadInput``."""

    def __init__(self, topology: Topology, document: Document) -> None:
        self.site_of = {f"{site.name}-{k}": site.name for site in topology.sites for k in range(1, site.servers + 1)}
        self._document = document

    def check(self, name: str, path: Path_) -> None:
        """Raises for a name that is no server's."""
        if name not in self.site_of:
            names = list(self.site_of)
            allowed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
            raise self._document.bad(path, f"found the unknown server {name!r}", allowed, nearest(name, names))

    def listed(self, named: list[str], path: Path_, least: int = 1) -> tuple[str, ...]:
        """The servers that the list at ``path`` names, ``least`` or more, each once; ``[all]`` names all."""
        servers = list(self.site_of) if named == ["all"] else named
        for i, server in enumerate(servers):
            self.check(server, (*path, i))
            if server in servers[:i]:
                raise self._document.bad((*path, i), f"found {server!r} a second time", "each server once")
        if len(servers) < least:
            allowed = f"{least} server{'s' if least > 1 else ''} or more"
            raise self._document.bad(path, f"found {len(servers)} servers", allowed)
        return tuple(servers)
