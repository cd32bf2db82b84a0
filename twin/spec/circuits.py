"""Circuits of an experiment: short forms resolved, and no more of them at a site than it has transceivers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from twin.plan.topology import Site, Topology
from twin.spec.circuit_service import with_service
from twin.spec.document import Document, Path_, nearest
from twin.spec.experiment_file import CircuitFile
from twin.workloads.scenario import Circuit


class CircuitBook:
    """Which circuits are wanted at a moment of the experiment. Its errors are ``BadInput``."""

    def __init__(self, topology: Topology, document: Document) -> None:
        self.document = document
        self.topology = topology
        self.sites = {site.name: site for site in topology.sites}
        self.wanted: dict[str, Circuit] = {}

    def read(self, files: list[CircuitFile], path: Path_) -> tuple[Circuit, ...]:
        """The circuits listed at ``path``, asked for one after the other. The word ``all``: one for each fibre."""
        if [file.pair for file in files] == ["all"]:
            circuits = [Circuit(fibre.name, fibre.sites) for fibre in self.topology.fibres]
            return tuple(self._request(circuit, path) for circuit in circuits)
        return tuple(self._request(self._circuit(file, (*path, i)), (*path, i)) for i, file in enumerate(files))

    def lightpaths(self) -> tuple[Circuit, ...]:
        """The topology's lightpaths by order, for an experiment that says nothing of circuits. The fibres of one are
        those of its circuit, which is not led elsewhere then."""
        orders = [order for order in self.topology.lightpaths if not order.automatic]
        for order in orders:
            kept = {"mode": order.mode, "channel": order.channel}
            for key in (key for key, value in kept.items() if value is not None):
                found = f"found lightpath {order.name!r} with a {key} by order, and no circuits in the experiment"
                remedy = "a controller chooses it: leave it out of the topology, or write 'circuits'"
                raise self.document.bad(("topology",), found, "", remedy)
        circuits = [Circuit(order.name, order.sites, through=order.fibres) for order in orders]
        return tuple(self._request(circuit, ("topology",)) for circuit in circuits)

    def release(self, name: str, path: Path_) -> None:
        """Give back the circuit ``name``."""
        if name not in self.wanted:
            found = f"found {name!r}, which is not a circuit at that time"
            raise self.document.bad(path, found, ", ".join(self.wanted), nearest(name, list(self.wanted)))
        del self.wanted[name]

    def change(self, file: CircuitFile, path: Path_) -> Circuit:
        """Something else is asked of a circuit from now on; what ``file`` does not say is at its default."""
        circuit = self.wanted.get(_full_name(file.tenant, file.name or ""))
        if circuit is None:
            full_name = _full_name(file.tenant, file.name or "")
            found = f"found {full_name!r}, which is not a circuit at that time" if file.name else "found no name"
            raise self.document.bad((*path, "name"), found, ", ".join(self.wanted))
        for key in ("between", "protection", "disjoint"):
            if key in file.model_fields_set:
                found = f"found {key!r}, which cannot be changed"
                raise self.document.bad((*path, key), found, "", "release the circuit, and request another one")
        changed = with_service(circuit, file, self.topology, self.document, path)
        self.wanted[circuit.name] = replace(changed, protection=circuit.protection, disjoint=circuit.disjoint)
        return self.wanted[circuit.name]

    def _circuit(self, file: CircuitFile, path: Path_) -> Circuit:
        between = file.between
        if between is None:
            if file.pair is None:
                raise self.document.bad(path, "the key 'between' is missing", "", "add it, as in 'between: [a, b]'")
            between = self._split(file.pair, path)
        for name in between:
            if name not in self.sites:
                found = f"found the unknown site {name!r}"
                raise self.document.bad(path, found, self._known(), nearest(name, list(self.sites)))
        if between[0] == between[1]:
            raise self.document.bad(path, f"found {between[0]!r} at both ends", "two different sites")
        name = _full_name(file.tenant, file.name or f"{between[0]}-{between[1]}")
        circuit = Circuit(name, (between[0], between[1]))
        return with_service(circuit, file, self.topology, self.document, path)

    def _split(self, pair: str, path: Path_) -> list[str]:
        """``a-b`` as two sites. Sites' names may have dashes too, so every dash is tried."""
        parts = pair.split("-")
        tries = [["-".join(parts[:i]), "-".join(parts[i:])] for i in range(1, len(parts))]
        fitting = [names for names in tries if all(name in self.sites for name in names)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            found = f"found {pair!r}, which can be read in {len(fitting)} ways"
            raise self.document.bad(path, found, "", "write {between: [A, B]}")
        found = f"found {pair!r}, which is not two sites joined by '-'"
        joined = [f"{fibre.sites[0]}-{fibre.sites[1]}" for fibre in self.topology.fibres]
        raise self.document.bad(path, found, f"two of {self._known()}", nearest(pair, joined))

    def _request(self, circuit: Circuit, path: Path_) -> Circuit:
        if circuit.name in self.wanted:
            found = f"found a second circuit named {circuit.name!r}"
            raise self.document.bad(path, found, "each name once", "write {between: [A, B], name: ANOTHER}")
        self._check_optics(circuit, path)
        used = Counter(site for other in self.wanted.values() for site in other.sites * self._pairs(other))
        for name in circuit.sites:
            free = self.sites[name].transceivers - used[name]
            if free < self._pairs(circuit):
                has = self.sites[name].transceivers
                noun = "transceiver" if has == 1 else "transceivers"
                found = f"found circuit {used[name] + 1} at {name!r} ({circuit.name}), which has {has} {noun}"
                if self._pairs(circuit) == 2:
                    found = f"found {circuit.name!r}, whose 1+1 needs 2 of {has} {noun} at {name!r}, {used[name]} taken"
                remedy = f"raise sites.{name}.transceivers.count in the topology, or ask for fewer"
                raise self.document.bad(path, found, f"{has} or fewer at one time", remedy)
        self.wanted[circuit.name] = circuit
        return circuit

    def _pairs(self, circuit: Circuit) -> int:
        """How many transceivers a circuit needs at each end: where light is looked at, 1+1 has a pair for each path."""
        return 2 if circuit.protection == "1+1" and self.topology.optics is not None else 1

    def _check_optics(self, circuit: Circuit, path: Path_) -> None:
        """Both ends need the same kind of optical switch, and a route of fibres over switches of that kind."""
        a, b = (self.sites[name] for name in circuit.sites)
        for site in (a, b):
            if site.optical is None:
                found = f"found {circuit.name!r}, but {site.name!r} has no optical switch"
                raise self.document.bad(path, found, "", f"give sites.{site.name} 'optical: roadm' in the topology")
        if _kind(a) != _kind(b):
            found = f"found {circuit.name!r} between a site with {_kind(a)} and one with {_kind(b)}"
            raise self.document.bad(path, found, "two sites whose optical switches are of one kind")
        if b.name not in self._reach(a):
            found = f"found {circuit.name!r}, but no fibres lead from {a.name!r} to {b.name!r} over {_kind(a)}s only"
            raise self.document.bad(path, found, "", "add a fibre to the topology")

    def _reach(self, start: Site) -> set[str]:
        """The sites that light from ``start`` can reach over optical switches of its kind."""
        kind, reached, todo = _kind(start), {start.name}, [start.name]
        while todo:
            here = todo.pop()
            for fibre in self.topology.fibres:
                for there in fibre.sites if here in fibre.sites else ():
                    if there not in reached and _kind(self.sites[there]) == kind:
                        reached.add(there)
                        todo.append(there)
        return reached

    def _known(self) -> str:
        names = list(self.sites)
        return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")


def _full_name(tenant: str | None, name: str) -> str:
    """What a tenant's circuit is called by everybody else."""
    return f"{tenant}/{name}" if tenant else name


def _kind(site: Site) -> str:
    return site.optical.kind if site.optical else "none"
