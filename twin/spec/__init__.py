"""YAML -> checked documents.

    file --document--> raw values with lines --problems--> models (topology_file, experiment_file)
         --resolve_*--> Topology and Scenario, with units resolved and every name checked

Every error is a ``BadInput`` with file, line, YAML path, what was found, what is allowed and what to do.
"""

from twin.spec.experiment import LoadedExperiment, load, load_experiment
from twin.spec.topology import LoadedTopology, load_topology

__all__ = ["LoadedExperiment", "LoadedTopology", "load", "load_experiment", "load_topology"]
