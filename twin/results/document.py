"""``results.json``: what one run came to. Emulation and prediction write the same shape and the same metric names."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = 1


@dataclass(frozen=True)
class Metric:
    """A number with its unit: ``s``, ``b/s``, ``ratio``, ``packets``, ``W``, ``J/b``, ``J``, ``tokens/s``, or ``1``
    (a count)."""

    value: float | int
    unit: str


Metrics = dict[str, Metric]


@dataclass(frozen=True)
class Verdict:
    """An expectation and what came; ``got`` is None where the run has no such metric."""

    metric: str
    wanted: str
    got: float | int | None
    ok: bool


@dataclass(frozen=True)
class Fidelity:
    """Whether the run kept its promises, and the reasons where it did not."""

    ok: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Results:
    """The whole document. ``wall_s`` is the only value that may differ between two runs with one seed."""

    schema: int
    experiment: str
    engine: str
    lab: str
    clock: str
    seed: int
    version: str
    wall_s: float
    virtual_s: float
    metrics: Metrics
    expectations: tuple[Verdict, ...]
    fidelity: Fidelity

    @property
    def met(self) -> bool:
        """Whether every expectation was met."""
        return all(verdict.ok for verdict in self.expectations)

    def value(self, metric: str) -> float | int | None:
        """The value of ``metric``; None where the run has none."""
        found = self.metrics.get(metric)
        return None if found is None else found.value
