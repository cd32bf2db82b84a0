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
        """The servers that the list at ``path`` names, ``least`` or more, each once; a site's name stands for its
        servers, and ``[all]`` for all."""
        servers: list[str] = list(self.site_of) if named == ["all"] else []
        for i, name in enumerate(named if named != ["all"] else ()):
            own = [server for server, site in self.site_of.items() if site == name]
            if not own:
                self.check(name, (*path, i))
            for server in own or [name]:
                if server in servers:
                    raise self._document.bad((*path, i), f"found {server!r} a second time", "each server once")
                servers.append(server)
        if len(servers) < least:
            allowed = f"{least} server{'s' if least > 1 else ''} or more"
            raise self._document.bad(path, f"found {len(servers)} servers", allowed)
        return tuple(servers)
