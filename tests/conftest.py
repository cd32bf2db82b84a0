"""What all tests share: property tests with one verdict on every machine, however slow, and no files left."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "twin", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("twin")
