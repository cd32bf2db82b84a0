"""Workloads that are jobs: names checked, what belongs together, quantities resolved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twin.plan.topology import Topology
from twin.spec import arrivals, job_size
from twin.spec.base import missing
from twin.spec.document import Document, Path_, nearest
from twin.spec.job_files import FlowsFile, InferenceFile, RemotingFile, ReplicationFile, StorageFile
from twin.spec.server_names import ServerNames
from twin.spec.training import PRECISION
from twin.workloads.decoding import Roofline
from twin.workloads.flow_mix import FlowMix
from twin.workloads.inference import Inference, Request, kv_bytes, poisson
from twin.workloads.remoting import Remoting
from twin.workloads.replication import Replication
from twin.workloads.scenario import JobWorkload
from twin.workloads.storage import StorageReads

JobFile = FlowsFile | InferenceFile | RemotingFile | ReplicationFile | StorageFile
POISSON: Final = "poisson"


@dataclass(frozen=True)
class JobReader:
    """Reads jobs of an experiment on ``topology`` with ``seed``. Its errors are ``BadInput``."""

    topology: Topology
    document: Document
    names: ServerNames
    seed: int

    def read(self, name: str, file: JobFile, port: int, path: Path_) -> JobWorkload:
        """The workload ``name``."""
        if isinstance(file, FlowsFile):
            workload: JobWorkload = self._flows(name, file, port, path)
        elif isinstance(file, InferenceFile):
            workload = self._inference(name, file, port, path)
        elif isinstance(file, RemotingFile):
            workload = self._remoting(name, file, port, path)
        elif isinstance(file, StorageFile):
            workload = self._storage(name, file, port, path)
        else:
            workload = self._replication(name, file, port, path)
        job_size.check(job_size.steps_of(workload), self.document, path)
        return workload

    def _flows(self, name: str, file: FlowsFile, port: int, path: Path_) -> FlowMix:
        sources = self.names.listed(file.from_, (*path, "from"))
        targets = self.names.listed(file.to, (*path, "to"))
        for source in sources:
            if set(targets) <= {source}:
                raise self.document.bad((*path, "to"), f"found only {source!r}, which is in 'from' too", "another one")
        self._check_pareto(file, path)
        return FlowMix(
            name=name,
            start_s=file.start,
            sources=sources,
            targets=targets,
            load_bps=file.load * self._rate_of(file.link, (*path, "link")),
            flows=file.flows,
            random=f"{self.seed}/{name}",
            sizes=file.sizes,
            mean_bytes=file.mean or 0,
            shape=file.shape or 0.0,
            largest_bytes=file.largest or 2**62,
            congestion=file.congestion,
            port=port,
        )

    def _check_pareto(self, file: FlowsFile, path: Path_) -> None:
        for key, value in (("mean", file.mean), ("shape", file.shape)):
            if file.sizes == "pareto" and value is None:
                raise missing(self.document, path, FlowsFile, key, "'sizes: pareto'")
            if file.sizes != "pareto" and value is not None:
                found = f"found a key that 'sizes: {file.sizes}' does not use"
                raise self.document.bad((*path, key), found, "", "remove it")

    def _rate_of(self, link: str, path: Path_) -> float:
        """The rate of a fibre's transceivers, of a packet link or of a server's NIC, b/s."""
        rates = {server: self._nic_bps(server) for server in self.names.site_of}
        rates |= {one.name: one.port.rate_bps for one in self.topology.links}
        lines = {site.name: site.line.rate_bps for site in self.topology.sites if site.line is not None}
        for fibre in self.topology.fibres:
            if all(site in lines for site in fibre.sites):
                rates[fibre.name] = min(lines[site] for site in fibre.sites)
        if link not in rates:
            links = [one for one in rates if one not in self.names.site_of]
            allowed = f"{', '.join(links[:12])}, or a server (its NIC)"
            raise self.document.bad(path, f"found the unknown link {link!r}", allowed, nearest(link, list(rates)))
        return rates[link]

    def _nic_bps(self, server: str) -> float:
        site = next(site for site in self.topology.sites if site.name == self.names.site_of[server])
        assert site.nic is not None
        return site.nic.rate_bps

    def _inference(self, name: str, file: InferenceFile, port: int, path: Path_) -> Inference:
        each = kv_bytes(file.layers, file.kv_heads, file.head_size, PRECISION[file.precision])
        if file.kv_parts > each:
            found = f"found {file.kv_parts} parts of a cache of {each} bytes per token"
            raise self.document.bad((*path, "kv_parts"), found, f"{each} or less")
        return Inference(
            name=name,
            start_s=file.start,
            clients=self.names.listed(file.clients, (*path, "clients")),
            prefill=self.names.listed(file.prefill, (*path, "prefill")),
            decode=self.names.listed(file.decode, (*path, "decode")),
            requests=self._requests(name, file, path),
            kv_bytes=each,
            prefill_s=file.prefill_time,
            decode_s=file.decode_time or 0.0,
            roofline=self._roofline(file, path),
            slots=file.slots,
            kv_parts=file.kv_parts,
            token_bytes=file.token_size,
            arrivals=POISSON if file.arrivals == POISSON else str(self._folder() / file.arrivals),
            congestion=file.congestion,
            port=port,
        )

    def _roofline(self, file: InferenceFile, path: Path_) -> Roofline | None:
        """From the keys that stand in the place of ``decode_time``."""
        keys = {key: getattr(file, key) for key in ("parameters", "memory_bandwidth", "computing")}
        given = [key for key, value in keys.items() if value is not None]
        if file.decode_time is not None:
            if given:
                found = "found a key that does not go with 'decode_time'"
                raise self.document.bad((*path, given[0]), found, "", "remove one of them")
            return None
        for key, value in keys.items():
            if value is None and not given:
                remedy = "write it, as in 'decode_time: 20 ms', or " + ", ".join(f"{key!r}" for key in keys)
                raise self.document.bad(path, "the key 'decode_time' is missing", "", remedy)
            if value is None:
                raise missing(self.document, path, InferenceFile, key, "a roofline")
        weight_bytes = (file.parameters or 0) * PRECISION[file.precision]
        return Roofline(file.parameters or 0, weight_bytes, file.memory_bandwidth or 0.0, file.computing or 0.0)

    def _requests(self, name: str, file: InferenceFile, path: Path_) -> tuple[Request, ...]:
        """Drawn, or from the file that ``arrivals`` names."""
        if file.arrivals != POISSON:
            for key in ("every", "prompt", "output"):
                if getattr(file, key) is not None:
                    raise self.document.bad((*path, key), "found a key that the arrivals' file tells", "", "remove it")
            return arrivals.read(self._folder() / file.arrivals, file.requests)
        count, every_s, prompt, output = file.requests, file.every, file.prompt, file.output
        for key, value in (("requests", count), ("every", every_s), ("prompt", prompt), ("output", output)):
            if value is None:
                raise missing(self.document, path, InferenceFile, key, "'arrivals: poisson'")
        return poisson(count or 1, every_s or 0.0, prompt or 1, output or 1, f"{self.seed}/{name}")

    def _folder(self) -> Path:
        """Where the experiment's file lies."""
        return Path(self.document.source).parent.resolve()

    def _remoting(self, name: str, file: RemotingFile, port: int, path: Path_) -> Remoting:
        self.names.check(file.client, (*path, "client"))
        self.names.check(file.gpu, (*path, "gpu"))
        if file.client == file.gpu:
            raise self.document.bad((*path, "gpu"), f"found {file.gpu!r} as client too", "two different servers")
        return Remoting(
            name=name,
            start_s=file.start,
            client=file.client,
            gpu=file.gpu,
            calls=file.calls,
            request_bytes=file.request,
            response_bytes=file.response,
            compute_s=file.compute,
            prepare_s=file.prepare,
            depth=file.depth,
            congestion=file.congestion,
            port=port,
        )

    def _storage(self, name: str, file: StorageFile, port: int, path: Path_) -> StorageReads:
        return StorageReads(
            name=name,
            start_s=file.start,
            readers=self.names.listed(file.readers, (*path, "readers")),
            storage=self.names.listed(file.storage, (*path, "storage")),
            block_bytes=file.block,
            blocks=file.blocks,
            read_ahead=file.read_ahead,
            compute_s=file.compute,
            rate_bps=file.rate or 0.0,
            congestion=file.congestion,
            port=port,
        )

    def _replication(self, name: str, file: ReplicationFile, port: int, path: Path_) -> Replication:
        if (file.size is None) == (file.parameters is None):
            found = "neither a size nor parameters" if file.size is None else "a size and parameters"
            raise self.document.bad(path, f"found {found}", "one of them", "as in 'size: 10 GB'")
        size_bytes = file.size or (file.parameters or 0) * file.per_parameter
        sources = self.names.listed(file.from_, (*path, "from"))
        least = len(sources) * file.streams
        if size_bytes < least:
            raise self.document.bad(path, f"found {size_bytes} bytes for {least} connections", f"{least} B or more")
        return Replication(
            name=name,
            start_s=file.start,
            sources=sources,
            targets=self.names.listed(file.to, (*path, "to")),
            size_bytes=size_bytes,
            streams=file.streams,
            copies=file.copies,
            every_s=file.every,
            congestion=file.congestion,
            port=port,
        )
