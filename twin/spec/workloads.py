"""Workloads of an experiment: servers' names checked, ports given, quantities resolved."""

from __future__ import annotations

from collections import Counter

from twin.plan.topology import Topology
from twin.spec import trace, training, training_storage
from twin.spec.document import Document, Path_
from twin.spec.experiment_file import AllReduceFile, CollectiveFile, Iperf3File, PacketsFile, WorkloadFile
from twin.spec.jobs import JobFile, JobReader
from twin.spec.server_names import ServerNames
from twin.spec.trace import TraceFile
from twin.spec.training import TrainingFile
from twin.workloads.scenario import AllReduce, Iperf3, Packets, Training, Workload

#: TCP and UDP ports of the workloads: each gets its own range, so that any number can run at one time.
IPERF3_PORT = 5201
ALLREDUCE_PORT = 10_000
ALLREDUCE_PORTS_EACH = 100


class WorkloadReader:
    """Turns the file's workloads into those of the scenario. Its errors are ``BadInput``."""

    def __init__(self, topology: Topology, document: Document, seed: int) -> None:
        self.document = document
        self.mtu = topology.mtu
        self.names = ServerNames(topology, document)
        self.jobs = JobReader(topology, document, self.names, seed)
        self.iperf3_port = IPERF3_PORT
        self.allreduce_port = ALLREDUCE_PORT

    def read(self, name: str, file: WorkloadFile) -> Workload:
        """The workload ``name``."""
        path: Path_ = ("workloads", name)
        if isinstance(file, AllReduceFile):
            return self._allreduce(name, file, path)
        if isinstance(file, CollectiveFile):
            return self._collective(name, file, path)
        if isinstance(file, PacketsFile):
            return self._packets(name, file, path)
        if isinstance(file, TrainingFile):
            return self._training(name, file, path)
        if isinstance(file, TraceFile):
            return trace.read(name, file, self._servers(file.servers, path), self._next_port(), self.document, path)
        if isinstance(file, JobFile):
            return self.jobs.read(name, file, self._next_port(), path)
        return self._iperf3(name, file, path)

    def _servers(self, named: list[str], path: Path_) -> list[str]:
        """The servers that ``servers`` names, two or more, each once."""
        return list(self.names.listed(named, (*path, "servers"), least=2))

    def _next_port(self) -> int:
        port = self.allreduce_port
        self.allreduce_port += ALLREDUCE_PORTS_EACH
        return port

    def _training(self, name: str, file: TrainingFile, path: Path_) -> Training:
        servers = self._servers(file.servers, path)
        if file.algorithm == "hierarchical":
            self._check_hierarchy(servers, path)
        found = training.read(name, file, servers, self._next_port(), self.document, path)
        return training_storage.add(found, file, self.names, self.document, path)

    def _allreduce(self, name: str, file: AllReduceFile, path: Path_) -> AllReduce:
        servers = self._servers(file.servers, path)
        if file.algorithm == "hierarchical":
            self._check_hierarchy(servers, path)
        least = len(servers) * file.chunks
        if file.size < least:
            found = f"found {file.size} bytes for {len(servers)} servers and {file.chunks} chunks"
            raise self.document.bad((*path, "size"), found, f"{least} B or more")
        return AllReduce(
            name=name,
            start_s=file.start,
            servers=tuple(servers),
            size_bytes=file.size,
            algorithm=file.algorithm,
            schedule=file.schedule,
            chunks=file.chunks,
            iterations=file.iterations,
            warmup=file.warmup,
            every_s=file.every,
            congestion=file.congestion,
            port=self._next_port(),
        )

    def _collective(self, name: str, file: CollectiveFile, path: Path_) -> AllReduce:
        servers = self._servers(file.servers, path)
        least = 2 * len(servers) * file.chunks
        if file.size < least:
            found = f"found {file.size} bytes for {len(servers)} servers and {file.chunks} chunks"
            raise self.document.bad((*path, "size"), found, f"{least} B or more")
        tree = file.operation == "tree-all-reduce"
        return AllReduce(
            name=name,
            start_s=file.start,
            servers=tuple(servers),
            size_bytes=file.size,
            algorithm="tree" if tree else "ring",
            chunks=file.chunks,
            iterations=file.iterations,
            warmup=file.warmup,
            every_s=file.every,
            congestion=file.congestion,
            port=self._next_port(),
            kind="collective",
            operation="all-reduce" if tree else file.operation,
        )

    def _check_hierarchy(self, servers: list[str], path: Path_) -> None:
        """Two sites or more, all with the same number of servers, so that every server has its counterparts."""
        counts = Counter(self.names.site_of[server] for server in servers)
        if len(counts) < 2:
            found = f"found servers of {len(counts)} site"
            allowed = "servers of 2 sites or more"
            raise self.document.bad((*path, "servers"), found, allowed, "or write 'algorithm: ring'")
        if len(set(counts.values())) > 1:
            found = "found " + ", ".join(f"{count} of {site}" for site, count in counts.items())
            allowed = "equally many of every site"
            raise self.document.bad((*path, "servers"), found, allowed, "or write 'algorithm: ring'")

    def _packets(self, name: str, file: PacketsFile, path: Path_) -> Packets:
        self._check_pair(file.from_, file.to, path)
        if file.size > self.mtu:
            raise self.document.bad((*path, "size"), f"found {file.size} bytes", f"the MTU, {self.mtu} B, or less")
        return Packets(name, file.start, file.from_, file.to, file.header, file.count, file.every, file.size)

    def _iperf3(self, name: str, file: Iperf3File, path: Path_) -> Iperf3:
        self._check_pair(file.from_, file.to, path)
        self._check_iperf3(file, path)
        port = self.iperf3_port
        self.iperf3_port += 1
        return Iperf3(
            name=name,
            start_s=file.start,
            source=file.from_,
            destination=file.to,
            protocol=file.protocol,
            size_bytes=file.size,
            duration_s=file.duration,
            rate_bps=file.rate,
            streams=file.streams,
            congestion=file.congestion or "cubic",
            port=port,
        )

    def _check_iperf3(self, file: Iperf3File, path: Path_) -> None:
        if (file.size is None) == (file.duration is None):
            found = "found neither a size nor a duration" if file.size is None else "found a size and a duration"
            raise self.document.bad(path, found, "one of them", "as in 'size: 1 GB' or 'duration: 10 s'")
        if file.duration is not None and (file.duration < 1 or file.duration != int(file.duration)):
            found = f"found {file.duration:g} s (iperf3 drops the fraction, and takes 0 as for ever)"
            raise self.document.bad((*path, "duration"), found, "whole seconds", "use 'size' for short runs")
        if file.protocol == "udp" and file.rate is None:
            remedy = "a UDP test needs one, as in 'rate: 10 Gb/s'"
            raise self.document.bad(path, "the key 'rate' is missing", "", remedy)
        if file.protocol == "tcp" and file.rate is not None:
            found = "found a rate for a TCP test, which takes what it gets"
            raise self.document.bad((*path, "rate"), found, "", "remove it, or write 'protocol: udp'")
        if file.protocol == "udp" and file.congestion is not None:
            found = "found a congestion control for a UDP test, which has none"
            raise self.document.bad((*path, "congestion"), found, "", "remove it, or write 'protocol: tcp'")

    def _check_pair(self, source: str, destination: str, path: Path_) -> None:
        self.names.check(source, (*path, "from"))
        self.names.check(destination, (*path, "to"))
        if source == destination:
            raise self.document.bad((*path, "to"), f"found {destination!r} at both ends", "two different servers")
